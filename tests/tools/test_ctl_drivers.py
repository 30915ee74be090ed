#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sparksubmitctl status, kill and list: test_ctl_drivers.py CTL SERVER"""

import json
import subprocess
import sys
import unittest

from ctl import CTL, EXAMPLE, ctl, server

POD = "default/spark-pi-driver"


class Drivers(unittest.TestCase):
    def setUp(self):
        context = server()
        self.address, _ = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        self.made = json.loads(self.run_ctl("submit", "-o", "json", "--idempotency-key", "one", "-f", EXAMPLE))

    def ctl(self, command, *arguments):
        return ctl(command, "--endpoint", self.address, *arguments)

    def run_ctl(self, *arguments):
        done = self.ctl(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_a_driver_is_shown_by_each_of_its_names(self):
        made = self.made
        shown = self.run_ctl("status", POD)
        for row in (r"^State: +PENDING$", r"^Namespace: +default$", r"^Driver pod: +spark-pi-driver$",
                    r"^Phase: +Pending$", r"^Application: +spark-pi$", r"^Created: +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$",
                    r"^Attempt: +%s$" % made["attempt"], r"^Driver UID: +%s$" % made["driverPodUid"],
                    r"^Submission ID: +%s$" % made["effectiveSubmissionId"]):
            self.assertRegex(shown, "(?m)" + row)
        for names in (["spark-pi-driver"], ["-n", "default", "spark-pi-driver"], ["--app-name", "spark-pi"],
                      ["--submission-id", made["effectiveSubmissionId"]], ["--attempt", made["attempt"]],
                      ["--application-id", made["sparkApplicationId"]], [POD, "--uid", made["driverPodUid"]]):
            self.assertEqual(self.run_ctl("status", *names), shown, names)

    def test_json_is_that_of_the_interface(self):
        tree = json.loads(self.run_ctl("status", POD, "-o", "json"))
        self.assertEqual((tree["ambiguous"], tree["submission"]["state"], tree["submission"]["driverPodUid"]),
                         (False, "SUBMISSION_STATE_PENDING", self.made["driverPodUid"]))
        tree = json.loads(self.run_ctl("list", "-o", "json"))
        self.assertEqual([each["driverPodName"] for each in tree["submissions"]], ["spark-pi-driver"])
        tree = json.loads(self.run_ctl("kill", POD, "--dry-run", "-o", "json"))
        self.assertEqual(tree, {"ambiguous": False, "drivers": [{
            "namespace": "default", "driverPodName": "spark-pi-driver", "driverPodUid": self.made["driverPodUid"],
            "disposition": "KILL_DISPOSITION_DRY_RUN_OK"}]})

    def test_a_driver_is_killed_once(self):
        self.assertEqual(self.run_ctl("kill", POD, "--dry-run"), POD + ": would be deleted\n")
        uid = ("--uid", self.made["driverPodUid"])
        self.assertEqual(self.run_ctl("kill", POD, *uid, "--grace", "0"), POD + ": deleted\n")
        self.assertEqual(self.run_ctl("kill", POD, *uid), POD + ": gone already\n")
        for command in ("kill", "status"):
            gone = self.ctl(command, POD)
            self.assertEqual((gone.returncode, gone.stdout), (5, ""))
            self.assertEqual(gone.stderr, "error[SUBMISSION_NOT_FOUND]: there is no driver 'spark-pi-driver' in "
                             "namespace 'default'\n")
        refused = self.ctl("status", POD, "-o", "json")
        self.assertEqual(json.loads(refused.stderr)["reason"], "SUBMISSION_NOT_FOUND")

    def test_a_submission_is_waited_for(self):
        self.run_ctl("kill", POD)
        waits = subprocess.Popen([CTL, "submit", "--wait", "--endpoint", self.address, "--idempotency-key", "two", "-f",
                                  EXAMPLE], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        lines = iter(waits.stdout.readline, "")
        self.assertTrue(any(line.endswith("  PENDING\n") for line in lines))
        self.run_ctl("kill", POD)
        self.assertRegex(next(lines), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  DELETED\n$")
        self.assertEqual((*waits.communicate(timeout=20), waits.returncode), ("", "", 1))
        self.assertEqual(self.ctl("submit", "--wait", "--validate", "-f", EXAMPLE).returncode, 2)

    def test_a_star_kills_all_that_start_alike(self):
        self.assertEqual(self.run_ctl("kill", "default/spark-*"), POD + ": deleted\n")
        self.assertEqual(self.ctl("kill", "default/spark-*").returncode, 5)

    def test_drivers_are_listed(self):
        lines = self.run_ctl("list").splitlines()
        self.assertEqual(lines[0].split(), ["DRIVER", "STATE", "CREATED", "APPLICATION"])
        self.assertEqual([lines[1].split()[i] for i in (0, 1, 3)], ["spark-pi-driver", "PENDING", "spark-pi"])
        self.assertEqual(lines[0].index("STATE"), lines[1].index("PENDING"))
        self.assertEqual(self.run_ctl("list", "-n", "empty"), "DRIVER  STATE  CREATED  APPLICATION\n")
        self.assertEqual(json.loads(self.run_ctl("list", "-n", "empty", "-o", "json")), {"submissions": []})

    def test_all_pages_are_listed(self):
        text = open(EXAMPLE, encoding="utf-8").read()
        for i in range(60):
            manifest = text.replace("spark-pi", "p%02d" % i)
            self.assertEqual(ctl("submit", "--endpoint", self.address, "--idempotency-key", "k%d" % i, "-f", "-",
                                 text=manifest).returncode, 0)
        self.assertEqual(len(self.run_ctl("list").splitlines()), 62)
        self.assertEqual(len(json.loads(self.run_ctl("list", "-o", "json"))["submissions"]), 61)

    def test_usage(self):
        for arguments, text in (([], "name one driver"), (["a/b", "--attempt", "x"], "name one driver"),
                                (["a/b", "-n", "c"], "and so does -n"), (["a", "b"], "one argument too many"),
                                (["a", "--grace", "1m"], "no number of seconds"),
                                (["a", "--grace", "-1"], "no number of seconds")):
            done = self.ctl("kill", *arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(text, done.stderr)
        self.assertEqual(self.ctl("status", "a", "--grace", "1").returncode, 2)
        self.assertEqual(self.ctl("list", "a").returncode, 2)
        refused = self.ctl("status", "Default/Spark")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("error[INVALID_FIELD]: namespace: ", refused.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
