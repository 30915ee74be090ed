#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drivers that exist: GetSubmission, ListSubmissions, KillSubmission, on the API server in memory."""

import sys
import unittest

from google.protobuf import json_format

from server import SERVICE, Client, Server, application

SELECTORS = ("driverPodName", "appName", "submissionId", "sparkApplicationId", "attempt")
NOT_FOUND = ("NOT_FOUND", "SUBMISSION_NOT_FOUND")
# What is refused before Kubernetes is asked: request, field, part of the message.
REFUSED = [
    ({}, "driver_pod_name", "is needed"),
    ({"driverPodName": "Pi"}, "driver_pod_name", "no name of a Pod"),
    ({"driverPodName": ""}, "driver_pod_name", "no name of a Pod"),
    ({"driverPodName": "pi-*"}, "driver_pod_name", "allow_glob"),
    ({"driverPodName": "pi", "namespace": "a/b"}, "namespace", "no namespace"),
    ({"driverPodName": "pi", "driverPodUid": "a,b"}, "driver_pod_uid", "no uid"),
    ({"submissionId": "a,b=c"}, "submission_id", "value of a label"),
    ({"attempt": ""}, "attempt", "value of a label"),
]


class Drivers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--mode=standalone")
        cls.client = Client(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.server.stop()

    def submit(self, name, namespace="default", pod=None, key="key"):
        app = application(**({"driver": {"podName": pod}} if pod else {}))
        app["metadata"].update(name=name, namespace=namespace)
        return self.client.submit(app, idempotencyKey="-".join((key, namespace, pod or name)))

    def get(self, **members):
        return self.client.call("GetSubmission", members)

    def kill(self, **members):
        return [(each.driver_pod_name, json_format.MessageToDict(each)["disposition"][17:])
                for each in self.client.call("KillSubmission", members).drivers]

    def names(self, namespace, **members):
        page = self.client.call("ListSubmissions", {"namespace": namespace, **members})
        return [each.driver_pod_name for each in page.submissions], page.next_page_token

    def test_a_driver_is_found_by_each_of_its_ids(self):
        made = self.submit("found")
        values = (made.driver_pod_name, "found", made.effective_submission_id, made.spark_application_id,
                  made.attempt)
        for selector, value in zip(SELECTORS, values):
            seen = self.get(**{selector: value})
            self.assertFalse(seen.ambiguous, selector)
            driver = json_format.MessageToDict(seen.submission)
            created = driver.pop("createdAt")
            self.assertEqual(created, made.submitted_at.ToJsonString())
            self.assertEqual(driver, {
                "state": "SUBMISSION_STATE_PENDING", "namespace": "default", "driverPodName": "found-driver",
                "driverPodUid": made.driver_pod_uid, "sparkApplicationId": made.spark_application_id,
                "appName": "found", "submissionId": made.effective_submission_id, "attempt": made.attempt,
                "podPhase": "Pending"})
        line = self.server.wait_for("rpc", method=f"/{SERVICE}/GetSubmission", pod="found-driver", app="found")
        self.assertEqual((line["code"], line["kube_calls"]), ("OK", 1))

    def test_the_newest_of_several_is_meant(self):
        self.submit("twice", pod="twice-1")
        self.submit("twice", pod="twice-2")
        seen = self.get(appName="twice")
        self.assertTrue(seen.ambiguous)
        self.assertEqual(seen.submission.driver_pod_name, "twice-2")

    def test_a_driver_that_is_not_there_is_not_found(self):
        made = self.submit("other-uid")
        for method in ("GetSubmission", "KillSubmission"):
            for selector in SELECTORS:
                refusal = self.client.refused(method, {selector: "nobody"})
                self.assertEqual((refusal.code, refusal.reason), NOT_FOUND, selector)
                self.assertIn("nobody", refusal.text)
        refusal = self.client.refused("GetSubmission", {"driverPodName": "other-uid-driver",
                                                        "driverPodUid": "u"})
        self.assertEqual((refusal.code, refusal.reason), NOT_FOUND)
        self.assertIn(made.driver_pod_uid, refusal.text)
        resource = refusal.details["google.rpc.ResourceInfo"]
        self.assertEqual((resource.resource_type, resource.resource_name), ("Pod", "other-uid-driver"))

    def test_names_that_cannot_be_are_refused(self):
        for method in ("GetSubmission", "KillSubmission"):
            for request, field, text in REFUSED:
                refusal = self.client.refused(method, request)
                self.assertEqual((refusal.code, refusal.reason), ("INVALID_ARGUMENT", "INVALID_FIELD"), request)
                self.assertEqual(refusal.fields[0], field)
                self.assertIn(text, refusal.text)
        for request, field in (({"pageSize": 51}, "page_size"), ({"pageSize": -1}, "page_size"),
                               ({"namespace": "N"}, "namespace")):
            refusal = self.client.refused("ListSubmissions", request)
            self.assertEqual(refusal.fields[0], field)
        refusal = self.client.refused("KillSubmission", {"driverPodName": "a", "gracePeriodSeconds": -1})
        self.assertEqual(refusal.fields[0], "grace_period_seconds")

    def test_drivers_are_listed_in_pages(self):
        for name in ("a", "b", "c"):
            self.submit(name, namespace="pages")
        first, token = self.names("pages", pageSize=2)
        rest, end = self.names("pages", pageSize=2, pageToken=token)
        self.assertEqual((first, rest, end), (["a-driver", "b-driver"], ["c-driver"], ""))
        self.assertEqual(self.names("pages"), (["a-driver", "b-driver", "c-driver"], ""))
        self.assertEqual(self.names("empty"), ([], ""))

    def test_a_driver_is_killed_once(self):
        made = self.submit("killed")
        uid = {"driverPodName": "killed-driver", "driverPodUid": made.driver_pod_uid}
        self.assertEqual(self.kill(driverPodName="killed-driver", dryRun=True), [("killed-driver", "DRY_RUN_OK")])
        self.assertEqual(self.get(**uid).submission.driver_pod_uid, made.driver_pod_uid)
        self.assertEqual(self.kill(**uid), [("killed-driver", "DELETED")])
        # Repeated with the uid: gone; without it nobody knows what was meant.
        self.assertEqual(self.kill(**uid), [("killed-driver", "ALREADY_GONE")])
        refusal = self.client.refused("KillSubmission", {"driverPodName": "killed-driver"})
        self.assertEqual((refusal.code, refusal.reason), NOT_FOUND)
        # Another driver took the name.
        self.submit("killed", key="another")
        self.assertEqual(self.kill(**uid), [("killed-driver", "ALREADY_GONE")])
        self.assertNotEqual(self.get(driverPodName="killed-driver").submission.driver_pod_uid,
                            made.driver_pod_uid)

    def test_a_glob_kills_all_that_start_alike(self):
        for name in ("glob-1", "glob-2", "other"):
            self.submit(name, namespace="globs")
        self.assertEqual(self.kill(namespace="globs", driverPodName="glob-*", allowGlob=True),
                         [("glob-1-driver", "DELETED"), ("glob-2-driver", "DELETED")])
        self.assertEqual(self.names("globs")[0], ["other-driver"])
        refusal = self.client.refused("KillSubmission", {"namespace": "globs", "driverPodName": "gl*b",
                                                         "allowGlob": True})
        self.assertIn("not at its end", refusal.text)
        refusal = self.client.refused("KillSubmission", {"namespace": "globs", "driverPodName": "glob-*",
                                                         "allowGlob": True})
        self.assertEqual((refusal.code, refusal.reason), NOT_FOUND)

    def test_the_server_says_what_it_can_do(self):
        self.assertLessEqual({"get", "list", "kill"}, set(self.client.call("GetInfo", {}).features))


if __name__ == "__main__":
    sys.exit(unittest.main(argv=sys.argv[:1] + sys.argv[3:]))
