# SPDX-License-Identifier: Apache-2.0
"""A server with the token of a service account that a Role of docker/manifests is bound to; arguments of the
program: CONTROL_PLANE SPARKSUBMITD."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import kube

HERE = pathlib.Path(__file__).resolve().parent
MANIFESTS = HERE.parent.parent / "docker/manifests"
CONTROL_PLANE, SERVER = map(os.path.abspath, sys.argv[1:3])
CLUSTER = kube.Kube(CONTROL_PLANE) if os.path.exists(CONTROL_PLANE + "/kubeconfig") else None


class RoleCase(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)
        self.addCleanup(self.clean)

    def clean(self):
        for kind in ("Pod", "ConfigMap", "Service", "NetworkPolicy"):
            for item in CLUSTER.list(kind, "default"):
                if item["metadata"]["name"].startswith(("role-", "spark-drv-")):
                    CLUSTER.delete(kind, "default", item["metadata"]["name"])

    def kubeconfig(self, namespace, account):
        path = CLUSTER.path("ServiceAccount", namespace) + "/%s/token" % account
        token = CLUSTER.call("POST", path, {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                                            "spec": {"expirationSeconds": 3600}})["status"]["token"]
        file = self.folder / "kubeconfig"
        file.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "users": [{"name": "u", "user": {"token": token}}],
            "clusters": [{"name": "c", "cluster": {"server": CLUSTER.server, "certificate-authority":
                                                   str(CLUSTER.authority)}}]}), "utf-8")
        file.chmod(0o600)
        return file

    def serve(self, mode, manifest, namespace, account):
        CLUSTER.ensure_namespace(namespace, [account])
        CLUSTER.ensure_namespace("default", ["default"])
        subprocess.run([CONTROL_PLANE + "/kubectl", "apply", "--server-side", "-f", MANIFESTS / manifest], check=True,
                       stdout=subprocess.DEVNULL)
        (self.folder / "run").mkdir(mode=0o750)
        self.socket = self.folder / "run/grpc.sock"
        process = subprocess.Popen([SERVER, "--mode=" + mode, "--listen=unix://%s" % self.socket, "--log-level=error",
                                    "--kubeconfig=%s" % self.kubeconfig(namespace, account)])
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        deadline = time.monotonic() + 20
        while not self.socket.exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
