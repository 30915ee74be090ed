#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile and oversized input, overload, cancellation: each ends its own call only."""

import concurrent.futures
import pathlib
import queue
import sys
import time
import unittest

import grpc

from server import HEALTH, SERVICE, Client, Refusal, Server, application, make

SUBMIT = f"/{SERVICE}/Submit"
RENDER = f"/{SERVICE}/Render"


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def memory_kib(server, kind="VmRSS"):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith(kind):
            return int(line.split()[1])
    raise AssertionError("no " + kind)


def large_payloads():
    """What takes most memory of all that tests/bombs measures."""
    many = range(6600)
    yield {"application": application(executor={"initContainers": [{"name": f"s{i}", "image": "i"} for i in many]})}
    yield {"application": application(executor={"env": [{"name": f"E{i}", "value": "v"} for i in many]})}
    yield {"application": application(sparkConf={
        "spark.jars": ",".join(f"local:///j{i}.jar" for i in range(43690))})}
    yield {"application": application(sparkConf={
        f"spark.kubernetes.driver.label.l{i}": "v" for i in range(4000)})}
    owners = [{"apiVersion": "v1", "kind": "Pod", "name": f"n{i}", "uid": f"u{i}"} for i in range(3900)]
    yield {"command": {
        "args": ["--master", "k8s://https://h", "--deploy-mode", "cluster", "--class", "M", "--name", "n",
                 "--conf", "spark.kubernetes.container.image=i", "local:///a.jar"],
        "driver_pod_template": {"metadata": {"ownerReferences": owners},
                                "spec": {"containers": [{"name": "c"}]}}}}


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.client = Client(cls.server, ("grpc.max_metadata_size", 1 << 20))

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.server.stop()

    def setUp(self):
        self.assertEqual(self.client.health(), 1)

    def tearDown(self):
        self.assertEqual(self.client.health(), 1)

    def test_requests_above_2_mib_are_refused_with_details(self):
        for size, ours in [(3 << 20, True), (5 << 20, False)]:
            refusal = self.client.raw_refused(SUBMIT, field(2, b"{" * size))
            self.assertEqual(refusal.code, "RESOURCE_EXHAUSTED")
            self.assertEqual(refusal.reason == "REQUEST_TOO_LARGE", ours)

    def test_nesting_bombs_are_refused_at_once(self):
        value = b"\x08\x00"
        for _ in range(20000):
            value = field(6, field(1, value))[:1 << 20]
        struct = field(1, field(1, b"a") + field(2, value))
        deep = b""
        for _ in range(15000):
            deep = field(4, deep)
        json_bomb = b'{"a":' * 100000
        cases = [field(1, field(3, struct)), field(1, deep), field(2, json_bomb),
                 field(2, b"- " * 100000), b"\x0b" * 1000, b"\xff" * 1000]
        for request in cases:
            started = time.monotonic()
            refusal = self.client.raw_refused(SUBMIT, request)
            self.assertEqual(refusal.code, "INVALID_ARGUMENT", refusal.text)
            self.assertLess(time.monotonic() - started, 2)

    def test_wide_messages_stay_within_the_arena(self):
        # 10,000 empty elements of two bytes in each repeated message of the drivers' specs.
        empty = b"".join(field(number, b"") * 10000 for number in (1, 5, 9, 10, 11, 12, 13, 14))
        spec = b"".join(field(number, empty) for number in (17, 18))
        big = b"".join(field(11, b"x" * 1000000) for _ in range(2))
        for request in (field(1, field(4, spec)), field(1, field(4, empty)),
                        field(1, field(4, big + field(10, b"local:///a.jar")))):
            refusal = self.client.raw_refused(SUBMIT, request)
            self.assertIn(refusal.code, ("INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"))
            self.assertEqual(refusal.metadata["outcome"], "NOT_CREATED")

    def test_a_call_without_a_request_is_refused(self):
        for method in (SUBMIT, f"/{HEALTH}/Check"):
            with self.assertRaises(grpc.RpcError) as caught:
                self.client.channel.stream_unary(method)(iter([]), timeout=10)
            self.assertEqual(Refusal(caught.exception).reason, "INVALID_MESSAGE")

    def test_metadata_above_16_kib_ends_that_call_only(self):
        long = (("x-a", "v" * 7000), ("x-b", "v" * 7000), ("x-c", "v" * 7000))
        many = tuple((f"x-{i}", "v") for i in range(70))
        for metadata in (long, many, (("x-a", "v" * 9000),)):
            refusal = self.client.refused("GetInfo", {}, metadata=metadata)
            self.assertEqual((refusal.code, refusal.reason),
                             ("RESOURCE_EXHAUSTED", "REQUEST_TOO_LARGE"))
            self.client.call("GetInfo", {})
        twice = (("authorization", "a"), ("authorization", "b"))
        self.assertEqual(self.client.refused("GetInfo", {}, metadata=twice).reason,
                         "CREDENTIALS_INVALID")

    def test_compressed_requests_are_not_inflated(self):
        before = memory_kib(self.server)
        with self.server.channel() as channel:
            call = channel.unary_unary(SUBMIT)
            with self.assertRaises(grpc.RpcError) as caught:
                call(field(2, b"0" * (4 << 20)), timeout=20,
                     compression=grpc.Compression.Gzip)
        self.assertEqual(caught.exception.code().name, "UNIMPLEMENTED")
        self.assertLess(memory_kib(self.server) - before, 8192)

    def test_a_render_of_what_is_largest_takes_32_mib_at_most(self):
        for i, payload in enumerate(large_payloads()):
            server = Server()
            client = Client(server)
            self.assertEqual(client.health(), 1)
            before = memory_kib(server)
            try:
                client.call("Render", payload)
            except grpc.RpcError as error:
                self.assertEqual(Refusal(error).reason, "REQUEST_TOO_LARGE")
            # The peak since the start is no less than that of the call.
            taken = memory_kib(server, "VmHWM") - before
            self.assertLess(taken, 32 * 1024, f"payload {i}")
            client.close()
            server.stop()

    def test_a_thousand_calls_at_once_are_answered_or_shed(self):
        clients = [Client(self.server) for _ in range(16)]

        def submit(i):
            app = application()
            app["metadata"]["name"] = f"crowd-{i}"
            try:
                return clients[i % 16].submit(app, timeout=60).driver_pod_name
            except grpc.RpcError as error:
                refusal = Refusal(error)
                self.assertEqual(refusal.reason, "SERVER_OVERLOADED", refusal.text)
                self.assertIsNotNone(refusal.retry)
                return None

        with concurrent.futures.ThreadPoolExecutor(200) as threads:
            answers = list(threads.map(submit, range(1000)))
        for client in clients:
            client.close()
        names = [name for name in answers if name]
        self.assertGreater(len(names), 0)
        self.assertEqual(len(names), len(set(names)))

    def test_cancelled_calls_leave_nothing_behind(self):
        message = make("spark.submit.v1.RenderRequest", {"application": application()})
        with self.server.channel() as channel:
            call = channel.unary_unary(RENDER)
            packed = message.SerializeToString()
            for i in range(300):
                future = call.future(packed, timeout=20)
                if i % 3:
                    future.cancel()
                else:
                    future.result()
        state = self.server.idle_state()
        self.assertEqual((state["live"], state["inflight"], state["reserved_bytes"]), (0, 0, 0))


class Fences(unittest.TestCase):
    def test_memory_above_the_budget_is_not_promised(self):
        server = Server("--memory-budget=256KiB")
        with server.channel() as channel:
            client = Client(server)
            client.call("GetInfo", {})
            refusal = client.raw_refused(SUBMIT, field(2, b" " * 100000))
            self.assertEqual((refusal.code, refusal.reason),
                             ("RESOURCE_EXHAUSTED", "SERVER_OVERLOADED"))
            delay = refusal.retry.retry_delay
            self.assertTrue(0.5 <= delay.seconds + delay.nanos / 1e9 <= 1.5)
            self.assertEqual(refusal.metadata["retry"], "SAME_KEY")
            self.assertGreaterEqual(int(refusal.trailers["grpc-retry-pushback-ms"]), 500)
            self.assertEqual(client.health(), 1)
            client.call("GetInfo", {})
            client.close()
            del channel
        server.stop()

    def test_no_more_than_64_health_watches(self):
        server = Server()
        with server.channel() as channel:
            watch = channel.unary_stream(f"/{HEALTH}/Watch")
            streams = [watch(b"", timeout=30) for _ in range(64)]
            for stream in streams:
                self.assertEqual(next(stream), b"\x08\x01")
            with self.assertRaises(grpc.RpcError) as caught:
                next(watch(b"", timeout=10))
            self.assertEqual(Refusal(caught.exception).reason, "SERVER_OVERLOADED")
            for stream in streams:
                stream.cancel()
        server.stop()

    def test_reflection_streams_take_no_place_of_health_watches(self):
        """Each class of streams has its own limit."""
        server = Server()
        with server.channel() as channel:
            reflect = channel.stream_stream(
                "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
            watch = channel.unary_stream(f"/{HEALTH}/Watch")
            ends, streams = [], []
            for number in range(65):
                ask = queue.Queue()
                ask.put(field(7, b"*"))  # list_services
                ends.append(ask)
                streams.append(reflect(iter(ask.get, None), timeout=30))
                self.assertTrue(next(streams[-1]))
            last = watch(b"", timeout=30)
            self.assertEqual(next(last), b"\x08\x01")
            for stream in [*streams, last]:
                stream.cancel()
            for ask in ends:
                ask.put(None)
        server.stop()

    def test_reflection_can_be_switched_off(self):
        server = Server("--reflection=off")
        client = Client(server)
        call = client.channel.stream_stream(
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
        with self.assertRaises(grpc.RpcError) as caught:
            list(call(iter([b""]), timeout=10))
        self.assertEqual(Refusal(caught.exception).reason, "METHOD_DISABLED")
        client.close()
        server.stop()

    def test_unknown_fields_become_warnings_when_told_so(self):
        server = Server("--unknown-fields=warn")
        client = Client(server)
        packed = field(1, field(3, field(1, field(1, b"name") + field(2, field(3, b"pi")))) +
                       field(4, field(9, b"Pi") + field(10, b"local:///pi.jar") +
                             field(6, b"spark:4.0.1") + field(4, b"cluster") +
                             field(999, b"new")))
        response = client.raw(RENDER, packed)
        self.assertIn(b"UNKNOWN_FIELD_IGNORED", response)
        client.close()
        server.stop()
        strict = Server()
        client = Client(strict)
        refusal = client.raw_refused(RENDER, packed)
        self.assertEqual((refusal.reason, refusal.fields), ("UNKNOWN_FIELD", ["spec"]))
        client.close()
        strict.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
