#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Roles of docker/manifests are enough: roles.py CONTROL_PLANE SPARKSUBMITD SPARKSUBMITCTL

A server with the token of the service account that a Role is bound to submits, and submits again.
"""

import json
import os
import subprocess
import sys
import time
import unittest

import kube
from role_case import CLUSTER, CONTROL_PLANE, RoleCase

CTL = os.path.abspath(sys.argv[3])
UID = "5a7b1c2d-0001-4000-8000-00000000a001"
EVENTS = "/api/v1/namespaces/default/events"


def application(name, **metadata):
    """With all that the controller steps and the newest Spark make."""
    return {"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
            "metadata": {"name": name, "namespace": "default", **metadata},
            "spec": {"type": "Scala", "mode": "cluster", "image": "spark:4.3.0", "sparkVersion": "4.3.0",
                     "mainClass": "Pi", "mainApplicationFile": "local:///pi.jar",
                     "driver": {"cores": 1, "memory": "512m", "serviceAccount": "default"},
                     "executor": {"instances": 1, "cores": 1, "memory": "512m"},
                     "monitoring": {"exposeDriverMetrics": True, "exposeExecutorMetrics": True,
                                    "prometheus": {"jmxExporterJar": "/x.jar", "port": 8090}}}}


class Roles(RoleCase):
    def submit(self, tree, *options):
        return subprocess.run([CTL, "submit", "--endpoint", "unix:%s" % self.socket, "-o", "json", "-f", "-", *options],
                              input=json.dumps(tree), capture_output=True, text=True, timeout=60, check=False)

    def submit_twice(self, tree, *options):
        for adopted in (False, True):
            done = self.submit(tree, *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["adopted"], adopted)

    def test_beside_the_operator(self):
        self.serve("sidecar", "operator-sidecar-role.yaml", "spark-operator", "spark-operator-controller")
        self.submit_twice(application("role-sidecar", uid=UID, generation=1))

    def serve_applications(self):
        """The type is there if a test before has brought the operator's; any will do for a look."""
        path = CLUSTER.path("SparkApplication", "default")

        def served():
            try:
                return CLUSTER.call("GET", path)
            except kube.Refused as refusal:
                self.assertEqual(refusal.status, 404)
                return None
        if served():
            return
        names = {"kind": "SparkApplication", "listKind": "SparkApplicationList", "plural": "sparkapplications",
                 "singular": "sparkapplication"}
        anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        CLUSTER.call("POST", definitions, {
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": "sparkapplications.sparkoperator.k8s.io",
                         "annotations": {"api-approved.kubernetes.io": "unapproved, for a test"}},
            "spec": {"group": "sparkoperator.k8s.io", "names": names, "scope": "Namespaced", "versions": [
                {"name": "v1beta2", "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}]}})
        self.addCleanup(CLUSTER.call, "DELETE", definitions + "/sparkapplications.sparkoperator.k8s.io")
        deadline = time.monotonic() + 20
        while not served():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)

    def test_on_its_own(self):
        self.serve_applications()
        self.serve("standalone", "standalone-role.yaml", "default", "sparksubmitd")
        self.submit_twice(application("role-alone"), "--idempotency-key", "one")
        # With other data the operator's ConfigMap is brought up to date.
        CLUSTER.call("PATCH", CLUSTER.path("ConfigMap", "default") + "/role-alone-prom-conf",
                     {"data": {"prometheus.yaml": "old"}}, "application/merge-patch+json")
        again = self.submit(application("role-alone"), "--idempotency-key", "one")
        self.assertEqual(again.returncode, 0, again.stderr)
        # It may look for an application, and there is none.
        gone = self.submit(application("role-gone", uid=UID, generation=1))
        self.assertIn("APPLICATION_NOT_FOUND", gone.stderr)


    def ctl(self, *words):
        return subprocess.run([CTL, words[0], "--endpoint", "unix:%s" % self.socket, "-o", "json", *words[1:]],
                              capture_output=True, text=True, timeout=60, check=False)

    def status(self, name):
        done = self.ctl("status", "default/" + name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["submission"]

    def test_drivers_are_shown_and_killed(self):
        """What schedulers and kubelets would write is written here."""
        self.serve("standalone", "standalone-role.yaml", "default", "sparksubmitd")
        made = self.submit(application("role-shown"), "--idempotency-key", "shown")
        self.assertEqual(made.returncode, 0, made.stderr)
        pod = json.loads(made.stdout)["driverPodName"]
        path = CLUSTER.path("Pod", "default") + "/" + pod
        seen = self.status(pod)
        self.assertEqual((seen["state"], seen["driverPodUid"], seen.get("diagnosis")),
                         ("SUBMISSION_STATE_PENDING", json.loads(made.stdout)["driverPodUid"], None))
        message = "0/1 nodes are available: 1 Insufficient cpu."
        CLUSTER.call("PATCH", path + "/status", {"status": {"conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}]}},
            "application/strategic-merge-patch+json")
        lost = 'MountVolume.SetUp failed for volume "v" : configmap "role-none" not found'
        CLUSTER.call("POST", EVENTS, {
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": "role-event", "namespace": "default"},
            "involvedObject": {"kind": "Pod", "namespace": "default", "name": pod, "uid": seen["driverPodUid"]},
            "reason": "FailedMount", "message": lost, "type": "Warning"})
        self.addCleanup(CLUSTER.call, "DELETE", EVENTS + "/role-event")
        deadline = time.monotonic() + 20  # events are looked at when it has waited for 5 s
        while len(self.status(pod)["diagnosis"]) < 2:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.5)
        seen = self.status(pod)
        self.assertEqual((seen["reason"], seen["message"]), ("Unschedulable", message))
        self.assertEqual(seen["diagnosis"], [
            {"cause": "DIAGNOSIS_CAUSE_UNSCHEDULABLE", "reason": "Unschedulable", "text": message},
            {"cause": "DIAGNOSIS_CAUSE_CONFIG_MISSING", "reason": "FailedMount", "text": lost}])
        CLUSTER.call("PATCH", path + "/status", {"status": {"phase": "Failed", "containerStatuses": [{
            "name": "spark-kubernetes-driver", "image": "i", "imageID": "", "ready": False, "restartCount": 0,
            "state": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "startedAt": "2026-01-01T00:00:00Z",
                                     "finishedAt": "2026-01-01T00:00:01Z"}}}]}},
            "application/strategic-merge-patch+json")
        seen = self.status(pod)
        self.assertEqual((seen["state"], seen["container"]["exitCode"], seen["container"]["finishedAt"]),
                         ("SUBMISSION_STATE_FAILED", 137, "2026-01-01T00:00:01Z"))
        self.assertIn("DIAGNOSIS_CAUSE_OOM_KILLED", [each["cause"] for each in seen["diagnosis"]])
        watched = self.ctl("watch", "default/" + pod)  # it has ended: once is enough
        self.assertEqual((watched.returncode, json.loads(watched.stdout)["submission"]["state"]),
                         (1, "SUBMISSION_STATE_FAILED"))
        listed = json.loads(self.ctl("list", "-n", "default").stdout)["submissions"]
        self.assertIn(pod, [each["driverPodName"] for each in listed])
        for options, disposition in ((["--dry-run"], "DRY_RUN_OK"), ([], "DELETED"), ([], "ALREADY_GONE")):
            killed = self.ctl("kill", "default/" + pod, "--grace", "0", "--uid", seen["driverPodUid"], *options)
            self.assertEqual(killed.returncode, 0, killed.stderr)
            self.assertEqual([each["disposition"] for each in json.loads(killed.stdout)["drivers"]],
                             ["KILL_DISPOSITION_" + disposition])
        self.assertEqual(self.ctl("status", "default/" + pod).returncode, 5)


def main():
    if not CLUSTER:
        print("skipped: there is no control plane in", CONTROL_PLANE)
        return 1 if os.environ.get("CI") == "true" else 77
    program = unittest.main(argv=["roles.py", *sys.argv[4:]], exit=False, verbosity=2)
    return 0 if program.result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
