# SPDX-License-Identifier: Apache-2.0
"""What the tests of the drop-in against a real API server share: PROGRAM CONTROL_PLANE SPARK_SUBMIT
SERVER LIBRARY_FOLDER."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "golden")]

import kube  # noqa: E402

NAMESPACE = "drop-in"
UID = "5a7b1c2d-0001-4000-8000-00000000a001"
STAMP = re.compile(r"^\d\d/\d\d/\d\d \d\d:\d\d:\d\d ")
DEPLOYED = re.compile(r"INFO Client: Deployed Spark application (\S+) with application ID (spark-[0-9a-f]{32}) "
                      r"and submission ID (\S+):(\S+) into Kubernetes")
MAX_STDERR = 32 * 1024

CONTROL_PLANE, PROGRAM, SERVER, LIBRARY = map(os.path.abspath, sys.argv[1:5])
CLUSTER = kube.Kube(CONTROL_PLANE) if os.path.exists(CONTROL_PLANE + "/kubeconfig") else None


def owned_template(name):
    """A driver template as the Spark Operator writes it: owned by the application."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {
        "labels": {"from": "template"},
        "ownerReferences": [{"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
                             "name": name, "uid": UID, "controller": True, "blockOwnerDeletion": True}]},
            "spec": {"containers": [{"name": "spark-kubernetes-driver",
                                     "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
                     "volumes": [{"name": "data", "emptyDir": {}}]}}


class Case(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)

    def tearDown(self):
        for kind in ("Pod", "ConfigMap", "Service", "Secret"):
            for item in CLUSTER.list(kind, NAMESPACE):
                if item["metadata"]["name"] != "kube-root-ca.crt":
                    CLUSTER.delete(kind, NAMESPACE, item["metadata"]["name"])

    def environment(self, **more):
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder),
                     "KUBECONFIG": CONTROL_PLANE + "/kubeconfig", "SPK_SPARK_VERSION": "4.1.4"}
        variables.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
        variables.update(more)
        return {name: value for name, value in variables.items() if value is not None}

    def start(self, *arguments, **more):
        return subprocess.Popen([PROGRAM, *arguments], env=self.environment(**more), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder)

    def run_it(self, *arguments, expect=0, **more):
        process = self.start(*arguments, **more)
        out, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, expect, error)
        self.assertLess(len(error), MAX_STDERR)
        return out, error

    def words(self, name, *more, wait=False, master=None):
        return ["--master", "k8s://" + (master or CLUSTER.server), "--deploy-mode", "cluster", "--name", name,
                "--class", "org.example.Main",
                "--conf", "spark.kubernetes.namespace=" + NAMESPACE,
                "--conf", "spark.kubernetes.driver.pod.name=%s-driver" % name,
                "--conf", "spark.kubernetes.container.image=spark:4.1.4",
                *([] if wait else ["--conf", "spark.kubernetes.submission.waitAppCompletion=false"]),
                *more, "local:///app.jar", "argument"]

    def driver(self, name):
        return CLUSTER.get("Pod", NAMESPACE, name + "-driver")

    def properties(self, name):
        for item in CLUSTER.list("ConfigMap", NAMESPACE):
            text = item["data"].get("spark.properties", "")
            if "%s-driver" % name in text:
                return text
        return self.fail("no spark.properties of " + name)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)


def until(condition):
    """Waits for an event, with a deadline."""
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.02)


def main():
    if not CLUSTER:
        print("skipped: there is no control plane in", CONTROL_PLANE)
        return 1 if os.environ.get("CI") == "true" else 77
    CLUSTER.ensure_namespace(NAMESPACE, ["default", "sa"])
    program = unittest.main(argv=[sys.argv[0], *sys.argv[5:]], exit=False, verbosity=2)
    return 0 if program.result.wasSuccessful() else 1
