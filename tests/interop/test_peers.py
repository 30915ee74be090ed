#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peers that do not behave: they reset, lie about lengths, or do not read their answers."""

import os
import pathlib
import sys
import time
import unittest

import http2
from server import SERVICE, Client, Server, application, make

RENDER = f"/{SERVICE}/Render"
GET_INFO = f"/{SERVICE}/GetInfo"
RESETS = 4000
BOUND_KIB = 24 * 1024  # the 24 arenas of test_peers' calls are 200 MiB


def status_kib(server, name):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text("ascii").split("\n"):
        if line.startswith(name + ":"):
            return int(line.split()[1])
    raise AssertionError(name)


def tcp_server(*flags):
    server = Server("--listen=tcp://127.0.0.1:0", *flags)
    port = server.wait_for("listening", address="127.0.0.1:0")["port"]
    return server, ("127.0.0.1", port)


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.01)


class Resets(unittest.TestCase):
    def reset_many(self, server, address):
        """Calls that are reset before their request came, counted by the server."""
        for _ in range(RESETS // 500):
            connection = http2.Connection(address)
            for _ in range(500):
                stream, headers = connection.headers(GET_INFO)
                connection.send(headers + http2.frame(http2.RST_STREAM, 0, stream,
                                                      http2.CANCEL.to_bytes(4, "big")))
            connection.ping()
            connection.close()
        server.idle_state()

    def test_a_flood_of_resets_does_not_flood_the_log(self):
        server, tcp = tcp_server()
        for address in (server.path, tcp):
            self.reset_many(server, address)
        client = Client(server)
        client.call("GetInfo", {})
        client.close()
        server.stop()
        lines = server.rpc_lines(method=GET_INFO)
        failed = [line for line in lines if line["code"] != "OK"]
        self.assertEqual(len(lines) - len(failed), 1)
        self.assertGreater(len(failed), 0)
        self.assertEqual({line["level"] for line in failed}, {"info"})
        self.assertLess(sum(len(str(line)) for line in server.lines), 200_000)
        told = sum(line["count"] for line in server.lines
                   if line["msg"] == "repeated lines were left out" and line["line"] == "rpc")
        self.assertGreater(told, RESETS)
        self.assertLessEqual(told + len(failed), 2 * RESETS)

    def test_a_wrong_length_is_the_callers_mistake(self):
        server = Server()
        connection = http2.Connection(server.path)
        connection.call(GET_INFO, b"", length=100)
        connection.call(f"/grpc.health.v1.Health/Check", b"", length=100)
        lines = [server.wait_for("rpc", method=GET_INFO),
                 server.wait_for("rpc", method="/grpc.health.v1.Health/Check")]
        for line in lines:
            self.assertEqual((line["level"], line["code"], line["reason"]),
                             ("info", "INVALID_ARGUMENT", "INVALID_MESSAGE"))
        connection.close()
        server.stop()


class NoReader(unittest.TestCase):
    """SETTINGS_INITIAL_WINDOW_SIZE 0 and no WINDOW_UPDATE: no answer leaves the server."""

    CALLS = 24

    def hold(self, server, address):
        """A connection with CALLS calls that are answered, and the size of one answer."""
        labels = {f"label-{i:04}": "v" for i in range(2500)}
        app = application(driver={"cores": 1, "memory": "512m", "labels": labels})
        request = make("spark.submit.v1.RenderRequest", {"application": app})
        client = Client(server)
        size = client.method(SERVICE, "Render")(request, timeout=60).ByteSize()
        client.close()
        connection = http2.Connection(address, window=0)
        for _ in range(self.CALLS):
            connection.call(RENDER, request.SerializeToString())
        # What waits for its reader is charged for its answer and nothing else.
        until(lambda: server.state()["reserved_bytes"] == self.CALLS * size)
        self.assertEqual(server.state()["inflight"], self.CALLS)
        return connection

    def check(self, server, address):
        warm = Client(server)
        warm.call("GetInfo", {})
        before = status_kib(server, "VmRSS")
        connection = self.hold(server, address)
        until(lambda: status_kib(server, "VmRSS") - before < BOUND_KIB)
        # Nobody reads, and the client gave no deadline: the server's own ends the calls.
        until(lambda: server.state()["live"] == 0)
        lines = server.rpc_lines(method=RENDER, overdue=True)
        self.assertEqual(len(lines), self.CALLS)
        self.assertEqual({line["client_gone"] for line in lines}, {True})
        self.assertEqual(server.state()["reserved_bytes"], 0)
        until(lambda: status_kib(server, "VmRSS") - before < BOUND_KIB)
        connection.close()
        warm.call("GetInfo", {})
        warm.close()

    def test_over_a_unix_socket(self):
        server = Server("--default-deadline=15s")
        self.check(server, server.path)
        server.stop()

    def test_over_tcp(self):
        server, tcp = tcp_server("--default-deadline=15s")
        self.check(server, tcp)
        server.stop()


if __name__ == "__main__":
    # What is freed goes back to the system, under AddressSanitizer too.
    os.environ["ASAN_OPTIONS"] = ":".join(
        filter(None, [os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=1",
                      "thread_local_quarantine_size_kb=64", "allocator_release_to_os_interval_ms=0"]))
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
