#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""WatchSubmission of a real API server, with the rights of docker/manifests: driver_watch.py CONTROL_PLANE SPARKSUBMITD

The client is grpcurl ($GRPCURL); schedulers and kubelets are played here.
"""

import json
import os
import subprocess
import sys
import unittest

from role_case import CLUSTER, CONTROL_PLANE, RoleCase

STATUS = "application/strategic-merge-patch+json"


class Watch:
    """A call of grpcurl, which prints each answer as it comes."""

    def __init__(self, socket, request):
        self.process = subprocess.Popen(
            [os.environ["GRPCURL"], "-plaintext", "-max-time", "60", "-d", json.dumps(request),
             "unix://%s" % socket, "spark.submit.v1.SubmitService/WatchSubmission"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def next(self):
        """The next answer; None: there is none, and the call ended well."""
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line == "}\n":
                return json.loads("".join(lines))
        _, errors = self.process.communicate()
        if self.process.returncode != 0:
            raise AssertionError(errors)
        return None

    def state(self):
        answer = self.next()
        return answer and answer["submission"]["state"][len("SUBMISSION_STATE_"):]


class Watches(RoleCase):
    def create(self, name):
        return CLUSTER.create("default", {
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "default",
                         "labels": {"spark-role": "driver", "spark-app-name": name}},
            "spec": {"serviceAccountName": "default",
                     "containers": [{"name": "spark-kubernetes-driver", "image": "none"}]}})

    def set_phase(self, name, phase):
        return CLUSTER.call("PATCH", CLUSTER.path("Pod", "default") + "/%s/status" % name,
                            {"status": {"phase": phase}}, STATUS)

    def setUp(self):
        super().setUp()
        self.serve("standalone", "standalone-role.yaml", "default", "sparksubmitd")

    def watch(self, **request):
        return Watch(self.socket, request)

    def test_a_driver_from_its_creation_to_its_end(self):
        made = self.create("role-watched")
        watch = self.watch(appName="role-watched")
        first = watch.next()["submission"]
        self.assertEqual((first["state"], first["driverPodUid"]),
                         ("SUBMISSION_STATE_PENDING", made["metadata"]["uid"]))
        # A label changes nothing that is shown.
        CLUSTER.call("PATCH", CLUSTER.path("Pod", "default") + "/role-watched",
                     {"metadata": {"labels": {"a": "b"}}}, "application/merge-patch+json")
        self.set_phase("role-watched", "Running")
        running = watch.next()
        self.assertEqual(running["submission"]["state"], "SUBMISSION_STATE_RUNNING")
        self.set_phase("role-watched", "Succeeded")
        self.assertEqual(watch.state(), "SUCCEEDED")
        self.assertIsNone(watch.next())
        # Another watch goes on from the middle and hears what it missed.
        late = self.watch(resumeToken=running["resumeToken"])
        self.assertEqual(late.state(), "SUCCEEDED")
        self.assertIsNone(late.next())

    def test_a_driver_that_is_deleted_and_made_again(self):
        self.create("role-deleted")
        watch = self.watch(driverPodName="role-deleted", untilTerminal=False)
        first = watch.next()
        self.set_phase("role-deleted", "Failed")
        self.assertEqual(watch.state(), "FAILED")
        CLUSTER.call("DELETE", CLUSTER.path("Pod", "default") + "/role-deleted?gracePeriodSeconds=0")
        self.assertEqual(watch.state(), "DELETED")
        self.assertIsNone(watch.next())
        # Its name is not the driver: who goes on hears of the one that was meant.
        self.create("role-deleted")
        late = self.watch(resumeToken=first["resumeToken"])
        self.assertEqual(late.state(), "DELETED")
        self.assertIsNone(late.next())


def main():
    if not CLUSTER:
        print("skipped: there is no control plane in", CONTROL_PLANE)
        return 1 if os.environ.get("CI") == "true" else 77
    program = unittest.main(argv=["driver_watch.py", *sys.argv[3:]], exit=False, verbosity=2)
    return 0 if program.result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
