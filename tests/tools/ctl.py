# SPDX-License-Identifier: Apache-2.0
"""sparksubmitctl and sparksubmitd, named by the first two arguments, for tests"""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time

CTL, SERVER = sys.argv[1:3]
EXAMPLE = str(pathlib.Path(__file__).resolve().parents[2] / "docker/examples/spark-pi.yaml")
UID = "5a7b1c2d-0001-4000-8000-00000000a001"
SUBMISSION_ID = "5eed5eed-1234-4567-89ab-cdef01234567"
COMMAND = ["--master", "k8s://https://10.0.0.1:443", "--deploy-mode", "cluster", "--name", "pi",
           "--conf", "spark.kubernetes.container.image=spark:4.0.1", "--class", "Pi",
           "local:///opt/pi.jar", "10"]


def ctl(*arguments, text=None, cwd=None, **environment):
    """Nothing of our own environment but what is given."""
    return subprocess.run([CTL, *arguments], input=text, capture_output=True, text=True, timeout=60,
                          check=False, cwd=cwd, env={"PATH": os.environ["PATH"], **environment})


def rendered(*arguments, **options):
    done = ctl("render", "-o", "json", *arguments, **options)
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def kinds(tree):
    return [item["kind"] for item in tree["items"]]


def object_of(tree, kind, part=""):
    return next(item for item in tree["items"]
                if item["kind"] == kind and part in item["metadata"]["name"])


def properties(tree):
    text = next(item["data"]["spark.properties"] for item in tree["items"]
                if "spark.properties" in item.get("data", {}))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.replace("\\:", ":").replace("\\=", "=").split("=", 1) for line in lines)


def application(**changes):
    spec = {"type": "Scala", "mode": "cluster", "image": "spark:4.0.1", "sparkVersion": "4.0.1",
            "mainClass": "Pi", "mainApplicationFile": "local:///opt/pi.jar",
            "driver": {"cores": 1, "memory": "512m"},
            "executor": {"instances": 1, "cores": 1, "memory": "512m"}, **changes}
    return json.dumps({"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
                       "metadata": {"name": "pi", "namespace": "default"},
                       "spec": {key: value for key, value in spec.items() if value is not None}})


@contextlib.contextmanager
def server(*flags, api_server="--api-server=memory"):
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/run/grpc.sock"
        with open(folder + "/log", "wb") as log:
            process = subprocess.Popen(
                [SERVER, "--mode=standalone", api_server, "--listen=unix://" + path, *flags],
                stderr=log)
            try:
                deadline = time.monotonic() + 30
                while b"started" not in pathlib.Path(folder, "log").read_bytes():
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise AssertionError(pathlib.Path(folder, "log").read_text("utf-8"))
                    time.sleep(0.02)
                yield "unix:" + path, process
            finally:
                process.terminate()
                process.wait(60)


@contextlib.contextmanager
def mute_server(end):
    """Takes calls and never answers: it hangs, closes the connection, or is gone after that."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError), listener:
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))  # SETTINGS
                    received = b""
                    while chunk := connection.recv(65536):
                        received += chunk
                        if end != "hangs" and b"mainApplicationFile" in received:
                            break
                if end == "gone":
                    break

    thread = threading.Thread(target=serve, daemon=True)
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    thread.start()
    try:
        yield address
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(60)
