#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""libsparksubmit against a service that answers as it is told, and against a real one.

test_client.py SPARKSUBMITD DESCRIPTORS TEST_CLIENT
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent import futures

import grpc

from server import SERVICE, Server, make, message_class

INFO = "type.googleapis.com/google.rpc."


def trailers(code, info=None, fields=(), delay_ms=None):
    """grpc-status-details-bin as a server of ours sends it."""
    status = message_class("google.rpc.Status")(code=code.value[0])

    def add(name, tree):
        detail = status.details.add()
        detail.type_url = INFO + name
        detail.value = make("google.rpc." + name, tree).SerializeToString()

    if info:
        add("ErrorInfo", {"reason": info[0], "domain": "spark-submit.internal",
                          "metadata": {"outcome": info[1], "retry": info[2]}})
    if fields:
        add("BadRequest", {"fieldViolations": [{"field": field, "description": text}
                                                 for field, text in fields]})
    if delay_ms is not None:
        add("RetryInfo", {"retryDelay": f"{delay_ms / 1000}s"})
    return (("grpc-status-details-bin", status.SerializeToString()),)


def field(number, content):
    """A field of bytes as it travels."""
    length, digits = len(content), []
    while length > 0x7F:
        digits.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([number << 3 | 2, *digits, length]) + content


class Told:
    """What to do stands in the request: its spark_version names one of these methods."""

    def __init__(self):
        self.first = {}

    def submit(self, raw, context):
        request = message_class("spark.submit.v1.SubmitRequest").FromString(raw)
        return getattr(self, request.spark_version.split()[0])(raw, request, context)

    def render(self, _raw, _context):
        """58 KB of objects in objects, deeper than a thread's stack."""
        nested = b""
        for _ in range(6000):
            for number in (5, 2, 1):  # Value.struct_value, FieldsEntry.value, Struct.fields
                nested = field(number, nested)
        return field(1, field(3, nested))

    def fail(self, context, code, **details):
        context.set_trailing_metadata(trailers(code, **details))
        context.abort(code, "told to")

    def bare(self, _raw, _request, context):
        context.abort(grpc.StatusCode.UNAVAILABLE, "told to")

    def details(self, _raw, _request, context):
        self.fail(context, grpc.StatusCode.FAILED_PRECONDITION, delay_ms=2500,
                  info=("OBJECT_FOREIGN", "PARTIAL", "NEW_KEY"),
                  fields=[("spec.a", "spec.a is wrong"), ("spec.b", "")])

    def later(self, _raw, _request, context):
        self.fail(context, grpc.StatusCode.UNAVAILABLE, delay_ms=60000,
                  info=("KUBE_THROTTLED", "NOT_CREATED", "SAME_KEY"))

    def future(self, _raw, _request, context):
        self.fail(context, grpc.StatusCode.ABORTED, info=("NEW_REASON", "NEW_OUTCOME", "NEW"))

    def busy(self, _raw, _request, context):
        self.fail(context, grpc.StatusCode.UNAVAILABLE, delay_ms=3000,
                  info=("SERVER_DRAINING", "NOT_CREATED", "SAME_KEY"))

    def tries(self, _raw, request, context):
        """One outcome and advice for each try; the last of them is final."""
        steps = request.spark_version.split()[1:]
        number = int(dict(context.invocation_metadata()).get("grpc-previous-rpc-attempts", "0"))
        outcome, retry = steps[number].split("/")
        code = grpc.StatusCode.PERMISSION_DENIED if number + 1 == len(steps) else grpc.StatusCode.UNAVAILABLE
        self.fail(context, code, delay_ms=1, info=("KUBE_FORBIDDEN", outcome, retry))

    def twice(self, raw, request, context):
        key = (request.idempotency_key, request.default_idempotency_key)
        attempts = dict(context.invocation_metadata()).get("grpc-previous-rpc-attempts", "-")
        if key not in self.first:
            self.first[key] = raw
            self.fail(context, grpc.StatusCode.UNAVAILABLE, delay_ms=1,
                      info=("KUBE_UNREACHABLE", "UNKNOWN", "SAME_KEY"))
        return make("spark.submit.v1.SubmitResponse", {
            "appName": "same" if self.first[key] == raw else "other",
            "attempt": attempts, "idempotencyKey": "|".join(key)}).SerializeToString()

    def garbage(self, _raw, _request, _context):
        return b"\xff\xff"

    def slow(self, _raw, _request, context):
        end = time.monotonic() + 20
        while context.is_active() and time.monotonic() < end:
            time.sleep(0.01)
        return b""


def main():
    told = Told()
    pool = futures.ThreadPoolExecutor(8)
    fake = grpc.server(pool)
    fake.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(
        SERVICE, {"Submit": grpc.unary_unary_rpc_method_handler(told.submit),
                  "Render": grpc.unary_unary_rpc_method_handler(told.render)}),))
    with tempfile.TemporaryDirectory() as directory:
        address = f"unix:{directory}/fake.sock"
        assert fake.add_insecure_port(address)
        fake.start()
        real = Server("--mode=standalone")
        done = subprocess.run([sys.argv[3]], timeout=240, check=False, env={
            **os.environ, "SPK_TOLD": address, "SPK_REAL": real.address})
        real.stop()
        fake.stop(None)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
