#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sparksubmitctl watch and submit --wait: test_ctl_watch.py SPARKSUBMITD DESCRIPTORS SPARKSUBMITCTL"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

from api_server import ApiServer
from server import Server

CTL = os.path.abspath(sys.argv[3])
NAME = "pi-driver"


def pod(phase, version, **status):
    return {"kind": "Pod", "apiVersion": "v1",
            "metadata": {"name": NAME, "namespace": "default", "uid": "u-1", "resourceVersion": str(version),
                         "creationTimestamp": "2026-01-01T00:00:00Z",
                         "labels": {"spark-role": "driver", "spark-app-name": "pi"}},
            "spec": {"containers": [{"name": "spark-kubernetes-driver"}]}, "status": {"phase": phase, **status}}


def ended(phase, version, code, reason):
    return pod(phase, version, containerStatuses=[{
        "name": "spark-kubernetes-driver", "image": "i", "state": {"terminated": {"exitCode": code, "reason": reason}}}])


class Watch(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = directory.name
        self.api = ApiServer(directory.name)
        self.addCleanup(self.api.close)
        self.pod = pod("Pending", 10)
        self.api.look = self.look
        self.server = self.serve()

    def serve(self):
        """Each of them listens where the one before did."""
        server = Server("--mode=standalone", "--drain-grace=5s", api_server=self.api, directory=self.folder)
        self.addCleanup(lambda: server.process.poll() is None and server.process.kill())
        return server

    def look(self, path):
        if path.startswith(f"/api/v1/namespaces/default/pods/{NAME}") and self.pod:
            return 200, json.dumps(self.pod).encode()
        return None

    def start(self, *words):
        process = subprocess.Popen([CTL, *words, "--endpoint", self.server.address], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def line(self, process):
        return process.stdout.readline().rstrip("\n").partition("  ")[2]

    def finish(self, process, code, error=""):
        self.assertEqual((process.stdout.read(), process.stderr.read()), ("", error))
        self.assertEqual(process.wait(20), code)

    def test_each_change_is_a_line(self):
        process = self.start("watch", "default/" + NAME)
        self.assertEqual(self.line(process), "PENDING")
        self.api.tell("MODIFIED", pod("Running", 11))
        self.assertEqual(self.line(process), "RUNNING")
        self.api.tell("MODIFIED", pod("Running", 12))
        self.api.tell("MODIFIED", ended("Failed", 13, 1, "Error"))
        self.assertEqual(self.line(process), "FAILED  Error, exit code 1")
        self.finish(process, 1)

    def test_success_is_no_failure(self):
        process = self.start("watch", NAME, "-o", "json", "--timeout", "2m")
        states = [json.loads(process.stdout.readline())["submission"]["state"]]
        self.api.tell("MODIFIED", ended("Succeeded", 13, 0, "Completed"))
        states.append(json.loads(process.stdout.readline())["submission"]["state"])
        self.assertEqual(states, ["SUBMISSION_STATE_PENDING", "SUBMISSION_STATE_SUCCEEDED"])
        self.finish(process, 0)

    def test_another_server_goes_on(self):
        """A server that stops tells its last status again; nobody sees it twice."""
        process = self.start("watch", "default/" + NAME)
        self.assertEqual(self.line(process), "PENDING")
        self.api.tell("MODIFIED", pod("Running", 11))
        self.assertEqual(self.line(process), "RUNNING")
        self.pod = pod("Running", 11)
        self.server.stop()
        self.server = self.serve()
        self.api.tell("MODIFIED", ended("Succeeded", 12, 0, "Completed"), watch=1)
        self.assertEqual(self.line(process), "SUCCEEDED  Completed, exit code 0")
        self.finish(process, 0)

    def test_a_driver_that_is_not_there(self):
        self.pod = None
        process = self.start("watch", "default/" + NAME)
        self.finish(process, 5, "error[SUBMISSION_NOT_FOUND]: there is no driver 'pi-driver' in namespace 'default'\n")

    def test_a_watch_ends_at_its_time(self):
        process = self.start("watch", "default/" + NAME, "--timeout", "1s")
        self.assertEqual(self.line(process), "PENDING")
        self.assertEqual(process.stdout.read(), "")
        self.assertEqual(process.wait(20), 3)

    def test_a_server_that_stays_away_is_waited_for(self):
        process = self.start("watch", "default/" + NAME, "--timeout", "15s")
        self.assertEqual(self.line(process), "PENDING")
        self.server.stop()
        error = process.stderr.read()
        self.assertEqual(process.wait(40), 3, error)
        self.assertIn("error[", error)


if __name__ == "__main__":
    sys.exit(unittest.main(argv=sys.argv[:1] + sys.argv[4:]))
