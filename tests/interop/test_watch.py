#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""WatchSubmission as callers see it, with an API server that tells what a test wants."""

import json
import signal
import sys
import tempfile
import unittest

import grpc
from google.protobuf import json_format

from api_server import ApiServer
from server import SERVICE, Client, Refusal, Server, make, message_class

WATCH = f"/{SERVICE}/WatchSubmission"
NAME = "pi-driver"
MOST = 256


def pod(phase, version, uid="u-1", **status):
    return {"kind": "Pod", "apiVersion": "v1",
            "metadata": {"name": NAME, "namespace": "default", "uid": uid, "resourceVersion": str(version),
                         "creationTimestamp": "2026-01-01T00:00:00Z",
                         "labels": {"spark-role": "driver", "spark-app-name": "pi"}},
            "status": {"phase": phase, **status}}


class Watches(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.api = ApiServer(self.directory.name)
        self.pod = pod("Pending", 10)
        self.api.look = self.look
        self.server = Server("--mode=standalone", "--drain-delay=0s", api_server=self.api)
        self.client = Client(self.server)

    def tearDown(self):
        self.client.close()
        self.api.released.set()
        if self.server.process.poll() is None:
            self.server.stop()
        self.api.close()
        self.directory.cleanup()

    def look(self, path):
        if path.startswith(f"/api/v1/namespaces/default/pods/{NAME}") and self.pod:
            return 200, json.dumps(self.pod).encode()
        return None

    def watch(self, client=None, **members):
        method = (client or self.client).channel.unary_stream(
            WATCH, lambda message: message.SerializeToString(),
            message_class("spark.submit.v1.WatchSubmissionResponse").FromString)
        return method(make("spark.submit.v1.WatchSubmissionRequest", {"driverPodName": NAME, **members}),
                      timeout=60)

    def state(self, message):
        return json_format.MessageToDict(message)["submission"]["state"][len("SUBMISSION_STATE_"):]

    def test_a_driver_is_told_until_it_has_ended(self):
        watch = self.watch()
        first = next(watch)
        self.assertEqual(self.state(first), "PENDING")
        self.assertEqual(first.submission.driver_pod_uid, "u-1")
        self.assertEqual(first.submission.app_name, "pi")
        self.api.tell("MODIFIED", pod("Running", 11))
        self.assertEqual(self.state(next(watch)), "RUNNING")
        self.api.tell("BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": "12"}})
        self.api.tell("MODIFIED", pod("Running", 13))  # nothing to be seen
        self.api.tell("MODIFIED", pod("Failed", 14, reason="Evicted", message="The node was low on memory."))
        last = next(watch)
        self.assertEqual((self.state(last), last.submission.reason), ("FAILED", "Evicted"))
        self.assertEqual(last.submission.message, "The node was low on memory.")
        self.assertEqual(list(watch), [])
        self.assertEqual(watch.code(), grpc.StatusCode.OK)
        query = [path for _, path in self.api.requests if "watch=true" in path][0]
        for part in ("fieldSelector=metadata.name%3Dpi-driver", "resourceVersion=10", "allowWatchBookmarks=true"):
            self.assertIn(part, query)
        line = self.server.wait_for("rpc", method=WATCH, code="OK")
        self.assertEqual((line["pod"], line["kube_calls"]), (NAME, 2))

    def test_a_deletion_is_a_state(self):
        watch = self.watch()
        self.assertEqual(self.state(next(watch)), "PENDING")
        self.api.tell("DELETED", pod("Pending", 11))
        self.assertEqual([self.state(message) for message in watch], ["DELETED"])

    def test_a_driver_that_is_not_there(self):
        self.pod = None
        with self.assertRaises(grpc.RpcError) as caught:
            next(self.watch())
        refusal = Refusal(caught.exception)
        self.assertEqual((refusal.code, refusal.reason), ("NOT_FOUND", "SUBMISSION_NOT_FOUND"))
        with self.assertRaises(grpc.RpcError) as caught:
            next(self.watch(resumeToken="1/default/other/u/1"))
        refusal = Refusal(caught.exception)
        self.assertEqual((refusal.code, refusal.fields), ("INVALID_ARGUMENT", ["resume_token"]))

    def test_a_server_that_stops_hands_over(self):
        watch = self.watch()
        self.assertEqual(self.state(next(watch)), "PENDING")
        self.api.tell("MODIFIED", pod("Running", 11))
        self.assertEqual(self.state(next(watch)), "RUNNING")
        self.server.process.send_signal(signal.SIGTERM)
        last = list(watch)
        self.assertEqual([self.state(message) for message in last], ["RUNNING"])
        self.assertEqual(watch.code(), grpc.StatusCode.OK)
        self.server.stop(ask=False)
        # Another server goes on: what was told is not told again.
        self.pod = pod("Running", 11)
        other = Server("--mode=standalone", "--drain-delay=0s", api_server=self.api)
        client = Client(other)
        watch = self.watch(client, resumeToken=last[-1].resume_token)
        self.api.tell("MODIFIED", pod("Succeeded", 12), watch=1)
        self.assertEqual([self.state(message) for message in watch], ["SUCCEEDED"])
        client.close()
        self.api.released.set()
        other.stop()

    def test_clients_that_leave_leave_nothing_behind(self):
        watches = [self.watch() for _ in range(20)]
        for watch in watches:
            self.assertEqual(self.state(next(watch)), "PENDING")
            watch.cancel()
        for _ in watches:
            line = self.server.wait_for("rpc", method=WATCH)
            self.assertEqual((line["code"], line["client_gone"]), ("CANCELLED", True))
        self.assertEqual(self.server.idle_state()["live"], 0)

    def test_so_many_drivers_are_watched_and_no_more(self):
        watches = [self.watch() for _ in range(MOST)]
        for watch in watches:
            next(watch)
        with self.assertRaises(grpc.RpcError) as caught:
            next(self.watch())
        refusal = Refusal(caught.exception)
        self.assertEqual((refusal.code, refusal.reason), ("RESOURCE_EXHAUSTED", "SERVER_OVERLOADED"))
        self.assertEqual(self.client.health(), 1)
        for watch in watches:
            watch.cancel()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
