#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What callers may rely on: bytes, deadlines, texts, frames; and what is never touched."""

import base64
import json
import os
import socket
import struct
import sys
import tempfile
import threading
import time
import unittest

import grpc

from api_server import ApiServer
from server import HEALTH, SERVICE, Client, Refusal, Server, application, make

SUBMIT, RENDER = f"/{SERVICE}/Submit", f"/{SERVICE}/Render"
UID = "5a7b1c2d-0001-4000-8000-00000000a001"
K = "spark.kubernetes."
OURS = "spark-submit.internal/"
COMMAND = ["--master", "k8s://https://kubernetes.default.svc:443", "--deploy-mode", "cluster", "--name",
           "pi", "--conf", K + "container.image=spark:4.0.1", "--class", "Pi"]


def stored_application():
    """As the API server gives it when the operator is about to submit."""
    app = application()
    app["metadata"].update(uid=UID, generation=1)
    app["status"] = {"submissionID": "5eed5eed-1234-4567-89ab-cdef01234567", "submissionAttempts": 1,
                     "executionAttempts": 0, "lastSubmissionAttemptTime": "2026-01-02T03:04:05Z"}
    return app


class WithApiServer(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.api = ApiServer(self.directory.name)

    def tearDown(self):
        self.api.close()
        self.directory.cleanup()

    def test_what_is_rendered_is_what_is_sent(self):
        server = Server("--mode=standalone", api_server=self.api)
        server.wait_for("API server answers")
        client = Client(server)
        self.api.applications["spark-pi"] = stored_application()
        for members in ({"application": stored_application()},
                        {"command": {"args": [*COMMAND, "local:///opt/pi.jar", "10"]},
                         "idempotencyKey": "one", "submissionId": "two"}):
            self.api.created.clear()
            rendered = client.call("Render", {**members, "format": "RENDER_FORMAT_JSON"})
            client.call("Submit", members)
            want = [json.loads(item.text) for item in rendered.objects]
            sent = json.loads(json.dumps(self.api.created))
            for tree in want + sent:
                for owner in tree["metadata"].get("ownerReferences", []):
                    if owner["kind"] == "Pod":  # its uid is the API server's to give
                        owner.pop("uid", None)
                properties = tree.get("data", {}).get("spark.properties")
                if properties and "idempotencyKey" in members:  # the time of the submission
                    tree["data"]["spark.properties"] = [
                        line for line in properties.splitlines() if "spark.app.submitTime" not in line]
            self.assertEqual(len(sent), len(want))
            self.assertGreater(len(sent), 2)
            for one, other in zip(sent, want):
                self.assertEqual(json.dumps(one, sort_keys=True), json.dumps(other, sort_keys=True))
        client.close()
        server.stop()

    def test_a_command_has_the_identity_of_the_application_that_it_names(self):
        """If its caller is an operator, which can use no other submission id than its own."""
        template = {"metadata": {"ownerReferences": [
            {"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
             "name": "spark-pi", "uid": UID}]}, "spec": {"containers": [{"name": "spark"}]}}
        label = "--conf=" + K + "driver.label.sparkoperator.k8s.io/submission-id="

        def submit(submission_id, **members):
            self.api.created.clear()
            self.api.requests.clear()
            reply = client.call("Submit", {"command": {
                "args": [label + submission_id, *COMMAND, "local:///opt/pi.jar"], "driverPodTemplate": template},
                "requireSubmissionId": True, **members})
            reads = [path for verb, path in self.api.requests if verb == "GET" and "/sparkapplications/" in path]
            pod = [item["metadata"] for item in self.api.created if item["kind"] == "Pod"][0]
            return pod, len(reads), {warning.code for warning in reply.warnings}

        self.api.applications["spark-pi"] = stored_application()
        server = Server("--mode=sidecar", api_server=self.api)
        server.wait_for("API server answers")
        client = Client(server)
        first, reads, warnings = submit("s-1")
        self.assertEqual((reads, warnings & {"APPLICATION_NOT_READ"}), (1, set()))
        self.assertEqual(first["annotations"][OURS + "order"], "1.0.2")
        self.assertEqual(first["labels"]["spark-version"], "4.0.1")
        again, _, _ = submit("s-2")
        self.assertEqual(again["labels"][OURS + "attempt"], first["labels"][OURS + "attempt"])
        unread, reads, _ = submit("s-2", requireSubmissionId=False)
        self.assertEqual((reads, OURS + "order" in unread["annotations"]), (0, False))
        line = server.wait_for("rpc", method=SUBMIT, submission_id="s-1")
        self.assertEqual(line["kube_calls"], len(self.api.created) + 1)
        self.api.applications["spark-pi"]["metadata"]["uid"] = UID[:-1] + "2"
        refusal = client.refused("Submit", {"command": {"args": [*COMMAND, "local:///opt/pi.jar"],
                                                        "driverPodTemplate": template}, "requireSubmissionId": True})
        self.assertEqual((refusal.code, refusal.reason), ("ABORTED", "APPLICATION_DELETED"))
        self.api.applications.clear()
        _, reads, warnings = submit("s-3")
        self.assertEqual((reads, warnings & {"APPLICATION_NOT_READ"}), (1, {"APPLICATION_NOT_READ"}))
        client.close()
        server.stop()
        server = Server("--mode=sidecar", "--read-cr=false", api_server=self.api)
        server.wait_for("API server answers")
        client = Client(server)
        _, reads, warnings = submit("s-3")
        self.assertEqual((reads, warnings & {"APPLICATION_NOT_READ"}), (0, set()))
        client.close()
        server.stop()

    def test_the_uid_of_an_application_is_verified_where_nobody_has_just_read_it(self):
        """Not in a sidecar: its operator has."""
        there, gone = stored_application(), stored_application()
        gone["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:06Z"
        other = stored_application()
        other["metadata"]["uid"] = UID[:-1] + "2"
        template = {"metadata": {"ownerReferences": [
            {"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
             "name": "spark-pi", "uid": UID}]}, "spec": {"containers": [{"name": "spark"}]}}
        by_command = {"command": {"args": [*COMMAND, "local:///opt/pi.jar"],
                                  "driverPodTemplate": template}}
        refusals = [
            (None, ("NOT_FOUND", "APPLICATION_NOT_FOUND"), "there is no SparkApplication"),
            (other, ("NOT_FOUND", "APPLICATION_NOT_FOUND"), "not '" + UID),
            (gone, ("ABORTED", "APPLICATION_DELETED"), "is being deleted"),
        ]
        for mode in ("standalone", "sidecar"):
            server = Server("--mode=" + mode, api_server=self.api)
            server.wait_for("API server answers")
            client = Client(server)
            for stored, expected, text in refusals:
                for members in ({"application": stored_application()}, by_command):
                    self.api.applications = {"spark-pi": stored} if stored else {}
                    self.api.created.clear()
                    if mode == "sidecar":
                        client.call("Submit", members)
                        self.assertGreater(len(self.api.created), 2)
                        continue
                    refusal = client.refused("Submit", members)
                    self.assertEqual((refusal.code, refusal.reason), expected)
                    self.assertIn(text, refusal.text)
                    self.assertEqual(refusal.metadata["outcome"], "NOT_CREATED")
                    resource = refusal.details["google.rpc.ResourceInfo"]
                    self.assertEqual((resource.resource_type, resource.resource_name),
                                     ("SparkApplication", "spark-pi"))
                    self.assertEqual(self.api.created, [])
            self.api.applications = {"spark-pi": there}
            for members in ({"application": stored_application()}, by_command):
                self.api.created.clear()
                client.call("Submit", members)
                for tree in self.api.created:
                    owner, = tree["metadata"]["ownerReferences"]
                    self.assertEqual((owner["name"], owner["uid"]), ("spark-pi", UID))
                self.assertGreater(len(self.api.created), 2)
            client.close()
            server.stop()
        self.assertEqual(self.api.accepted, {"application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"})

    def test_calls_in_flight_are_limited_and_health_is_not(self):
        server = Server("--mode=standalone", "--max-inflight=1", api_server=self.api)
        server.wait_for("API server answers")
        self.api.stuck.set()
        client = Client(server)
        message = make("spark.submit.v1.SubmitRequest", {"application": application()})
        future = client.channel.unary_unary(SUBMIT).future(message.SerializeToString(), timeout=30)
        end = time.monotonic() + 10
        while not self.api.created and time.monotonic() < end:
            time.sleep(0.01)
        refusal = client.refused("GetInfo", {})
        self.assertEqual((refusal.code, refusal.reason), ("RESOURCE_EXHAUSTED", "SERVER_OVERLOADED"))
        self.assertIsNotNone(refusal.retry)
        for _ in range(20):
            self.assertEqual(client.health(), 1)
        future.cancel()
        self.api.released.set()
        server.wait_for("rpc", method=SUBMIT)
        while True:
            try:
                client.call("GetInfo", {})
                break
            except grpc.RpcError:
                self.assertLess(time.monotonic(), end + 20)
                time.sleep(0.05)
        client.close()
        server.stop()


class Frames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--listen=tcp://127.0.0.1:0", "--mode=standalone")
        cls.client = Client(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.server.stop()

    def settings_of(self, family, address):
        """The first SETTINGS frame of a connection."""
        with socket.socket(family) as peer:
            peer.settimeout(10)
            peer.connect(address)
            peer.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
            head = b""
            while len(head) < 9:
                head += peer.recv(9 - len(head))
            length = int.from_bytes(head[:3], "big")
            self.assertEqual(head[3], 4)
            body = b""
            while len(body) < length:
                body += peer.recv(length - len(body))
        return dict(struct.unpack(">HI", body[i:i + 6]) for i in range(0, length, 6))

    def test_streams_of_a_connection_are_limited(self):
        port = self.server.wait_for("listening", address="127.0.0.1:0")["port"]
        self.assertEqual(self.settings_of(socket.AF_INET, ("127.0.0.1", port))[3], 100)
        self.assertEqual(self.settings_of(socket.AF_UNIX, self.server.path)[3], 1024)

    def test_a_call_without_its_message_is_answered(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.client.channel.stream_unary(f"/{SERVICE}/GetInfo")(iter([]), timeout=10)
        refusal = Refusal(caught.exception)
        self.assertEqual((refusal.code, refusal.reason), ("INVALID_ARGUMENT", "INVALID_MESSAGE"))
        self.assertEqual(self.client.health(), 1)

    def test_marks_of_ours_are_nobody_elses(self):
        def text(template):
            return base64.b64encode(template.encode()).decode()

        mark, place = OURS + "attempt", "driver_pod_template.metadata."
        spec = {"containers": [{"name": "spark"}]}
        command = [*COMMAND, "local:///opt/pi.jar"]
        cases = [
            ({"application": application(driver={"labels": {mark: "x"}})}, "spec.driver.labels[" + mark + "]"),
            ({"application": application(executor={"annotations": {mark: "x"}})},
             "spec.executor.annotations[" + mark + "]"),
            ({"application": application(driver={"labels": {"x." + mark: "x"}})},
             "spec.driver.labels[x." + mark + "]"),
            ({"application": application(driver={"annotations": {mark.upper().replace("ATTEMPT", "attempt"): "x"}})},
             "spec.driver.annotations[SPARK-SUBMIT.INTERNAL/attempt]"),
            ({"command": {"args": ["--conf", K + "driver.service.annotation." + mark + "=x", *command]}}, "args[1]"),
            ({"command": {"args": command, "driverPodTemplate": {"metadata": {"labels": {mark: "x"}}, "spec": spec}}},
             place + "labels"),
            ({"command": {"args": command, "driverPodTemplate": {"metadata": {"finalizers": [mark]}, "spec": spec}}},
             place + "finalizers"),
            ({"command": {"args": command, "driverPodTemplate": {
                "spec": {**spec, "schedulingGates": [{"name": OURS + "prepared"}]}}}},
             "driver_pod_template.spec.schedulingGates"),
            ({"command": {"args": command, "executorPodTemplateText": text(
                r'metadata: {labels: {"\x73park-submit.internal/attempt": x}}')}}, "executor_pod_template.metadata.labels"),
            ({"command": {"args": command, "executorPodTemplateText": text("{" + mark)}}, "executor_pod_template"),
        ]
        for members, field in cases:
            with self.subTest(field):
                refusal = self.client.refused("Render", members)
                self.assertEqual((refusal.code, refusal.reason), ("INVALID_ARGUMENT", "INVALID_FIELD"))
                self.assertEqual(refusal.fields, [field])
        reading = text("spec: {containers: [{env: [{name: A, valueFrom: {fieldRef: {fieldPath: "
                       "\"metadata.labels['%s']\"}}}]}]}" % mark)
        self.client.call("Render", {"command": {"args": [
            "--conf", K + "driver.label.team-" + mark + "=x", *command], "driverPodTemplateText": reading}})
        # Not our own.
        self.client.call("Render", {"application": application(), "podMutation": "POD_MUTATION_NATIVE"})

    def test_texts_are_one_clause(self):
        driver = {"cores": 1, "memory": "512m"}
        cases = [{"application": application(**changes)} for changes in (
            {"mainApplicationFile": None}, {"mode": "client"}, {"driver": {**driver, "cores": -1}}, {"driver": {**driver, "memory": "12x"}},
            {"type": "Nope"}, {"suspend": True})]
        cases += [{"application": application(driver={**driver, "labels": {OURS + "app-uid": "x"}})}]
        cases += [{}, {"manifest": base64.b64encode(b"{").decode()}, {"command": {"args": ["--nope"]}},
                  {"application": application(), "idempotencyKey": "a b"}]
        for case in cases:
            refusal = self.client.refused("Submit", case)
            with self.subTest(refusal.text):
                self.assertNotEqual(refusal.text, "")
                self.assertLessEqual(len(refusal.text), 1024)
                self.assertNotIn("\n", refusal.text)
                self.assertFalse(refusal.text.endswith("."), refusal.text)
                self.assertEqual(refusal.metadata["outcome"], "NOT_CREATED")
                self.assertEqual(refusal.details["google.rpc.ErrorInfo"].domain, "spark-submit.internal")


class Deadlines(unittest.TestCase):
    def test_without_a_deadline_there_is_the_servers(self):
        for flags, timeout in [(["--default-deadline=1s"], None), (["--default-deadline=1s", "--max-deadline=1s"], 60)]:
            with self.subTest(flags):
                server = Server(*flags)
                client = Client(server)
                refusal = client.refused("Submit", {"application": application()}, timeout=timeout)
                self.assertEqual((refusal.code, refusal.reason),
                                 ("DEADLINE_EXCEEDED", "DEADLINE_BEFORE_START"))
                client.close()
                server.stop()


class CoreLog(unittest.TestCase):
    def test_the_cores_lines_are_ours_and_few(self):
        os.environ["GRPC_TRACE"] = "api"
        try:
            server = Server("--log-level=debug")
        finally:
            del os.environ["GRPC_TRACE"]
        client = Client(server)
        for _ in range(20):
            client.call("GetInfo", {})
        client.close()
        server.stop()
        lines = [line for line in server.lines if line["msg"] == "grpc core"]
        self.assertTrue(1 <= len(lines) <= 10, len(lines))
        self.assertTrue(all(line["text"] and line["level"] for line in lines))


class Untouched(unittest.TestCase):
    """A FIFO without a writer: whoever opens it to read waits. A listener: whoever connects is seen."""

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.fifo = os.path.join(self.directory.name, "fifo")
        os.mkfifo(self.fifo)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d/a.jar" % self.listener.getsockname()[1]
        self.seen = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                self.seen.append(self.listener.accept())
            except OSError:
                return

    def tearDown(self):
        self.listener.close()
        self.directory.cleanup()

    def test_nothing_that_a_request_names_is_opened(self):
        server = Server("--mode=standalone")
        client = Client(server)
        main = "local:///opt/pi.jar"
        commands = [["--properties-file", self.fifo], ["--conf", K + "driver.podTemplateFile=" + self.fifo],
                    ["--conf", K + "executor.podTemplateFile=" + self.fifo], ["--jars", self.url],
                    ["--jars", "file://" + self.fifo], ["--files", "file://" + self.fifo],
                    ["--conf", K + "file.upload.path=" + self.url],
                    ["--conf", K + "authenticate.submission.oauthTokenFile=" + self.fifo],
                    ["--conf", K + "authenticate.submission.caCertFile=" + self.fifo],
                    ["--conf", K + "authenticate.driver.oauthTokenFile=" + self.fifo],
                    ["--conf", K + "kerberos.krb5.path=" + self.fifo],
                    ["--conf", "spark.kerberos.keytab=" + self.fifo, "--conf", "spark.kerberos.principal=p"],
                    ["--conf", "spark.master=k8s://" + self.url], ["--packages", "a:b:1", "--repositories", self.url]]
        forms = [{"command": {"args": [*COMMAND, *words, main]}} for words in commands]
        forms += [{"command": {"args": [*COMMAND, place]}} for place in (self.url, "file://" + self.fifo, self.fifo)]
        forms += [{"command": {"args": [*COMMAND, main], "environment": {name: self.directory.name}}}
                  for name in ("HADOOP_CONF_DIR", "SPARK_CONF_DIR", "SPARK_HOME", "YARN_CONF_DIR")]
        forms += [{"application": application(**changes)} for changes in (
            {"mainApplicationFile": self.url}, {"mainApplicationFile": "file://" + self.fifo},
            {"deps": {"jars": [self.url], "files": ["file://" + self.fifo]}},
            {"sparkConf": {K + "driver.podTemplateFile": self.fifo}},
            {"sparkConfigMap": self.fifo}, {"hadoopConfigMap": self.fifo})]
        answered = 0
        for form in forms:
            for method in ("Render", "Submit"):
                try:
                    client.call(method, form, timeout=10)
                    answered += 1
                except grpc.RpcError as error:
                    self.assertIsNotNone(Refusal(error).reason, (form, error))
            self.assertEqual(client.health(), 1)
        self.assertGreater(answered, 10)
        self.assertEqual(self.seen, [])
        client.close()
        server.stop()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
