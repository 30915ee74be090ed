#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What callers see of an API server that is slow, stuck or gone."""

import os
import re
import signal
import sys
import tempfile
import time
import unittest

import grpc

from api_server import ApiServer
from server import HEALTH, SERVICE, Client, Refusal, Server, application, make
from stopped_thread import stopped_thread

SUBMIT = f"/{SERVICE}/Submit"


class SlowApiServer(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.api = ApiServer(self.directory.name)
        self.server = Server("--mode=standalone", "--drain-grace=10s", api_server=self.api)
        self.server.wait_for("API server answers")
        self.client = Client(self.server)

    def tearDown(self):
        self.client.close()
        self.api.close()
        self.directory.cleanup()

    def start(self):
        """A Submit under way, and its first write at the API server."""
        before = len(self.api.requests)
        message = make("spark.submit.v1.SubmitRequest", {"application": application()})
        future = self.client.channel.unary_unary(SUBMIT).future(message.SerializeToString(),
                                                                timeout=40)
        end = time.monotonic() + 10
        while not any(verb == "POST" for verb, _ in self.api.requests[before:]):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        return future

    def refusal(self, future):
        with self.assertRaises(grpc.RpcError) as caught:
            future.result()
        return Refusal(caught.exception)

    def test_a_drain_waits_for_running_submissions(self):
        self.api.delay = 0.5
        future = self.start()
        self.server.process.send_signal(signal.SIGTERM)
        self.server.wait_for("listeners closed")
        answer = future.result()
        self.assertIn(b"spark-pi-driver", answer)
        self.server.stop()

    def test_a_second_signal_with_a_stuck_api_server(self):
        self.api.stuck.set()
        future = self.start()
        started = time.monotonic()
        self.server.process.send_signal(signal.SIGTERM)
        self.server.wait_for("listeners closed")
        self.server.process.send_signal(signal.SIGTERM)
        self.server.wait_for("running calls are broken off")
        refusal = self.refusal(future)
        self.assertIn(refusal.metadata.get("outcome"), ("PARTIAL", "UNKNOWN"), refusal.text)
        self.server.stop(ask=False)
        self.assertLess(time.monotonic() - started, 12)

    def test_a_third_signal_ends_the_process_at_once(self):
        self.api.stuck.set()
        future = self.start()
        for message in ("draining", "listeners closed", "running calls are broken off"):
            if message != "listeners closed":
                self.server.process.send_signal(signal.SIGTERM)
            self.server.wait_for(message)
        self.server.process.send_signal(signal.SIGTERM)
        self.server.stop(8, ask=False)
        self.assertEqual(self.refusal(future).code, "UNAVAILABLE")

    def test_calls_above_the_limit_are_shed_and_health_is_not(self):
        self.client.close()
        self.server.stop()
        self.server = Server("--max-inflight=2", "--mode=standalone", api_server=self.api)
        self.server.wait_for("API server answers")
        self.client = Client(self.server)
        self.api.stuck.set()
        self.start()
        self.start()
        refusal = self.client.refused("GetInfo", {})
        self.assertEqual((refusal.code, refusal.reason),
                         ("RESOURCE_EXHAUSTED", "SERVER_OVERLOADED"))
        self.assertIsNotNone(refusal.retry)
        self.assertEqual(self.client.health("readiness"), 1)
        self.server.process.send_signal(signal.SIGTERM)
        self.server.wait_for("draining")
        self.api.released.set()
        self.server.process.send_signal(signal.SIGTERM)
        self.server.stop(ask=False)

    def test_requests_carry_the_trace_context_of_their_call(self):
        trace = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        cases = [
            (["00-" + trace], "00-" + trace),
            ([], None),
            (["01-" + trace], None),
            (["00-" + trace.upper()], None),
            (["00-" + trace + "0"], None),
            (["00-" + trace.replace("00f067aa0ba902b7", "0" * 16)], None),
            (["00-" + "0" * 32 + trace[32:]], None),
        ]
        for values, expected in cases:
            with self.subTest(values):
                del self.api.traces[:]
                self.client.call("Submit", {"application": application()},
                                 metadata=[("traceparent", value) for value in values])
                self.assertGreater(len(self.api.traces), 2)
                self.assertEqual(set(self.api.traces), {expected})
        self.server.stop()

    def test_a_frozen_api_server_is_told_before_the_deadline(self):
        for freezing, last_words, outcome in [
                (("POST", "Pod"), False, "PARTIAL"), (("PATCH", "Pod"), False, "UNKNOWN"),
                (("POST", "Pod"), True, "PARTIAL"), (("PATCH", "Pod"), True, "UNKNOWN")]:
            with self.subTest(freezing, last_words=last_words):
                self.api.freezing, self.api.last_words = freezing, last_words
                refusal = self.client.refused("Submit", {"application": application()}, timeout=5)
                self.assertEqual((refusal.code, refusal.reason),
                                 ("UNAVAILABLE", "KUBE_UNREACHABLE"))
                self.assertEqual(refusal.metadata["outcome"], outcome)
                self.assertEqual(refusal.metadata["retry"], "SAME_KEY")
                self.api.freezing = None
                self.api.frozen.clear()
        self.api.released.set()
        self.server.stop()

    def test_no_request_follows_a_cancelled_call(self):
        self.api.delay = 0.5
        future = self.start()
        future.cancel()
        line = self.server.wait_for("rpc", method=SUBMIT)
        self.assertTrue(line["client_gone"])
        self.assertEqual(len([verb for verb, _ in self.api.requests if verb != "GET"]), 1)
        self.assertEqual(self.server.idle_state()["live"], 0)
        self.server.stop()

    def test_nothing_is_sent_for_callers_who_left(self):
        """Two writes hold both connections; what waits behind them is taken back."""
        self.api.held.clear()
        holders = [self.submit("held-1"), self.submit("held-2")]
        self.wait_for_writes(2)
        queued = [self.submit(f"queued-{i}") for i in range(20)]
        self.client.call("GetInfo", {})  # on the same connection: the calls before it were read
        for future in queued:
            future.cancel()
        for _ in queued:
            self.assertTrue(self.server.wait_for("rpc", method=SUBMIT)["client_gone"])
        self.api.held.set()
        for future in holders:
            self.assertIn(b"-driver", future.result())
        names = {tree["metadata"]["name"] for tree in self.api.created if tree["kind"] == "Pod"}
        self.assertEqual(names, {"held-1-driver", "held-2-driver"})
        self.assertFalse([tree for tree in self.api.created if "queued" in str(tree)])
        self.server.stop()

    def submit(self, name):
        """A Submit under way, of an application of its own."""
        tree = application()
        tree["metadata"]["name"] = name
        message = make("spark.submit.v1.SubmitRequest", {"application": tree})
        return self.client.channel.unary_unary(SUBMIT).future(message.SerializeToString(),
                                                              timeout=40)

    def wait_for_writes(self, number):
        end = time.monotonic() + 10
        while len([verb for verb, _ in self.api.requests if verb == "POST"]) < number:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)


class NoNames(unittest.TestCase):
    """An API server's name that the name server says nothing about."""

    def test_calls_are_answered_and_the_process_lives(self):
        with tempfile.TemporaryDirectory() as directory:
            api = ApiServer(directory)
            api.close()
            text = api.kubeconfig.read_text("utf-8")
            api.kubeconfig.write_text(re.sub("http://127.0.0.1:", "https://mute.test:", text),
                                      encoding="utf-8")
            server = Server("--mode=standalone", api_server=api, environment={
                "LD_PRELOAD": os.environ["SPK_MUTE_NAMES"],
                "ASAN_OPTIONS": "verify_asan_link_order=0"})
            client = Client(server)
            refusal = client.refused("Submit", {"application": application()}, timeout=7)
            self.assertEqual((refusal.code, refusal.reason), ("UNAVAILABLE", "KUBE_UNREACHABLE"))
            self.assertEqual(refusal.metadata["outcome"], "NOT_CREATED")
            self.assertEqual(client.health(), 1)
            client.close()
            server.stop()


class Refusals(unittest.TestCase):
    """What callers are told about the object that an API server did not want."""

    def test_what_is_no_api_server_is_told(self):
        cases = [
            (302, {"Location": "https://u:SECRET@login.example/in?x=SECRET"}, "<html>",
             "HTTP 302 leads to 'https://login.example/in', and no API server redirects"),
            (404, {}, "404 page not found",
             "Pod of v1 is unknown there (HTTP 404), and every API server serves it"),
        ]
        with tempfile.TemporaryDirectory() as directory:
            api = ApiServer(directory)
            server = Server("--mode=standalone", api_server=api)
            client = Client(server)
            for code, headers, page, text in cases:
                with self.subTest(code):
                    api.page = code, headers, page
                    refusal = client.refused("Submit", {"application": application()}, timeout=4)
                    self.assertEqual((refusal.code, refusal.reason), ("UNAVAILABLE", "KUBE_ERROR"))
                    self.assertIn(text, refusal.text)
                    self.assertNotIn("SECRET", refusal.text)
                    self.assertEqual(refusal.metadata["outcome"], "NOT_CREATED")
            client.close()
            server.stop()
            api.close()

    def test_they_name_what_they_are_about(self):
        driver = "spark-pi-driver"
        cases = [
            # A Status without a name (RBAC, of a create): the object in hand.
            (403, 'pods is forbidden: User "x" cannot create resource "pods"', {"kind": "pods"},
             "KUBE_FORBIDDEN", ("Pod", driver)),
            (403, 'pods is forbidden: User "x" cannot create resource "pods"', {},
             "KUBE_FORBIDDEN", ("Pod", driver)),
            (403, 'secrets "s" is forbidden: User "x" cannot get resource "secrets"',
             {"kind": "secrets", "name": "s"}, "KUBE_FORBIDDEN", ("Secret", "s")),
            (404, 'namespaces "default" not found', {"kind": "namespaces", "name": "default"},
             "NAMESPACE_NOT_FOUND", ("Namespace", "default")),
            (403, f'pods "{driver}" is forbidden: violates PodSecurity "restricted:latest": x',
             {"kind": "pods", "name": driver}, "POD_SECURITY_VIOLATION", driver),
            (403, 'admission webhook "a.b" denied the request: no', {}, "ADMISSION_DENIED",
             driver),
        ]
        with tempfile.TemporaryDirectory() as directory:
            api = ApiServer(directory)
            # The driver first.
            server = Server("--mode=standalone", "--submission-variant=G", api_server=api)
            client = Client(server)
            for code, message, details, reason, about in cases:
                with self.subTest(reason, **details):
                    api.refusal = {"kind": "Status", "apiVersion": "v1", "status": "Failure",
                                   "code": code, "message": message, "details": details,
                                   "reason": "NotFound" if code == 404 else "Forbidden"}
                    refusal = client.refused("Submit", {"application": application()})
                    self.assertEqual(refusal.reason, reason)
                    if isinstance(about, tuple):
                        resource = refusal.details["google.rpc.ResourceInfo"]
                        seen = (resource.resource_type, resource.resource_name)
                    else:
                        failure = refusal.details["google.rpc.PreconditionFailure"]
                        seen = failure.violations[0].subject
                    self.assertEqual(seen, about)
            client.close()
            server.stop()
            api.close()


@unittest.skipUnless(os.geteuid() == 0, "only root stops a thread of what cannot be dumped")
class StuckLoop(unittest.TestCase):
    SERVICES = ("", "readiness", SERVICE)

    def next_status(self, watch):
        return next(watch)[1]

    def test_a_loop_that_does_not_go_round_is_seen(self):
        with tempfile.TemporaryDirectory() as directory:
            api = ApiServer(directory)
            server = Server("--mode=standalone", api_server=api)
            server.wait_for("API server answers")
            client = Client(server)
            watch = client.channel.unary_stream(f"/{HEALTH}/Watch")(b"", timeout=60)
            self.assertEqual(self.next_status(watch), 1)
            with stopped_thread(server.process.pid, "api-server"):
                self.assertEqual(self.next_status(watch), 2)
                self.assertEqual([client.health(name) for name in self.SERVICES], [2, 2, 2])
                server.wait_for("the API server's loop is stuck")
            self.assertEqual(self.next_status(watch), 1)
            self.assertEqual([client.health(name) for name in self.SERVICES], [1, 1, 1])
            server.wait_for("the API server's loop goes on")
            watch.cancel()
            client.close()
            server.stop()
            api.close()

    def test_it_is_told_without_health_checks(self):
        with tempfile.TemporaryDirectory() as directory:
            api = ApiServer(directory)
            server = Server("--mode=standalone", api_server=api)
            server.wait_for("API server answers")
            client = Client(server)
            request = make("spark.submit.v1.SubmitRequest", {"application": application()})
            with stopped_thread(server.process.pid, "api-server"):
                call = client.method(SERVICE, "Submit").future(request, timeout=60)
                server.wait_for("the API server's loop is stuck")
            call.result()
            client.close()
            server.stop()
            api.close()


class NoApiServer(unittest.TestCase):
    def test_the_process_is_alive_but_not_ready(self):
        with tempfile.TemporaryDirectory() as directory:
            api = ApiServer(directory)
            api.close()
            server = Server(api_server=api)
            server.wait_for("API server does not answer")
            client = Client(server)
            self.assertEqual(client.health(), 1)
            self.assertEqual(client.health("readiness"), 2)
            client.call("Render", {"application": application()})
            refusal = client.refused("Submit", {"application": application()}, timeout=10)
            self.assertEqual((refusal.code, refusal.reason), ("UNAVAILABLE", "KUBE_UNREACHABLE"))
            self.assertEqual(refusal.metadata["outcome"], "NOT_CREATED")
            self.assertIsNotNone(refusal.retry)
            client.close()
            server.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
