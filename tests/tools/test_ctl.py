#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sparksubmitctl as people and scripts use it: test_ctl.py CTL SERVER"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from ctl import COMMAND, CTL, EXAMPLE, SUBMISSION_ID, UID, application, ctl, kinds, object_of, properties, rendered


class Rendering(unittest.TestCase):
    def test_a_file_and_stdin_are_the_same(self):
        text = pathlib.Path(EXAMPLE).read_text("utf-8")
        of_file = ctl("render", "-f", EXAMPLE)
        of_stdin = ctl("render", "-f", "-", text=text)
        self.assertEqual(of_file.returncode, 0, of_file.stderr)
        self.assertEqual(of_file.stdout, of_stdin.stdout)
        tree = rendered("-f", EXAMPLE)
        self.assertEqual((tree["apiVersion"], tree["kind"]), ("v1", "List"))
        self.assertEqual(set(kinds(tree)), {"Pod", "ConfigMap", "Service"})

    def test_yaml_is_the_default_and_says_the_same_as_json(self):
        yaml = ctl("render", "-f", EXAMPLE)
        self.assertEqual(yaml.stdout, ctl("render", "-f", EXAMPLE, "-o", "yaml").stdout)
        self.assertTrue(yaml.stdout.startswith("apiVersion: v1\nitems:\n"), yaml.stdout[:80])
        self.assertIn("kind: List\n", yaml.stdout)
        self.assertEqual(yaml.stdout.count("\n  kind: "), len(kinds(rendered("-f", EXAMPLE))))

    def test_json_and_yaml_manifests_are_read(self):
        tree = rendered("-f", "-", text=application())
        self.assertEqual(object_of(tree, "Pod")["metadata"]["name"], "pi-driver")

    def test_the_order_is_that_of_creation(self):
        self.assertEqual(kinds(rendered("-f", EXAMPLE))[0], "Pod")
        with_uid = rendered("-f", EXAMPLE, "--uid", UID)
        self.assertEqual(kinds(with_uid)[-1], "Pod")
        owner = with_uid["items"][0]["metadata"]["ownerReferences"][0]
        self.assertEqual((owner["kind"], owner["uid"]), ("SparkApplication", UID))

    def test_without_uid_no_owner_is_invented(self):
        tree = rendered("-f", EXAMPLE, "--stage", "submission")
        self.assertNotIn("ownerReferences", json.dumps(tree))
        tree = rendered("-f", EXAMPLE, "--stage", "submission", "--uid", UID)
        self.assertIn(UID, json.dumps(tree["driverPodTemplate"]))

    def test_plain_is_what_spark_would_have_sent(self):
        tree = rendered("-f", EXAMPLE, "--plain", "--uid", UID)
        self.assertEqual(kinds(tree)[0], "Pod")
        self.assertNotIn("spark-submit.internal", json.dumps(tree))
        self.assertNotIn("schedulingGates", json.dumps(tree))
        owner = object_of(tree, "ConfigMap")["metadata"]["ownerReferences"][0]
        self.assertEqual((owner["kind"], owner.get("uid", "")), ("Pod", ""))
        self.assertIn("spark-submit.internal", json.dumps(rendered("-f", EXAMPLE)))

    def test_the_stage_submission_is_what_the_operator_hands_over(self):
        tree = rendered("-f", EXAMPLE, "--stage", "submission")
        self.assertEqual(set(tree), {"arguments", "driverPodTemplate", "executorPodTemplate",
                                     "extraObjects"})
        arguments = tree["arguments"]
        self.assertEqual(arguments[:2], ["--master", "k8s://https://kubernetes.default.svc:443"])
        self.assertIn("--class", arguments)
        self.assertTrue(any(word.startswith("spark.kubernetes.driver.podTemplateFile=")
                            for word in arguments))
        self.assertEqual(tree["extraObjects"], [])

    def test_the_stage_application_has_the_defaults(self):
        tree = rendered("-f", "-", "--stage", "application", text=application(mode=None))
        self.assertEqual((tree["kind"], tree["spec"]["mode"]), ("SparkApplication", "cluster"))
        self.assertEqual(tree["spec"]["restartPolicy"]["type"], "Never")
        tree = rendered("-f", "-", "--stage", "application", "--no-defaults", text=application())
        self.assertFalse(tree["spec"].get("restartPolicy"))

    def test_a_command_line_is_translated(self):
        tree = rendered("--", *COMMAND)
        pod = object_of(tree, "Pod")
        self.assertEqual(pod["spec"]["containers"][0]["image"], "spark:4.0.1")
        self.assertEqual(pod["spec"]["containers"][0]["args"][-2:], ["local:///opt/pi.jar", "10"])

    def test_templates_of_a_command_line_are_files(self):
        with tempfile.TemporaryDirectory() as folder:
            driver, executor = folder + "/driver.yaml", folder + "/executor.yaml"
            pathlib.Path(driver).write_text("spec: {nodeName: here}\n", "utf-8")
            pathlib.Path(executor).write_text("spec:\n  nodeName: there\n", "utf-8")
            tree = rendered("--driver-pod-template", driver, "--executor-pod-template", executor, "--",
                            *COMMAND)
        self.assertEqual(object_of(tree, "Pod")["spec"]["nodeName"], "here")
        text = object_of(tree, "ConfigMap", "podspec")["data"]
        self.assertEqual(list(text.values()), ["spec:\n  nodeName: there\n"])

    def test_relative_paths_start_where_we_are(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "own.conf").write_text("spark.executor.cores 3\n", "utf-8")
            pathlib.Path(folder, "driver.yaml").write_text("spec: {nodeName: here}\n", "utf-8")
            done = ctl("render", "-o", "json", "--", "--properties-file", "own.conf", "--conf",
                       K + "driver.podTemplateFile=driver.yaml", *COMMAND, cwd=folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        tree = json.loads(done.stdout)
        self.assertEqual(properties(tree)["spark.executor.cores"], "3")
        self.assertEqual(object_of(tree, "Pod")["spec"]["nodeName"], "here")

    def test_the_version_of_spark_can_be_chosen(self):
        for version, policy in [("3.5.8", False), ("4.0.3", False), ("4.2.1", True)]:
            tree = rendered("--spark-version", version, "--", *COMMAND)
            self.assertEqual(object_of(tree, "Pod")["metadata"]["labels"]["spark-version"], version)
            self.assertEqual("NetworkPolicy" in kinds(tree), policy)
            tree = rendered("--spark-version", version, "-f", EXAMPLE)
            self.assertEqual(object_of(tree, "Pod")["metadata"]["labels"]["spark-version"], version)
        done = ctl("render", "--spark-version", "2.4.8", "--", *COMMAND)
        self.assertEqual(done.returncode, 0)
        self.assertIn("SPARK_VERSION_APPROXIMATED", done.stderr)

    def test_the_submission_id_is_the_one_given_or_derived(self):
        tree = rendered("-f", EXAMPLE, "--submission-id", SUBMISSION_ID)
        label = object_of(tree, "Pod")["metadata"]["labels"]["sparkoperator.k8s.io/submission-id"]
        self.assertEqual(label, SUBMISSION_ID)
        one, two = (object_of(rendered("-f", EXAMPLE), "Pod")["metadata"]["labels"] for _ in range(2))
        derived = one["sparkoperator.k8s.io/submission-id"]
        self.assertRegex(derived, "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertEqual(derived, two["sparkoperator.k8s.io/submission-id"])
        self.assertTrue(one["spark-app-selector"].endswith(derived.replace("-", "")))

    def test_native_mutation_does_the_webhooks_work(self):
        text = application(driver={"cores": 1, "memory": "512m", "schedulerName": "own"})
        for option, wanted in [([], "own"), (["native"], "own"), (["auto"], "own"), (["none"], None)]:
            option = ["--pod-mutation", *option] if option else []
            pod = object_of(rendered("-f", "-", *option, text=text), "Pod")
            self.assertEqual(pod["spec"].get("schedulerName"), wanted)

    def test_controller_steps_are_applied_unless_told_otherwise(self):
        text = application(monitoring={"exposeDriverMetrics": True, "exposeExecutorMetrics": True,
                                       "prometheus": {"jmxExporterJar": "/prometheus/agent.jar"}})
        with_steps = rendered("-f", "-", text=text)
        self.assertIn("pi-prom-conf", [item["metadata"]["name"] for item in with_steps["items"]])
        self.assertEqual(with_steps, rendered("-f", "-", "--controller-steps", "apply", text=text))
        without = rendered("-f", "-", "--controller-steps", "none", text=text)
        self.assertNotIn("pi-prom-conf", [item["metadata"]["name"] for item in without["items"]])

    def test_options_of_the_operator(self):
        url = "{{$appName}}.example.com/{{$appNamespace}}/{{$appName}}"
        tree = rendered("-f", "-", "--operator-option", "enable_ui_service=true", "--operator-option",
                        "ingress_url_format=" + url, text=application())
        self.assertEqual(properties(tree).get("spark.ui.proxyBase"), "/default/pi")
        self.assertNotIn("spark.ui.proxyBase", properties(rendered("-f", "-", text=application())))
        hyphens = rendered("-f", "-", "--operator-option", "enable-ui-service=true", "--operator-option",
                           "ingress-url-format=" + url, text=application())
        self.assertEqual(hyphens, tree)
        for word, why in [("nope=1", "'nope' is not known: enable-ui-service, "),
                          ("enable-ui-servce=true", "is not known, did you mean 'enable-ui-service'?: "), ("nope", "'nope' is not K=V"),
                          ("enable-ui-service=maybe", "'maybe' is not true or false")]:
            done = ctl("render", "-f", EXAMPLE, "--operator-option", word)
            self.assertEqual(done.returncode, 1)
            self.assertIn("--operator-option", done.stderr)
            self.assertIn(why, done.stderr)

    def test_unknown_fields_are_refused_or_pruned(self):
        text = application(nope=1)
        done = ctl("render", "-f", "-", text=text)
        self.assertEqual(done.returncode, 1)
        self.assertIn("spec.nope", done.stderr)
        self.assertIn("UNKNOWN_FIELD", done.stderr)
        done = ctl("render", "-f", "-", "--unknown-fields", "refuse", text=text)
        self.assertEqual(done.returncode, 1)
        done = ctl("render", "-f", "-", "--unknown-fields", "warn", text=text)
        self.assertEqual(done.returncode, 0)
        self.assertIn("warning[UNKNOWN_FIELD_IGNORED]: spec.nope: ", done.stderr)
        self.assertIn("UNKNOWN_FIELD_IGNORED", done.stderr)
        self.assertEqual(done.stdout, ctl("render", "-f", "-", text=application()).stdout)

    def test_the_environment_is_what_is_given(self):
        tree = rendered("--env", "SPARK_USER=ignored", "--", *COMMAND)
        base = rendered("--", *COMMAND)
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "spark-defaults.conf").write_text("spark.executor.cores 3\n", "utf-8")
            pathlib.Path(folder, "log4j2.properties").write_text("a=b\n", "utf-8")
            given = rendered("--spark-conf-dir", folder, "--", *COMMAND)
            self.assertEqual(properties(given)["spark.executor.cores"], "3")
            self.assertEqual(object_of(given, "ConfigMap")["data"]["log4j2.properties"], "a=b\n")
            # What is not given does not count.
            self.assertEqual(rendered("--", *COMMAND, SPARK_CONF_DIR=folder, SPARK_HOME=folder,
                                      HADOOP_CONF_DIR=folder, SPARK_USER="x",
                                      KUBERNETES_SERVICE_HOST="10.9.8.7"), base)
        self.assertEqual(kinds(tree), kinds(base))
        master = rendered("-f", EXAMPLE, "--stage", "submission", "--env",
                          "KUBERNETES_SERVICE_HOST=fd00::1", "--env", "KUBERNETES_SERVICE_PORT=6443")
        self.assertEqual(master["arguments"][1], "k8s://https://[fd00::1]:6443")

    def test_rendering_without_a_time_says_zero(self):
        self.assertEqual(properties(rendered("-f", "-", text=application()))["spark.app.submitTime"], "0")
        tree = json.loads(application())
        tree["status"] = {"lastSubmissionAttemptTime": "2026-01-02T03:04:05Z"}
        given = properties(rendered("-f", "-", text=json.dumps(tree)))
        self.assertEqual(given["spark.app.submitTime"], "1767323045000")

    def test_rendering_twice_gives_the_same_bytes(self):
        for arguments in (["-f", EXAMPLE], ["--", *COMMAND]):
            self.assertEqual(ctl("render", *arguments).stdout, ctl("render", *arguments).stdout)


def driver(**changes):
    return application(driver={"cores": 1, "memory": "512m", **changes})


# What warns: code, arguments, manifest or None.
K = "spark.kubernetes."
WARNED = [
    ("CONF_KEY_IGNORED", ["--", "--conf", "my.key=1", *COMMAND], None),
    ("CONF_FILE_SKIPPED", ["--spark-conf-dir", "CONF_DIR", "--", *COMMAND], None),
    ("DEPRECATED_FIELD", ["--", "--conf", "spark.rpc=x", *COMMAND], None),
    ("NAME_TRUNCATED_HOSTNAME", ["--", "--conf", K + "driver.pod.name=" + 64 * "a", *COMMAND], None),
    ("SECRET_IN_CONFIGMAP", ["--", "--conf", "spark.hadoop.fs.s3a.secret.key=x", *COMMAND], None),
    ("SERVICE_ACCOUNT_IGNORED",
     ["--spark-version", "4.3.0", "--", "--conf", K + "authenticate.driver.serviceAccountName=a", "--conf",
      K + "authenticate.driver.oauthToken=t", *COMMAND], None),
    ("SERVICE_NAME_SHORTENED", ["--", "--conf", "spark.app.name=" + 50 * "a", *COMMAND[:4], *COMMAND[6:]], None),
    ("SPARK_VERSION_APPROXIMATED", ["--spark-version", "2.4.8", "--", *COMMAND], None),
    ("TEMPLATE_CONTAINER_NOT_FOUND",
     ["--driver-pod-template", "TEMPLATE", "--", "--conf", K + "driver.podTemplateContainerName=none",
      *COMMAND], None),
    ("TEMPLATE_KEY_IGNORED",
     ["--driver-pod-template", "TEMPLATE", "--", "--conf", K + "driver.podTemplateFile=/other", *COMMAND], None),
    ("DUPLICATE_KEY", ["-f", "-"], application().replace('"spec": {', '"spec": {"arguments": [], "arguments": ["1"], ')),
    ("UNKNOWN_FIELD_IGNORED", ["--unknown-fields", "warn", "-f", "-"], application(nope=1)),
    ("DEPRECATED_FIELD", ["-f", "-"], driver(envVars={"A": "1"})),
    ("MOUNT_WITHOUT_VOLUME", ["-f", "-"], application(
        driver={"volumeMounts": [{"name": "spark-vol", "mountPath": "/x"}]})),
    ("EXECUTOR_FIELD_NOT_APPLIED", ["--pod-mutation", "native", "-f", "-"], application(
        executor={"cores": 1, "memory": "512m", "env": [{"name": "SPARK_USER", "value": "x"}]})),
    ("FIELD_LEFT_TO_WEBHOOK", ["--pod-mutation", "none", "-f", "-"], driver(schedulerName="own")),
    ("SPARK_VERSION_APPROXIMATED", ["--", *COMMAND], None),
    ("SPARK_VERSION_APPROXIMATED", ["-f", "-"], application(sparkVersion="")),
    ("CONTROLLER_STEPS_ALREADY_APPLIED", ["-f", "-"], application(
        driver={"cores": 1, "memory": "512m", "javaOptions": "-javaagent:/prometheus/agent.jar=8090:/x"},
        monitoring={"exposeDriverMetrics": True, "exposeExecutorMetrics": False,
                    "prometheus": {"jmxExporterJar": "/prometheus/agent.jar"}})),
]


class Warnings(unittest.TestCase):
    def test_every_warning_of_a_translation(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "binary.conf").write_bytes(b"\xff\xfe")
            pathlib.Path(folder, "template").write_text("spec: {containers: [{name: a}]}\n", "utf-8")
            places = {"CONF_DIR": folder, "TEMPLATE": folder + "/template"}
            for code, arguments, text in WARNED:
                with self.subTest(code):
                    done = ctl("render", *(places.get(word, word) for word in arguments), text=text)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    lines = [line for line in done.stderr.splitlines() if line.startswith("warning[%s]: " % code)]
                    self.assertTrue(lines, done.stderr)
                    self.assertEqual(ctl("render", "-f", EXAMPLE).stderr, "")


class Errors(unittest.TestCase):
    def test_exit_codes_of_usage(self):
        for arguments in ([], ["nope"], ["render"], ["render", "-f", EXAMPLE, "--", "x"],
                          ["render", "--nope"], ["render", "-f"], ["render", "-f", EXAMPLE, "-o", "xml"],
                          ["render", "-f", EXAMPLE, "--stage", "nope"],
                          ["render", "-f", EXAMPLE, "--pod-mutation", "some"],
                          ["render", "-f", EXAMPLE, "--plain=yes"],
                          ["render", "-f", EXAMPLE, "--validate"], ["health", "--plain"],
                          ["render", "-f", EXAMPLE, "-o", "text"], ["submit", "-f", EXAMPLE, "-o", "yaml"],
                          ["render", "-f", EXAMPLE, "--timeout", "153722867280912931m"],
                          ["submit", "-f", EXAMPLE, "--uid", "x"], ["info", "-f", EXAMPLE],
                          ["render", "-f", EXAMPLE, "--driver-pod-template", EXAMPLE],
                          ["submit", "-f", EXAMPLE, "--executor-pod-template", EXAMPLE],
                          ["render", "--uid", UID, "--", *COMMAND],
                          ["render", "-f", EXAMPLE, "--plain", "--stage", "submission"],
                          ["render", "-f", EXAMPLE, "--env", "A=b", "--endpoint", "unix:/x"],
                          ["submit", "-f", EXAMPLE, "--spark-conf-dir", "/tmp"],
                          ["submit", "-f", EXAMPLE, "--timeout", "1h"]):
            with self.subTest(arguments):
                done = ctl(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertTrue(done.stderr.startswith("sparksubmitctl: "), done.stderr)

    def test_refusals_are_readable(self):
        done = ctl("render", "-f", "-", text=application(mainApplicationFile=None))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(done.stderr.startswith("error[INVALID_FIELD]: spec.mainApplicationFile: "), done.stderr)
        for arguments, field in [(["--conf", "spark.a"], "args[1] (--conf spark.a)"), (["--nope=secret"], "args[0] (--nope)"),
                                 (["--conf", "spark.executor.cores=secret", *COMMAND], "args[1] (--conf spark.executor.cores)")]:
            done = ctl("render", "--", *arguments)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, r"^error\[[A-Z_]+\]: " + re.escape(field) + ": ")

    def test_files_that_cannot_be_read_say_why(self):
        for path, why in [("/nonexistent", "No such file or directory"), ("/", "not a regular file")]:
            for arguments in (["-f", path], ["--driver-pod-template", path, "--", *COMMAND],
                              ["--", "--properties-file", path, *COMMAND], ["--spark-conf-dir", "/nonexistent", "--", "x"]):
                with self.subTest(arguments):
                    done = ctl("render", *arguments)
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(why if path in arguments else "No such file or directory", done.stderr)

    def test_refusals_are_one_json_object(self):
        cases = [(application(mainApplicationFile=None, driver={"cores": -1}), "INVALID_FIELD",
                  ["spec.driver.cores", "spec.mainApplicationFile"]),
                 ("{", "INVALID_MANIFEST", []), (application(nope=1), "UNKNOWN_FIELD", ["spec.nope"]),
                 (application(mode="client"), "UNSUPPORTED_FEATURE", ["spec.mode"])]
        for text, reason, fields in cases:
            with self.subTest(reason):
                done = ctl("render", "-f", "-", "-o", "json", text=text)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                tree = json.loads(done.stderr)
                self.assertEqual(set(tree), {"code", "reason", "message", "outcome", "retry", "attempt",
                                             "idempotencyKey", "defaultIdempotencyKey", "violations"})
                self.assertEqual((tree["outcome"], tree["retry"]), ("NOT_CREATED", "NO"))
                self.assertEqual((tree["code"], tree["reason"]), ("INVALID_ARGUMENT", reason))
                self.assertEqual(sorted(item["field"] for item in tree["violations"]), fields)
                self.assertTrue(all(item["description"] for item in tree["violations"]))
        done = ctl("render", "-o", "json", "--", "--nope")
        self.assertEqual(json.loads(done.stderr)["violations"][0]["field"], "args[0]")



class Help(unittest.TestCase):
    def test_every_command_has_its_own(self):
        own = {"submit": {"--validate", "--idempotency-key", "--default-idempotency-key"}, "render": {"--stage", "--api-server", "--uid"},
               "info": {"--endpoint"}, "health": {"--service"}, "version": set()}
        texts = {command: ctl(command, "--help") for command in own}
        for command, words in own.items():
            done = texts[command]
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            listed = {line.split()[0] for line in done.stdout.splitlines() if re.match("  -", line)}
            self.assertLessEqual(words | {"--help"}, listed, command)
            self.assertEqual(ctl("help", command).stdout, done.stdout)
        for option, command in [("--stage", "submit"), ("--validate", "render"), ("--uid", "submit"), ("-f", "info")]:
            self.assertNotIn("\n  %s " % option, texts[command].stdout)
        self.assertIn("spark.submit.v1.SubmitService", texts["health"].stdout)
        general = ctl("--help")
        for command in (*own, "help"):
            self.assertRegex(general.stdout, r"\n  %s " % command)
        for done in (general, *texts.values()):
            self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)

    def test_it_wins_over_every_other_check(self):
        for arguments, same in [(["-h"], ["--help"]), (["help"], ["--help"]), (["submit", "-h"], ["help", "submit"]),
                                (["--nope", "--help"], ["--help"]), (["render", "--stage", "--help"], ["help", "render"]),
                                (["render", "a", "b", "-h"], ["help", "render"]), (["destroy", "--help"], ["--help"]),
                                (["--endpoint", "http://x", "info", "--help"], ["help", "info"]),
                                (["render", "-f", EXAMPLE, "--help"], ["help", "render"])]:
            with self.subTest(arguments):
                done = ctl(*arguments)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(done.stdout, ctl(*same).stdout)
        self.assertEqual(ctl("render", "--", "--help").returncode, 1)

    def test_the_version(self):
        for arguments in (["version"], ["--version"], ["render", "--version"]):
            done = ctl(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, r"^sparksubmitctl \d+\.\d+")

    def test_an_unknown_command_is_named_first(self):
        for arguments in (["destroy", "x"], ["undo", "foo", "--nope"], ["destroy", "-f", "a"], ["-f", "a", "destroy"], ["help", "destroy"]):
            with self.subTest(arguments):
                done = ctl(*arguments)
                self.assertEqual(done.returncode, 2)
                name = "undo" if "undo" in arguments else "destroy"
                self.assertIn("unknown command '%s'; the commands are submit, render" % name, done.stderr)

    def test_one_thing_has_one_name(self):
        """Spellings of the server and of the interface are taken as well."""
        for old, new in [(["--spark-env", "SPARK_USER=x"], ["--env", "SPARK_USER=x"]),
                         (["--default-spark-version", "4.0.1"], ["--spark-version", "4.0.1"])]:
            self.assertEqual(rendered(*old, "--", *COMMAND), rendered(*new, "--", *COMMAND))
            self.assertNotIn(old[0], ctl("render", "--help").stdout)

    def test_usage_says_what_to_do(self):
        for arguments, advice in [(["render", "-f", "x", "--timeout", "5"], "'5' has no unit; give a unit: 5s; "),
                                  (["info", "--endpoint", "http://h:1"], "is a URL: the server speaks gRPC without TLS; write unix:PATH"),
                                  (["info", "--endpoint", "localhost"], "has no port; write unix:PATH"),
                                  (["render", "-f", "x", "--stage", "all"], "it takes objects|submission|application; "),
                                  (["submit", "-f", "a", "-f", "b"], "submit takes one -f"),
                                  (["render", "--validate", "-f", "x"], "'--validate' is no option of render; see sparksubmitctl render --help\n")]:
            with self.subTest(arguments):
                done = ctl(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertIn(advice, done.stderr)


class Files(unittest.TestCase):
    OTHER = "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: spark}\n"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = self.folder + "/" + name
        pathlib.Path(path).write_text(text, "utf-8")
        return path

    def test_pipes_are_read(self):
        done = subprocess.run(["bash", "-c", '"$0" render -f <(cat "$1")', CTL, EXAMPLE], capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, ctl("render", "-f", EXAMPLE).stdout)
        conf = self.write("some.conf", "spark.executor.cores 3\n")
        template = self.write("template.yaml", "spec: {nodeName: here}\n")
        script = '"$0" render --driver-pod-template <(cat "$1") -- --properties-file <(cat "$2") "${@:3}"'
        piped = subprocess.run(["bash", "-c", script, CTL, template, conf, *COMMAND], capture_output=True, text=True, check=True)
        self.assertIn("nodeName: here", piped.stdout)
        self.assertIn("spark.executor.cores=3", piped.stdout)
        endless = subprocess.run(["bash", "-c", '"$0" render -f <(yes)', CTL], capture_output=True, text=True, check=False)
        self.assertEqual(endless.returncode, 1)
        self.assertRegex(endless.stderr, r"^error\[REQUEST_TOO_LARGE\]: '/dev/fd/\d+' has more than 2 MiB\n$")

    def test_the_application_of_several_documents_is_taken(self):
        text = pathlib.Path(EXAMPLE).read_text("utf-8")
        alone = ctl("render", "-f", EXAMPLE).stdout
        for content in (self.OTHER + "---\n" + text, text + self.OTHER, "# all\n" + self.OTHER + "--- # app\n" + text + "---\n# end\n"):
            done = ctl("render", "-f", "-", text=content)
            self.assertEqual((done.returncode, done.stdout), (0, alone), done.stderr)
            self.assertEqual(done.stderr, "warning[DOCUMENTS_LEFT_OUT]: only SparkApplications are taken; '-' also holds "
                                          "ServiceAccount 'spark'\n")
        for content in ("---\n" + text, text + "...\n", "# a\n---\n---\n" + text):
            done = ctl("render", "-f", "-", text=content)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, alone, ""))

    def test_errors_in_a_document_count_lines_of_the_file(self):
        done = ctl("render", "-f", "-", text=self.OTHER + "---\nkind: SparkApplication\nmetadata: [\n")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"line [78]\b")

    def test_a_file_without_an_application_is_refused(self):
        done = ctl("render", "-f", "-", text=self.OTHER * 2)
        self.assertEqual(done.returncode, 1)
        self.assertIn("none of the 2 documents of '-' is a SparkApplication: ServiceAccount 'spark', ServiceAccount 'spark'\n",
                      done.stderr)

    def test_several_files_are_rendered_one_by_one(self):
        text = application()
        a, b = self.write("a.json", text), self.write("b.json", text.replace('"pi"', '"po"'))
        bad = self.write("bad.json", application(mode="client"))
        done = ctl("render", "-f", a, "-f", b)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "".join("---\n# %s\n%s" % (path, ctl("render", "-f", path).stdout) for path in (a, b)))
        done = ctl("render", "-f", a, "-f", bad, "-f", "/nonexistent", "-f", b)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.count("\n# "), 2)
        self.assertRegex(done.stderr, r"^error\[UNSUPPORTED_FEATURE\]: %s: spec.mode: .*\n"
                                      r"error\[INVALID_FIELD\]: /nonexistent: cannot read .*\n$" % re.escape(bad))
        both = self.write("both.yaml", "---\n%s\n---\n%s\n" % (text, text.replace('"pi"', '"po"')))
        done = ctl("render", "-f", both)
        self.assertEqual(re.findall(r"(?m)^# (.*)$", done.stdout), [both + ", document 1", both + ", document 2"])
        done = ctl("submit", "--endpoint", "unix:/nonexistent", "-f", both)
        self.assertEqual(done.returncode, 1)
        self.assertIn("holds 2 applications, and one is submitted at a time: SparkApplication 'pi', SparkApplication 'po'", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
