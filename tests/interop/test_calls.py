#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What callers get: answers, refusals with their details, health, reflection."""

import base64
import json
import sys
import unittest

import grpc
from google.protobuf import json_format

from server import (HEALTH, SERVICE, Client, Server, application, make,
                    message_class, pool)


def encoded(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def as_json(**changes):
    return {"manifest": encoded(json.dumps(application(**changes)))}


YAML = """apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata:
  name: spark-pi
  namespace: default
spec:
  type: Scala
  mode: cluster
  image: spark:4.0.1
  sparkVersion: 4.0.1
  mainClass: org.apache.spark.examples.SparkPi
  mainApplicationFile: local:///opt/spark/examples/jars/spark-examples.jar
  driver: {cores: 1, memory: 512m, serviceAccount: spark}
  executor: {instances: 1, cores: 1, memory: 512m}
"""

COMMAND = {"args": ["--master", "k8s://https://kubernetes.default.svc:443", "--deploy-mode",
                    "cluster", "--name", "pi", "--conf",
                    "spark.kubernetes.container.image=spark:4.0.1", "--class", "Pi",
                    "local:///opt/pi.jar", "10"],
           "properties": {"spark.executor.instances": "2"}}

# What comes as manifest, and the specified answer: reason, field, part of the message.
REFUSED = [
    ("bad JSON", '{"kind": ', "INVALID_MANIFEST", "", "line 1, column"),
    ("bad YAML", "kind: [", "INVALID_MANIFEST", "", "line "),
    ("an alias of nothing", YAML.replace("spark:4.0.1", "*a"), "INVALID_MANIFEST", "", "line "),
    ("no file", json.dumps(application(mainApplicationFile=None)), "INVALID_FIELD",
     "spec.mainApplicationFile", ""),
    ("unknown", json.dumps(application(driver={"cores": 1, "memroy": "1g"})),
     "UNKNOWN_FIELD", "spec.driver.memroy", ""),
    ("wrong type", json.dumps(application(driver={"cores": "one"})), "INVALID_FIELD",
     "spec.driver.cores", ""),
    ("client mode", json.dumps(application(mode="client")), "UNSUPPORTED_FEATURE", "spec.mode",
     ""),
    ("another kind", '{"apiVersion": "v1", "kind": "List"}', "INVALID_MANIFEST", None, ""),
    ("suspended", json.dumps(application(suspend=True)), "APPLICATION_SUSPENDED", None, ""),
]


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--mode=standalone")
        cls.client = Client(cls.server)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.server.stop()

    def test_info_says_what_the_server_is(self):
        info = self.client.call("GetInfo", {})
        self.assertEqual((info.name, info.mode), ("sparksubmitd", "standalone"))
        self.assertEqual(list(info.supported_spark_versions),
                         ["3.5", "4.0", "4.1", "4.2", "4.3"])
        self.assertEqual(info.limits["request_bytes"], 2 * 1024 * 1024)
        self.assertTrue(info.kubernetes_version.startswith("v1."))

    def test_submitting_twice_with_one_key_makes_one_driver(self):
        app = application()
        app["metadata"]["name"] = "once"
        first = self.client.submit(app, idempotencyKey="key-once")
        again = self.client.submit(app, idempotencyKey="key-once")
        self.assertFalse(first.adopted)
        self.assertTrue(again.adopted)
        self.assertEqual(first.driver_pod_name, "once-driver")
        self.assertEqual(first.driver_pod_uid, again.driver_pod_uid)
        self.assertEqual(first.spark_application_id, again.spark_application_id)
        self.assertEqual({each.kind for each in first.objects},
                         {"Pod", "ConfigMap", "Service"})
        self.assertGreater(first.submitted_at.seconds, 0)
        line = self.server.wait_for("rpc", method=f"/{SERVICE}/Submit", adopted=True,
                                    pod="once-driver")
        self.assertEqual((line["pod"], line["ns"], line["code"]),
                         ("once-driver", "default", "OK"))

    def test_a_default_key_counts_if_nothing_else_names_the_attempt(self):
        app = application()
        app["metadata"]["name"] = "default-key"
        first = self.client.submit(app, defaultIdempotencyKey="d1")
        self.assertEqual((first.adopted, first.idempotency_key), (False, "d1"))
        self.assertTrue(self.client.submit(app, defaultIdempotencyKey="d1").adopted)
        self.assertTrue(self.client.submit(app, idempotencyKey="d1", defaultIdempotencyKey="x").adopted)
        refusal = self.client.refused("Submit", {"application": app, "defaultIdempotencyKey": "d2"})
        self.assertEqual(refusal.reason, "DRIVER_POD_EXISTS")

    def test_a_default_key_is_ignored_if_a_submission_id_names_the_attempt(self):
        app = application()
        app["metadata"]["name"] = "named"
        first = self.client.submit(app, submissionId="s-1", defaultIdempotencyKey="d1")
        again = self.client.submit(app, submissionId="s-1", defaultIdempotencyKey="d2")
        self.assertEqual((first.adopted, again.adopted, again.idempotency_key), (False, True, ""))

    def test_another_key_finds_the_name_taken(self):
        app = application()
        app["metadata"]["name"] = "taken"
        self.client.submit(app, idempotencyKey="key-a")
        refusal = self.client.refused("Submit", {"application": app, "idempotencyKey": "key-b"})
        self.assertEqual((refusal.code, refusal.reason), ("ALREADY_EXISTS", "DRIVER_POD_EXISTS"))
        self.assertEqual(refusal.metadata["outcome"], "NOT_CREATED")
        self.assertIn("existing_uid", refusal.metadata)
        self.assertIn("pass the idempotency_key or submission_id of that", refusal.text)
        self.assertTrue(self.client.submit(app, idempotencyKey="key-a").adopted)
        resource = refusal.details["google.rpc.ResourceInfo"]
        self.assertEqual((resource.resource_type, resource.resource_name), ("Pod", "taken-driver"))
        self.assertEqual(refusal.trailers["grpc-retry-pushback-ms"], "-1")

    def test_validate_only_creates_nothing(self):
        app = application()
        app["metadata"]["name"] = "checked"
        seen = self.client.submit(app, idempotencyKey="key-c", validateOnly=True)
        self.assertEqual(seen.driver_pod_uid, "")
        self.assertFalse(seen.would_adopt)
        self.assertFalse(self.client.submit(app, idempotencyKey="key-c").adopted)

    def test_validate_only_judges_the_input(self):
        app = application()
        app["metadata"]["name"] = "running"
        first = self.client.submit(app, idempotencyKey="key-r")
        seen = self.client.submit(app, idempotencyKey="key-s", validateOnly=True)
        self.assertFalse(seen.would_adopt)
        self.assertEqual(seen.driver_pod_uid, "")
        self.assertIn("DRIVER_POD_EXISTS", [warning.code for warning in seen.warnings])
        seen = self.client.submit(app, idempotencyKey="key-r", validateOnly=True)
        self.assertTrue(seen.would_adopt)
        self.assertEqual(seen.driver_pod_uid, first.driver_pod_uid)

    def test_all_forms_of_one_application_give_the_same_objects(self):
        forms = [{"application": application()}, as_json(), {"manifest": encoded(YAML)}]
        rendered = [self.client.call("Render", form) for form in forms]
        self.assertGreater(len(rendered[0].objects), 3)
        for each in rendered[1:]:
            self.assertEqual(each.objects, rendered[0].objects)
            self.assertEqual(each.properties, rendered[0].properties)
            self.assertEqual(each.spark_submit_args, rendered[0].spark_submit_args)

    def test_rendering_has_three_formats_and_three_stages(self):
        form = {"application": application()}
        struct = self.client.call("Render", form)
        text = self.client.call("Render", {**form, "format": "RENDER_FORMAT_JSON"})
        yaml = self.client.call("Render", {**form, "format": "RENDER_FORMAT_YAML"})
        for one, other, third in zip(struct.objects, text.objects, yaml.objects):
            self.assertEqual(json_format.MessageToDict(one.object), json.loads(other.text))
            self.assertIn(b"kind: " + one.kind.encode(), third.text)
        stage = self.client.call("Render", {**form, "stage": "RENDER_STAGE_SUBMISSION"})
        self.assertIn("--class", stage.submission.arguments)
        stage = self.client.call("Render", {**form, "stage": "RENDER_STAGE_APPLICATION"})
        self.assertEqual(stage.application.object["kind"], "SparkApplication")
        plain = self.client.call("Render", {**form, "plain": True})
        self.assertEqual(plain.objects[0].kind, "Pod")
        self.assertNotIn("spark-submit.internal", str(plain.objects))

    def test_a_command_line_is_submitted(self):
        answer = self.client.call("Submit", {"command": COMMAND})
        self.assertTrue(answer.driver_pod_name.startswith("pi-"))
        rendered = self.client.call("Render", {"command": COMMAND})
        self.assertIn(("spark.executor.instances", "2"),
                      [(each.key, each.value) for each in rendered.properties])

    def test_bad_manifests_are_refused_with_their_field(self):
        for name, manifest, reason, field, text in REFUSED:
            with self.subTest(name):
                refusal = self.client.refused("Submit", {"manifest": encoded(manifest)})
                self.assertEqual(refusal.reason, reason, refusal.text)
                self.assertEqual(refusal.code, "FAILED_PRECONDITION"
                                 if reason == "APPLICATION_SUSPENDED" else "INVALID_ARGUMENT")
                if field is not None:
                    self.assertEqual(refusal.fields[0], field, refusal.text)
                self.assertIn(text, refusal.text)
                self.assertEqual(refusal.metadata["outcome"], "NOT_CREATED")
                self.assertEqual(refusal.metadata["retry"], "NO")
        self.assertFalse(self.client.submit(application(), idempotencyKey="after").adopted)

    def test_bad_messages_are_refused_with_their_field(self):
        cases = [
            ({}, "INVALID_MESSAGE", ""),
            ({"application": application(driver={"cores": -1})}, "INVALID_FIELD",
             "spec.driver.cores"),
            ({"command": {"args": ["--deploy-mode", "client", "--master", "k8s://x", "a.jar"]}},
             "UNSUPPORTED_FEATURE", None),
            ({"command": {"args": ["--nope"]}}, "INVALID_SPARK_SUBMIT_ARGS", "args[0]"),
            ({"application": application(), "sparkVersion": "4.0.1",
              "idempotencyKey": "no spaces please"}, "INVALID_FIELD", "idempotency_key"),
            ({"application": application(), "sparkVersion": "4.0.1",
              "defaultIdempotencyKey": "a/b"}, "INVALID_FIELD", "default_idempotency_key"),
            ({"command": {**COMMAND, "driverPodTemplate": {"spec": {}},
                          "driverPodTemplateText": encoded("{}")}}, "INVALID_FIELD",
             "driver_pod_template_text"),
        ]
        for tree, reason, field in cases:
            with self.subTest(reason=reason, field=field):
                refusal = self.client.refused("Submit", tree)
                self.assertEqual((refusal.code, refusal.reason), ("INVALID_ARGUMENT", reason),
                                 refusal.text)
                if field is not None:
                    self.assertEqual(refusal.fields[0], field, refusal.text)

    def test_an_unknown_method_is_unimplemented(self):
        refusal = self.client.raw_refused(f"/{SERVICE}/Nope", b"")
        self.assertEqual((refusal.code, refusal.reason), ("UNIMPLEMENTED", "METHOD_UNKNOWN"))
        self.assertNotEqual(refusal.metadata.get("request_id", ""), "")

    def test_a_request_id_is_echoed_or_made(self):
        for given, expected in [("abc.DEF-1_2", True), ("not ok", False), ("x" * 65, False)]:
            call = self.client.method(SERVICE, "GetInfo")
            _, answer = call.with_call(make("spark.submit.v1.GetInfoRequest", {}), timeout=10,
                                       metadata=(("x-request-id", given),))
            seen = dict(answer.initial_metadata())["x-request-id"]
            self.assertEqual(seen == given, expected)
            self.assertRegex(seen, r"^[A-Za-z0-9._-]{1,64}$")
        refusal = self.client.refused("Submit", {}, metadata=(("x-request-id", "mine"),))
        self.assertEqual(refusal.metadata["request_id"], "mine")

    def test_no_write_starts_shortly_before_the_deadline(self):
        refusal = self.client.refused("Submit", {"application": application()}, timeout=2)
        self.assertEqual((refusal.code, refusal.reason),
                         ("DEADLINE_EXCEEDED", "DEADLINE_BEFORE_START"))
        self.assertEqual(refusal.metadata["outcome"], "NOT_CREATED")

    def test_health_is_checked_listed_and_unknown(self):
        for service in ("", "readiness", SERVICE):
            self.assertEqual(self.client.health(service), 1)
        listed = self.client.call("List", {}, service=HEALTH)
        self.assertEqual(set(listed.statuses), {"", "readiness", SERVICE})
        refusal = self.client.refused("Check", {"service": "nope"}, service=HEALTH)
        self.assertEqual(refusal.code, "NOT_FOUND")

    def test_watching_an_unknown_service_stays_open(self):
        watch = self.client.channel.unary_stream(
            f"/{HEALTH}/Watch", lambda message: message.SerializeToString(),
            message_class("grpc.health.v1.HealthCheckResponse").FromString)
        stream = watch(make("grpc.health.v1.HealthCheckRequest", {"service": "nope"}),
                       timeout=1)
        self.assertEqual(next(stream).status, 3)
        with self.assertRaises(grpc.RpcError) as caught:
            next(stream)
        self.assertEqual(caught.exception.code().name, "DEADLINE_EXCEEDED")

    def test_reflection_speaks_both_versions(self):
        for package in ("grpc.reflection.v1", "grpc.reflection.v1alpha"):
            call = self.client.channel.stream_stream(
                f"/{package}.ServerReflection/ServerReflectionInfo",
                lambda message: message.SerializeToString(),
                message_class(package + ".ServerReflectionResponse").FromString)
            questions = [{"listServices": ""}, {"fileContainingSymbol": SERVICE},
                         {"fileByFilename": "google/protobuf/struct.proto"},
                         {"fileContainingSymbol": "no.such.Thing"},
                         {"allExtensionNumbersOfType": "spark.submit.v1.SubmitRequest"}]
            answers = list(call(iter(make(package + ".ServerReflectionRequest", each)
                                     for each in questions), timeout=10))
            self.assertIn(SERVICE,
                          [each.name for each in answers[0].list_services_response.service])
            self.assertEqual(len(answers[1].file_descriptor_response.file_descriptor_proto), 1)
            self.assertEqual(
                answers[2].file_descriptor_response.file_descriptor_proto[0],
                pool.FindFileByName("google/protobuf/struct.proto").serialized_pb)
            self.assertEqual(answers[3].error_response.error_code, 5)
            self.assertEqual(answers[4].all_extension_numbers_response.base_type_name,
                             "spark.submit.v1.SubmitRequest")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
