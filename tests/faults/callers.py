# SPDX-License-Identifier: Apache-2.0
"""Who submits: a server behind a faulty way to the API server, or the drop-in on it."""

import itertools
import os
import pathlib
import re
import subprocess
import sys
import time

import grpc

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "interop"))

from cluster import Answer, Cluster  # noqa: E402
from proxy import Proxy  # noqa: E402

SERVICE = "spark.submit.v1.SubmitService"
IMAGE = "spark:4.1.4"
NUMBERS = itertools.count(1)
TOLD = re.compile(r"it is not known whether (the driver)|the driver \S+ was created all the same")


def interop(program, descriptors):
    """tests/interop/server.py, which reads the command line of its tests."""
    if "server" not in sys.modules:
        ours, sys.argv = sys.argv, [sys.argv[0], program, descriptors]
        import server  # noqa: F401
        sys.argv = ours
    return sys.modules["server"]


class Lane:
    """A namespace, and callers; with a proxy they know the API server by that only."""

    def __init__(self, number, programs, control_plane, folder, with_proxy=True):
        self.programs = programs
        self.namespace = "faults-%d" % number
        self.cluster = Cluster(control_plane)
        self.cluster.ensure_namespace(self.namespace, ["default", "spark"])
        self.proxy = Proxy(control_plane, self.cluster.address) if with_proxy else None
        self.port = self.proxy.port if with_proxy else self.cluster.address[1]
        self.folder = pathlib.Path(folder, self.namespace)
        self.folder.mkdir()
        self.kubeconfig = self.folder / "kubeconfig"
        text = (pathlib.Path(control_plane) / "kubeconfig").read_text(encoding="utf-8")
        text = text.replace(self.cluster.server, "https://127.0.0.1:%d" % self.port)
        text = text.replace("certificate-authority: ca.crt", "certificate-authority: %s" % self.cluster.authority)
        self.kubeconfig.write_text(text, encoding="utf-8")
        self.kubeconfig.chmod(0o600)
        self.interop = interop(programs.server, programs.descriptors)
        self.server = self.client = None

    def open_server(self, level="warn", **more):
        """One more server, with the lane's way to the API server."""
        server = self.interop.Server("--mode=sidecar", "--log-level=" + level, api_server=self, read_log=False, **more)
        server.read_log()
        return server

    def start_server(self, level="warn"):
        self.server = self.open_server(level)
        self.client = self.interop.Client(self.server)

    def stop(self):
        if self.server:
            self.client.close()
            self.server.process.kill()
            self.server.process.wait()
        self.cluster.clear(self.namespace)

    def application(self, name, owned):
        tree = self.interop.application(sparkVersion="4.1.4", image=IMAGE)
        tree["metadata"] = {"name": name, "namespace": self.namespace}
        if owned:
            tree["metadata"]["uid"] = self.cluster.make_application(self.namespace, name)
        return tree

    def words(self, name):
        return ["--master", "k8s://https://127.0.0.1:%d" % self.port, "--deploy-mode", "cluster",
                "--name", name, "--class", "Main", "--conf", "spark.kubernetes.namespace=" + self.namespace,
                "--conf", "spark.kubernetes.container.image=" + IMAGE,
                "--conf", "spark.kubernetes.submission.waitAppCompletion=false"]

    def prepare(self, setting):
        """A function that submits the same thing each time it is called, within so many seconds."""
        name = "c%d" % next(NUMBERS)
        if setting.startswith("drop-in"):
            if setting == "drop-in-derived":
                return lambda seconds: self.run_drop_in(self.words(name))
            words = [*self.words(name), "--conf", "spark.kubernetes.driver.pod.name=%s-driver" % name]
            return lambda seconds: self.run_drop_in(words)
        request = self.request(setting, name)
        return lambda seconds: self.call_server(request, seconds)

    def request(self, setting, name):
        request = {"idempotency_key": "key-%s-%s" % (self.namespace, name)}
        if setting == "server-derived":
            request["command"] = {"args": [*self.words(name), "local:///app.jar"]}
        else:
            request["application"] = self.application(name, setting.endswith("owned"))
        return request

    def call_server(self, request, seconds, client=None):
        began = time.monotonic()
        try:
            reply = (client or self.client).call("Submit", request, timeout=seconds)
        except grpc.RpcError as error:
            took = time.monotonic() - began
            refusal = self.interop.Refusal(error)
            return Answer(False, outcome=refusal.metadata.get("outcome"), advice=refusal.metadata.get("retry"),
                          reason=refusal.reason or refusal.code, text=refusal.text, seconds=took)
        return Answer(True, uid=reply.driver_pod_uid, seconds=time.monotonic() - began)

    def run_drop_in(self, words):
        began = time.monotonic()
        done = subprocess.run([self.programs.drop_in, *words, "local:///app.jar"], capture_output=True, text=True,
                              check=False, timeout=150, cwd=self.folder,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "SPK_ERRORS": "plain",
                                   "KUBECONFIG": str(self.kubeconfig), "SPK_SPARK_VERSION": "4.1.4",
                                   **{name: value for name, value in os.environ.items()
                                      if name.endswith("SAN_OPTIONS")}})
        took = time.monotonic() - began
        if done.returncode == 0:
            return Answer(True, seconds=took)
        found = re.search(r"error\[(\w+)\]", done.stderr)
        reason = found.group(1) if found else "exit %d" % done.returncode
        # It says so if a driver may start all the same; else none does, unless it is another's.
        told = TOLD.search(done.stderr)
        outcome = ("EXISTS" if reason == "DRIVER_POD_EXISTS" else "PARTIAL" if not told
                   else "UNKNOWN" if told.group(1) else "CREATED")
        return Answer(False, outcome=outcome, reason=reason, text=done.stderr[-600:], seconds=took)
