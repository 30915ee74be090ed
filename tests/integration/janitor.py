#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The janitor on a real API server, with the rights of docker/manifests: janitor.py CONTROL_PLANE SERVER

An object has to be four times as old as the longest deadline, so the server takes deadlines of a second.
What has to stay is made first, so it is old enough when the rest has gone; then two more rounds delete nothing.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import kube

HERE = pathlib.Path(__file__).resolve().parent
MANIFESTS = HERE.parent.parent / "docker/manifests"
CONTROL_PLANE, SERVER = map(os.path.abspath, sys.argv[1:3])
CLUSTER = kube.Kube(CONTROL_PLANE) if os.path.exists(CONTROL_PLANE + "/kubeconfig") else None
NAMESPACE = "janitor"  # of its own: the janitor acts on all that is old enough
PREFIX = "spark-submit.internal/"
APPLICATION = "5a7b1c2d-0001-4000-8000-00000000a001"


def marked(kind, name, attempt, key, order, **fields):
    """An object of an attempt, as the protocol marks it."""
    return {"apiVersion": "v1", "kind": kind,
            "metadata": {"name": "janitor-" + name, "namespace": NAMESPACE,
                         "labels": {PREFIX + "attempt": attempt, PREFIX + "app-uid": APPLICATION, "made": "here"},
                         "annotations": {PREFIX + "key": "%s/%s" % (attempt, key), PREFIX + "order": order}}, **fields}


def driver(name, attempt, key, order, gates=()):
    return marked("Pod", name, attempt, key, order, spec={
        "serviceAccountName": "default", "schedulingGates": [{"name": gate} for gate in gates],
        "containers": [{"name": "spark-kubernetes-driver", "image": "spark:4.3.0"}]})


def config_map(name, attempt, key, order):
    return marked("ConfigMap", name, attempt, key, order, data={"spark.properties": ""})


class Janitor(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)
        CLUSTER.ensure_namespace(NAMESPACE, ["default"])
        self.addCleanup(self.clean)
        rights = "\n---\n".join((MANIFESTS / name).read_text("utf-8") for name in ("standalone-role.yaml", "janitor-role.yaml"))
        rights = rights.replace("namespace: default", "namespace: " + NAMESPACE)
        subprocess.run([CONTROL_PLANE + "/kubectl", "apply", "--server-side", "-f", "-"], input=rights, text=True,
                       check=True, stdout=subprocess.DEVNULL)

    def clean(self):
        for kind in ("Pod", "ConfigMap", "Service"):
            for item in CLUSTER.list(kind, NAMESPACE, "made=here"):
                CLUSTER.delete(kind, NAMESPACE, item["metadata"]["name"])

    def owned(self, body, owner):
        body["metadata"]["ownerReferences"] = [{"apiVersion": "v1", "kind": "Pod", "name": owner["metadata"]["name"],
                                                "uid": owner["metadata"]["uid"]}]
        return body

    def names(self):
        return {item["kind"] + "/" + item["metadata"]["name"][len("janitor-"):]
                for kind in ("Pod", "ConfigMap", "Service") for item in CLUSTER.list(kind, NAMESPACE, "made=here")}

    def rounds(self, expected, *options):
        """Deletions that the log tells: rounds go on until there are so many, and two more delete nothing."""
        path = CLUSTER.path("ServiceAccount", NAMESPACE) + "/sparksubmitd/token"
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
        (self.folder / "run").mkdir(mode=0o750, exist_ok=True)
        process = subprocess.Popen(
            [SERVER, "--mode=standalone", "--listen=unix://%s/run/grpc.sock" % self.folder, "--log-level=debug",
             "--log-format=json", "--kubeconfig=%s" % file, "--default-deadline=1s", "--max-deadline=1s",
             "--janitor-interval=1s", "--janitor-age=0s", "--janitor-namespaces=" + NAMESPACE, *options],
            stderr=subprocess.PIPE, text=True)
        deleted, quiet, left_out = [], 0, []
        for line in process.stderr:
            event = json.loads(line)
            if event["msg"] == "janitor deleted":
                deleted.append("%s %s/%s" % (event["rule"], event["kind"], event["name"][len("janitor-"):]))
                quiet = 0
            elif event["msg"] == "janitor left something out":
                left_out.append("%s %s" % (event["kind"], event.get("http", "")))
            elif event["msg"] == "janitor round":
                quiet += 1
                if quiet > 2 and len(deleted) >= expected:
                    break
        process.terminate()
        process.communicate()
        self.assertEqual(process.returncode, 0)
        return sorted(deleted), left_out

    def test_what_nobody_will_use_goes_and_all_else_stays(self):
        alive = CLUSTER.create(NAMESPACE, driver("alive", "b", "K", "1.0.1"))
        CLUSTER.create(NAMESPACE, driver("gated-by-others", "d", "K", "1.0.0", ["example.com/quota"]))
        CLUSTER.create(NAMESPACE, self.owned(config_map("in-use", "b", "K", "1.0.1"), alive))
        CLUSTER.create(NAMESPACE, config_map("ownerless-in-use", "b", "K", "1.0.1"))
        stranger = config_map("of-others", "e", "K", "1.0.0")
        del stranger["metadata"]["annotations"]
        CLUSTER.create(NAMESPACE, stranger)
        CLUSTER.create(NAMESPACE, driver("unopened", "c", "K", "1.0.0", [PREFIX + "prepared"]))
        CLUSTER.create(NAMESPACE, self.owned(config_map("superseded", "a", "K", "1.0.0"), alive))
        CLUSTER.create(NAMESPACE, self.owned(config_map("lost-the-race", "b", "L", "1.0.1"), alive))
        CLUSTER.create(NAMESPACE, config_map("ownerless", "e", "K", "1.0.0"))
        before = self.names()
        deleted, left_out = self.rounds(4, "--janitor-user=system:serviceaccount:%s:sparksubmitd-janitor" % NAMESPACE)
        self.assertEqual(deleted, ["J1 ConfigMap/ownerless", "J2 ConfigMap/lost-the-race", "J2 ConfigMap/superseded",
                                   "J3 Pod/unopened"])
        self.assertEqual(left_out, [])
        self.assertEqual(before - self.names(), {line.split()[1] for line in deleted})

    def test_without_the_right_it_says_so_and_nothing_goes(self):
        CLUSTER.create(NAMESPACE, config_map("ownerless", "e", "K", "1.0.0"))
        deleted, left_out = self.rounds(0, "--janitor-user=system:serviceaccount:%s:default" % NAMESPACE)
        self.assertEqual(deleted, [])
        self.assertEqual(set(left_out), {"Pod 403"})
        self.assertEqual(self.names(), {"ConfigMap/ownerless"})


def main():
    if not CLUSTER:
        print("skipped: there is no control plane in", CONTROL_PLANE)
        return 1 if os.environ.get("CI") == "true" else 77
    program = unittest.main(argv=["janitor.py", *sys.argv[3:]], exit=False, verbosity=2)
    return 0 if program.result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
