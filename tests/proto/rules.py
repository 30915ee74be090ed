#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules that our .proto files keep, and the contract with their callers.

rules.py DESCRIPTORS CONTRACT [--write]

CONTRACT lists every message, field, enum value and method that was ever published, one a line. What it
lists stays as it is, or its number and name are reserved; what is new is appended with --write.
"""

import pathlib
import sys
import unittest

from google.protobuf import descriptor_pb2

DESCRIPTORS, CONTRACT = sys.argv[1:3]
PACKAGE = "spark.submit.v1"
FOREIGN = {"google.rpc", "grpc.health.v1", "grpc.reflection.v1", "grpc.reflection.v1alpha"}
TYPES = descriptor_pb2.FieldDescriptorProto
files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(DESCRIPTORS).read_bytes()).file
ours = [file for file in files if file.package == PACKAGE]
ROLES = ("DriverSpec", "ExecutorSpec")


def messages(file):
    """Every message with its name, map entries left out."""
    waiting = [(message.name, message) for message in file.message_type]
    while waiting:
        name, message = waiting.pop(0)
        waiting += [(name + "." + each.name, each) for each in message.nested_type
                    if not each.options.map_entry]
        yield name, message


def enums(file):
    yield from file.enum_type
    for _, message in messages(file):
        yield from message.enum_type


def type_of(field):
    name = TYPES.Type.Name(field.type)[5:].lower()
    repeated = "repeated " if field.label == TYPES.LABEL_REPEATED else ""
    return repeated + (field.type_name.lstrip(".") if field.type_name else name)


def contract():
    lines = []
    for file in ours:
        for name, message in messages(file):
            lines += ["field %s %d %s %s %s" % (name, field.number, field.name, field.json_name, type_of(field))
                      for field in message.field]
        for enum in enums(file):
            lines += ["value %s %d %s" % (enum.name, value.number, value.name) for value in enum.value]
        for service in file.service:
            lines += ["method %s/%s %s %s" % (service.name, method.name, method.input_type, method.output_type)
                      for method in service.method]
    return sorted(lines)


def file_of(part):
    return next(file for file in ours if part in file.name)


class Rules(unittest.TestCase):
    def test_packages_and_files(self):
        self.assertEqual(sorted(file.name for file in ours),
                         ["spark/submit/v1/spark_application.proto", "spark/submit/v1/submit_service.proto"])
        self.assertEqual({file.package for file in files} - {PACKAGE, "google.protobuf"}, FOREIGN)
        services = [service for file in ours for service in file.service]
        self.assertEqual([service.name for service in services], ["SubmitService"])

    def test_syntax_is_proto2_without_its_traps(self):
        for file in ours:
            self.assertIn(file.syntax, ("", "proto2"))
            self.assertFalse(file.extension)
            for name, message in messages(file):
                self.assertFalse(message.extension or message.extension_range, name)
                for field in message.field:
                    self.assertNotEqual(field.label, TYPES.LABEL_REQUIRED, (name, field.name))
                    self.assertNotEqual(field.type, TYPES.TYPE_GROUP, (name, field.name))
                    self.assertFalse(field.HasField("default_value"), (name, field.name))

    def test_every_method_has_messages_of_its_own(self):
        used = []
        for file in ours:
            for service in file.service:
                for method in service.method:
                    self.assertEqual(method.input_type, ".%s.%sRequest" % (PACKAGE, method.name))
                    self.assertEqual(method.output_type, ".%s.%sResponse" % (PACKAGE, method.name))
                    used += [method.input_type, method.output_type]
        self.assertEqual(len(used), len(set(used)))
        self.assertGreater(len(used), 5)

    def test_enums_start_unspecified_and_are_never_the_crds(self):
        for file in ours:
            for enum in enums(file):
                first = enum.value[0]
                words = "".join("_" + c if c.isupper() else c.upper() for c in enum.name).lstrip("_")
                self.assertEqual((first.number, first.name), (0, words + "_UNSPECIFIED"))
        self.assertEqual(list(enums(file_of("spark_application"))), [])
        for _, message in messages(file_of("spark_application")):
            self.assertFalse([field.name for field in message.field if field.type == TYPES.TYPE_ENUM])

    def test_names_differ_from_lower_camel_case_only_where_the_crd_does(self):
        odd = {}
        for file in ours:
            for _, message in messages(file):
                for field in message.field:
                    head, *rest = field.name.split("_")
                    if field.json_name != head + "".join(word.capitalize() for word in rest):
                        odd[field.name] = field.json_name
        self.assertEqual(odd, {"spark_ui_options": "sparkUIOptions",
                               "ingress_url_format": "ingressURLFormat", "ingress_tls": "ingressTLS"})

    def test_kubernetes_content_is_a_struct(self):
        messages_by_name = dict(messages(file_of("spark_application")))
        struct = "google.protobuf.Struct"
        wanted = {"SparkApplication.metadata": struct, "SparkApplication.status": struct,
                  "DriverSpec.template": struct, "ExecutorSpec.template": struct,
                  "DriverSpec.tolerations": "repeated " + struct, "DriverSpec.env": "repeated " + struct,
                  "DriverSpec.sidecars": "repeated " + struct, "DriverSpec.affinity": struct,
                  "SparkApplicationSpec.volumes": "repeated " + struct,
                  "BatchSchedulerConfiguration.resources": struct}
        for path, kind in wanted.items():
            message, name = path.split(".")
            field = next(each for each in messages_by_name[message].field if each.name == name)
            self.assertEqual(type_of(field), kind, path)
        # Nothing else than the CRD's own structs, Structs, maps of texts, texts, numbers and flags.
        for name, message in messages_by_name.items():
            for field in message.field:
                kind = type_of(field).replace("repeated ", "")
                if kind.startswith(PACKAGE) and kind.endswith("Entry"):
                    entry = next(each for each in message.nested_type if kind.endswith("." + each.name))
                    self.assertIn([type_of(each) for each in entry.field],
                                  [["string", "string"], ["string", PACKAGE + ".NameKey"]], field.name)
                elif not kind.startswith(PACKAGE):
                    self.assertIn(kind, {struct, "string", "int32", "int64", "bool"}, (name, field.name))

    def test_structs_of_the_crd_are_messages(self):
        names = {name for name, _ in messages(file_of("spark_application"))}
        self.assertEqual(names, {
            "SparkApplication", "SparkApplicationSpec", "Dependencies", "RestartPolicy", "DriverSpec",
            "ExecutorSpec", "GpuSpec", "NamePath", "SecretInfo", "NameKey", "Port", "MonitoringSpec",
            "PrometheusSpec", "DynamicAllocation", "SparkUIConfiguration", "DriverIngressConfiguration",
            "BatchSchedulerConfiguration"})

    def test_both_roles_number_common_fields_alike(self):
        by_name = dict(messages(file_of("spark_application")))
        driver, executor = ({field.name: field.number for field in by_name[role].field} for role in ROLES)
        common = set(driver) & set(executor)
        self.assertGreater(len(common), 20)
        for name in common:
            self.assertEqual(driver[name], executor[name], name)
            self.assertLess(driver[name], 50, name)
        for role, other in ((driver, executor), (executor, driver)):
            for name in set(role) - set(other):
                self.assertGreaterEqual(role[name], 50, name)

    def test_what_was_published_stays(self):
        published = pathlib.Path(CONTRACT).read_text("utf-8").splitlines()
        published = [line for line in published if not line.startswith("#")]
        now = contract()
        self.assertEqual(sorted(set(now) - set(published)), [], "rules.py --write adds what is new")
        by_name = {name: message for file in ours for name, message in messages(file)}
        for line in set(published) - set(now):
            words = line.split()
            self.assertEqual(words[0], "field", line)
            message = by_name[words[1]]
            self.assertIn(words[3], message.reserved_name, line)
            self.assertTrue(any(each.start <= int(words[2]) < each.end for each in message.reserved_range), line)


if __name__ == "__main__":
    if sys.argv[3:] == ["--write"]:
        known = pathlib.Path(CONTRACT)
        old = known.read_text("utf-8").splitlines() if known.exists() else []
        head = ["# Every field, enum value and method that was ever published; see rules.py."]
        kept = {line for line in old if not line.startswith("#")}
        known.write_text("\n".join(head + sorted(kept | set(contract()))) + "\n", "utf-8")
    else:
        unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
