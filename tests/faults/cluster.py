# SPDX-License-Identifier: Apache-2.0
"""A real API server as a judge: what exists in one namespace, and whether an answer says so."""

import http.client
import json
import pathlib
import ssl
import sys
import time
import urllib.parse

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "integration"))

import kube  # noqa: E402

GATE = "spark-submit.internal/prepared"
KINDS = ("Pod", "ConfigMap", "Service")
CRD = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
       "metadata": {"name": "sparkapplications.sparkoperator.k8s.io",
                    "annotations": {"api-approved.kubernetes.io": "unapproved, for tests"}},
       "spec": {"group": "sparkoperator.k8s.io", "scope": "Namespaced",
                "names": {"kind": "SparkApplication", "plural": "sparkapplications"},
                "versions": [{"name": "v1beta2", "served": True, "storage": True,
                              "schema": {"openAPIV3Schema": {"type": "object",
                                                             "x-kubernetes-preserve-unknown-fields": True}}}]}}


class Cluster(kube.Kube):
    """One connection that stays open, for one thread."""

    def __init__(self, folder):
        super().__init__(folder)
        address = urllib.parse.urlsplit(self.server)
        self.address = (address.hostname, address.port)
        self.connection = None

    def call(self, method, path, body=None, content_type="application/json"):
        for again in (False, True):
            if self.connection is None:
                self.connection = http.client.HTTPSConnection(*self.address, context=self.context, timeout=60)
            try:
                self.connection.request(method, path, None if body is None else json.dumps(body), {
                    "Authorization": "Bearer " + self.token, "Content-Type": content_type})
                reply = self.connection.getresponse()
                data = reply.read()
                break
            except (OSError, http.client.HTTPException):
                self.connection.close()
                self.connection = None
                if again:
                    raise
        if reply.status >= 300:
            raise kube.Refused(reply.status, data.decode("utf-8", "replace"))
        return json.loads(data)

    def install_applications(self):
        try:
            self.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", CRD)
        except kube.Refused as refused:
            if refused.status != 409:
                raise
        while True:
            try:
                return self.call("GET", "/apis/sparkoperator.k8s.io/v1beta2/sparkapplications")
            except kube.Refused as refused:
                if refused.status != 404:
                    raise

    def make_application(self, namespace, name):
        """Its uid."""
        return self.create(namespace, {"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
                                       "metadata": {"name": name}, "spec": {}})["metadata"]["uid"]

    def state(self, namespace):
        return State([item for kind in KINDS for item in self.list(kind, namespace)
                      if item["metadata"]["name"] != "kube-root-ca.crt"])

    def settled_state(self, namespace):
        """Two looks that agree: a request that was broken off may still be worked on."""
        before = self.state(namespace)
        while True:
            state = self.state(namespace)
            if state == before:
                return state
            before = state

    def collected_state(self, namespace):
        """A settled state; what belongs to a driver that was taken back is collected in the background."""
        deadline = time.monotonic() + 20
        state = self.settled_state(namespace)
        while state.items and state.are_orphans() and time.monotonic() < deadline:
            time.sleep(0.02)
            state = self.settled_state(namespace)
        return state

    def clear(self, namespace):
        """Owners first, so that nothing is collected behind the back of the next case."""
        for kind in ("SparkApplication", *KINDS):
            self.call("DELETE", self.path(kind, namespace) + "?gracePeriodSeconds=0&propagationPolicy=Background")
        while self.state(namespace).items:
            pass


class State:
    """What there is: every object of one case."""

    def __init__(self, items):
        self.items = items

    def __eq__(self, other):
        return self.names() == other.names()

    def names(self):
        return sorted((item["kind"], item["metadata"]["name"], item["metadata"]["resourceVersion"])
                      for item in self.items)

    def kinds(self):
        return {kind: sum(item["kind"] == kind for item in self.items) for kind in KINDS}

    def are_orphans(self):
        """Whether all that is left belonged to a driver that is gone."""
        return all([owner["kind"] for owner in item["metadata"].get("ownerReferences", [])] == ["Pod"]
                   for item in self.items)

    def drivers(self, is_open=None):
        """Pods that nobody deletes; with is_open only those that may start, or may not."""
        return [item for item in self.items if item["kind"] == "Pod"
                and "deletionTimestamp" not in item["metadata"]
                and is_open in (None, GATE not in [gate["name"] for gate in item["spec"].get("schedulingGates", [])])]

    def missing(self, whole):
        """What an open driver lacks; whole: kinds() of a submission that met no fault."""
        faults = ["%s: %d, not %d" % (kind, self.kinds()[kind], n) for kind, n in whole.items()
                  if self.kinds()[kind] != n]
        maps = {item["metadata"]["name"] for item in self.items if item["kind"] == "ConfigMap"}
        owners = set()
        for pod in self.drivers(True):
            owners |= {pod["metadata"]["uid"]}
            owners |= {owner["uid"] for owner in pod["metadata"].get("ownerReferences", [])}
            wanted = {volume["configMap"]["name"] for volume in pod["spec"]["volumes"] if "configMap" in volume}
            faults += ["no ConfigMap " + name for name in wanted - maps]
        faults += ["%s %s belongs to nobody here" % (item["kind"], item["metadata"]["name"])
                   for item in self.items if item["kind"] != "Pod" and not owners & {
                       owner["uid"] for owner in item["metadata"].get("ownerReferences", [])}]
        return faults

    def judge(self, answer, whole):
        """Why the answer is not true; nothing if it is."""
        started, there = self.drivers(True), bool(self.items)
        faults = []
        if len(started) > 1:
            faults.append("DOUBLE: %d drivers" % len(started))
        if started:
            faults += ["HALF-BUILT: " + what for what in self.missing(whole)]
        if answer.ok:
            uids = [pod["metadata"]["uid"] for pod in started]
            if len(uids) != 1 or answer.uid not in (None, uids[0]):
                faults.append("UNTRUE: told OK, there are drivers %s and the answer names %s" % (uids, answer.uid))
        elif answer.outcome == "EXISTS":
            faults += [] if self.drivers() else ["UNTRUE: told that a driver exists, there is none"]
        elif answer.outcome is None:
            faults.append("UNTRUE: no outcome is told")
        elif answer.outcome == "CREATED" and not started:
            faults.append("UNTRUE: told CREATED, there is no driver")
        elif answer.outcome in ("NOT_CREATED", "PARTIAL") and started:
            faults.append("UNTRUE: told %s, and a driver may start" % answer.outcome)
        elif answer.outcome == "NOT_CREATED" and there:
            faults.append("UNTRUE: told NOT_CREATED, there are %s" % self.kinds())
        return faults


class Answer:
    """What a caller was told."""

    def __init__(self, ok, uid=None, outcome=None, reason=None, advice=None, text="", seconds=0.0):
        self.ok, self.uid, self.outcome, self.reason, self.advice = ok, uid, outcome, reason, advice
        self.text, self.seconds = text, seconds

    def __str__(self):
        return "OK" if self.ok else "%s/%s" % (self.reason, self.outcome)


