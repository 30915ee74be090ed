#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The log: nobody who reads it, lines that repeat themselves, requests to the API server."""

import concurrent.futures
import json
import pathlib
import signal
import sys
import tempfile
import unittest

from api_server import ApiServer
from server import Client, Server, application

SUBMISSIONS = 600


def submit_many(server):
    """Names of the drivers of SUBMISSIONS applications."""
    clients = [Client(server) for _ in range(8)]

    def submit(i):
        app = application()
        app["metadata"]["name"] = f"unread-{i}"
        return clients[i % 8].submit(app, timeout=60).driver_pod_name

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        names = set(threads.map(submit, range(SUBMISSIONS)))
    for client in clients:
        client.close()
    return names


class NobodyReads(unittest.TestCase):
    def test_every_call_is_answered_and_the_process_ends(self):
        server = Server("--log-level=debug", read_log=False)
        self.assertEqual(len(submit_many(server)), SUBMISSIONS)
        client = Client(server)
        self.assertEqual(client.health(), 1)
        client.close()
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.process.wait(20), 0)
        server.stop(ask=False)

    def test_what_was_lost_is_counted_once_somebody_reads(self):
        server = Server("--log-level=debug", read_log=False)
        self.assertEqual(len(submit_many(server)), SUBMISSIONS)
        server.read_log()
        lost = server.wait_for("log lines were lost: nobody read them")["count"]
        self.assertGreater(lost, 0)
        self.assertEqual(server.state()["log_lines_lost"], lost)
        server.stop()
        self.assertEqual(server.lines[-1]["msg"], "stopped")
        self.assertLess(len(server.rpc_lines()), SUBMISSIONS)


class ApiRequests(unittest.TestCase):
    def submit(self, level, refusals=0):
        """A server's lines and the API server's requests of one submission."""
        with tempfile.TemporaryDirectory() as directory:
            api = ApiServer(directory)
            server = Server("--log-level=" + level, api_server=api)
            client = Client(server)
            if refusals:
                api.refusal = {"kind": "Status", "status": "Failure", "code": 500,
                               "reason": "InternalError", "message": "s3cr3t-c0ffee"}
                api.refusals = refusals
            client.submit(application(sparkConf={"spark.password": "s3cr3t-c0ffee"}))
            client.close()
            server.stop()
            api.close()
            return server, api.requests

    def test_one_line_each_at_debug(self):
        server, requests = self.submit("debug")
        lines = [line for line in server.lines if line["msg"] == "api request"]
        self.assertEqual(lines[0]["path"], "/version")
        self.assertEqual(len(lines) - 1, len(requests))
        call, = server.rpc_lines(code="OK")
        self.assertEqual(call["kube_calls"], len(requests))
        paths = [(line["verb"], line["path"], line["status"], line["try"]) for line in lines[1:]]
        self.assertIn(("CREATE", "/api/v1/namespaces/default/pods", 201, 1), paths)
        self.assertIn(("PATCH", "/api/v1/namespaces/default/pods/spark-pi-driver", 200, 1), paths)
        for line in lines[1:]:
            self.assertEqual(line["level"], "debug")
            self.assertGreater(line["bytes_in"], 0)
            self.assertGreaterEqual(line["ms"], 0)
        self.assertEqual(len({line["audit_id"] for line in lines[1:]}), len(requests))

    def test_tries_are_numbered_and_nothing_is_quoted(self):
        server, requests = self.submit("debug", refusals=2)
        lines = [line for line in server.lines if line["msg"] == "api request" and
                 line["path"] != "/version"]
        self.assertEqual(len(lines), len(requests))
        failed = [line for line in lines if line["status"] == 500]
        self.assertEqual([line["try"] for line in failed], [1, 2])
        self.assertEqual(failed[0]["reason"], "InternalError")
        self.assertIn(3, [line["try"] for line in lines if line["status"] == 201])
        text = str([line for line in server.lines if line["msg"] == "api request"])
        self.assertNotIn("s3cr3t-c0ffee", text)
        self.assertNotIn("?", text)

    def test_none_at_info(self):
        server, requests = self.submit("info")
        self.assertGreater(len(requests), 0)
        self.assertNotIn("api request", [line["msg"] for line in server.lines])
        self.assertNotIn("debug", [line["level"] for line in server.lines])


class Credentials(unittest.TestCase):
    """The API server takes another token from now on, as a Pod's file says."""

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.api = ApiServer(self.directory.name)
        self.addCleanup(self.api.close)
        self.token = pathlib.Path(self.directory.name) / "token"
        self.token.write_text("old", encoding="ascii")
        config = json.loads(self.api.kubeconfig.read_text("utf-8"))
        config["users"][0]["user"] = {"tokenFile": str(self.token)}
        self.api.kubeconfig.write_text(json.dumps(config), encoding="utf-8")

    def lines(self, submit):
        self.api.token = "old"
        server = Server(api_server=self.api)
        client = Client(server)
        submit(client)
        client.close()
        server.stop()
        return server.lines

    def test_a_change_is_one_line(self):
        def submit(client):
            self.token.write_text("new", encoding="ascii")
            self.api.token = "new"
            client.submit(application())

        lines = self.lines(submit)
        renewed = [line for line in lines if line["msg"] == "credentials were renewed"]
        self.assertEqual([line["level"] for line in renewed], ["info"])
        self.assertNotIn("'new'", str(lines))

    def test_a_file_that_cannot_be_read_is_told(self):
        def submit(client):
            self.token.unlink()
            self.api.token = "new"
            self.assertEqual(client.refused("Submit", {"application": application()}).reason,
                             "KUBE_CREDENTIALS_REJECTED")

        messages = [line["msg"] for line in self.lines(submit)]
        told = messages.count("the token file cannot be read: the old token stays")
        self.assertTrue(1 <= told <= 5, told)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
