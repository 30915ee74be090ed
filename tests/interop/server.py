# SPDX-License-Identifier: Apache-2.0
"""A sparksubmitd of its own for each test, and messages made from the embedded descriptors."""

import atexit
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import grpc
from google.protobuf import (descriptor_pb2, descriptor_pool, json_format,
                             message_factory)

PROGRAM, DESCRIPTORS = sys.argv[1:3]
SERVICE = "spark.submit.v1.SubmitService"
HEALTH = "grpc.health.v1.Health"

pool = descriptor_pool.DescriptorPool()
for file in descriptor_pb2.FileDescriptorSet.FromString(
        pathlib.Path(DESCRIPTORS).read_bytes()).file:
    pool.Add(file)


def message_class(name):
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


def make(name, tree):
    return json_format.ParseDict(tree, message_class(name)())


def application(**changes):
    """A small SparkApplication; changes replace members of its spec, None removes one."""
    spec = {
        "type": "Scala", "mode": "cluster", "image": "spark:4.0.1", "sparkVersion": "4.0.1",
        "mainClass": "org.apache.spark.examples.SparkPi",
        "mainApplicationFile": "local:///opt/spark/examples/jars/spark-examples.jar",
        "driver": {"cores": 1, "memory": "512m", "serviceAccount": "spark"},
        "executor": {"instances": 1, "cores": 1, "memory": "512m"},
    }
    spec.update(changes)
    return {"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
            "metadata": {"name": "spark-pi", "namespace": "default"},
            "spec": {key: value for key, value in spec.items() if value is not None}}


class Refusal:
    """What a caller can read from an error."""

    def __init__(self, error):
        self.code = error.code().name
        self.text = error.details()
        self.trailers = dict(error.trailing_metadata() or ())
        self.details = {}
        packed = self.trailers.get("grpc-status-details-bin")
        if packed:
            status = message_class("google.rpc.Status").FromString(packed)
            assert status.code == error.code().value[0], status
            for item in status.details:
                name = item.type_url.split("/")[1]
                assert name not in self.details
                self.details[name] = message_class(name).FromString(item.value)
        info = self.details.get("google.rpc.ErrorInfo")
        self.reason = info.reason if info else None
        self.metadata = dict(info.metadata) if info else {}
        bad = self.details.get("google.rpc.BadRequest")
        self.fields = [each.field for each in bad.field_violations] if bad else []
        self.retry = self.details.get("google.rpc.RetryInfo")


class Server:
    """Runs the program; stop() ends it as a cluster would and checks how it ends."""

    def __init__(self, *flags, directory=None, api_server=None, read_log=True,
                 user=None, environment=None, program=None):
        """environment: variables beside those of the test, of which the SPK_ ones are for tests.
        program: instead of PROGRAM."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith("SPK_")}
        self.owned = None if directory else tempfile.TemporaryDirectory()
        self.directory = directory or self.owned.name
        if user:
            os.chown(self.directory, user, user)
        self.path = os.path.join(self.directory, "grpc.sock")
        self.address = "unix://" + self.path
        self.lines = []
        self.process = subprocess.Popen(
            [program or PROGRAM, f"--kubeconfig={api_server.kubeconfig}" if api_server
             else "--api-server=memory", "--listen=" + self.address, "--log-format=json",
             *flags], stderr=subprocess.PIPE, text=True, user=user,
            env={**mine, **(environment or {})})
        atexit.register(self.process.kill)  # of a failed test, which does not stop it
        self.reader = threading.Thread(target=self._read, daemon=True)
        if read_log:
            self.read_log()
            self.wait_for("started")
        else:
            self.wait_until_listening()

    def read_log(self):
        self.reader.start()

    def wait_until_listening(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket(socket.AF_UNIX) as peer:
                if peer.connect_ex(self.path) == 0:
                    return
            time.sleep(0.01)
        raise AssertionError("it does not listen")

    def _read(self):
        for line in self.process.stderr:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                sys.stderr.write(line)

    def wait_for(self, message, seconds=20, **fields):
        """The first log line with that message and these fields."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in list(self.lines):
                if line["msg"] == message and all(
                        line.get(key) == value for key, value in fields.items()):
                    return line
            if self.process.poll() is not None and not self.reader.is_alive():
                break
            time.sleep(0.01)
        raise AssertionError(f"no line {message!r} {fields} in {self.lines[-5:]}")

    def rpc_lines(self, **fields):
        return [line for line in list(self.lines) if line["msg"] == "rpc" and all(
            line.get(key) == value for key, value in fields.items())]

    def channel(self, *options):
        return grpc.insecure_channel(self.address, options=[
            ("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1), *options])

    def state(self):
        """live and inflight, as the process says them when asked."""
        before = sum(line["msg"] == "state" for line in self.lines)
        self.process.send_signal(signal.SIGUSR1)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            seen = [line for line in list(self.lines) if line["msg"] == "state"]
            if len(seen) > before:
                return seen[-1]
            time.sleep(0.01)
        raise AssertionError("no state")

    def idle_state(self):
        """state() once no call lives any more: its log line comes before its end."""
        end = time.monotonic() + 10
        while self.state()["live"] and time.monotonic() < end:
            time.sleep(0.01)
        return self.state()

    def stop(self, code=0, ask=True):
        if ask and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        got = self.process.wait(40)
        if self.reader.ident:
            self.reader.join()
        self.process.stderr.close()
        assert got == code, f"exit code {got}, not {code}"
        if self.owned:
            self.owned.cleanup()


class Client:
    def __init__(self, server, *options):
        self.channel = server.channel(*options)

    def close(self):
        self.channel.close()

    def method(self, service, method):
        service_type = pool.FindServiceByName(service)
        output = service_type.methods_by_name[method].output_type.full_name
        return self.channel.unary_unary(f"/{service}/{method}",
                                        lambda message: message.SerializeToString(),
                                        message_class(output).FromString)

    def call(self, method, tree, service=SERVICE, timeout=20, **options):
        input_type = pool.FindServiceByName(service).methods_by_name[method].input_type
        return self.method(service, method)(make(input_type.full_name, tree), timeout=timeout,
                                            **options)

    def refused(self, method, tree, **options):
        try:
            self.call(method, tree, **options)
        except grpc.RpcError as error:
            return Refusal(error)
        raise AssertionError("it was not refused")

    def raw(self, method, request, timeout=20, **options):
        return self.channel.unary_unary(method)(request, timeout=timeout, **options)

    def raw_refused(self, method, request, **options):
        try:
            self.raw(method, request, **options)
        except grpc.RpcError as error:
            return Refusal(error)
        raise AssertionError("it was not refused")

    def submit(self, app, timeout=20, **members):
        return self.call("Submit", {"application": app, **members}, timeout=timeout)

    def health(self, service=""):
        return self.call("Check", {"service": service}, service=HEALTH).status
