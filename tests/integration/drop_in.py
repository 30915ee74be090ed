#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The drop-in against a real API server: drop_in.py CONTROL_PLANE SPARK_SUBMIT SERVER LIBRARY_FOLDER

What people and the Spark Operator rely on: exit codes, the lines that tools look for, the objects,
where credentials come from, waiting, --kill and --status.
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "golden")]

import kube  # noqa: E402

NAMESPACE = "drop-in"
UID = "5a7b1c2d-0001-4000-8000-00000000a001"
SUBMISSION_ID = "5eed5eed-1234-4567-89ab-cdef01234567"
STAMP = re.compile(r"^\d\d/\d\d/\d\d \d\d:\d\d:\d\d ")
DEPLOYED = re.compile(r"INFO Client: Deployed Spark application (\S+) with application ID (spark-[0-9a-f]{32}) "
                      r"and submission ID (\S+):(\S+) into Kubernetes")
MAX_STDERR = 32 * 1024

CONTROL_PLANE, PROGRAM, SERVER, LIBRARY = map(os.path.abspath, sys.argv[1:5])
CLUSTER = None


def owned_template(name):
    """A driver template as the Spark Operator writes it: owned by the application."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {
        "labels": {"from": "template"},
        "ownerReferences": [{"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
                             "name": name, "uid": UID, "controller": True, "blockOwnerDeletion": True}]},
            "spec": {"containers": [{"name": "spark-kubernetes-driver",
                                     "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
                     "volumes": [{"name": "data", "emptyDir": {}}]}}


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))

    def tearDown(self):
        for kind in ("Pod", "ConfigMap", "Service", "Secret"):
            for item in CLUSTER.list(kind, NAMESPACE):
                if item["metadata"]["name"] != "kube-root-ca.crt":
                    CLUSTER.delete(kind, NAMESPACE, item["metadata"]["name"])

    def environment(self, **more):
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder),
                     "KUBECONFIG": CONTROL_PLANE + "/kubeconfig", "SPK_SPARK_VERSION": "4.1.4"}
        variables.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
        variables.update(more)
        return {name: value for name, value in variables.items() if value is not None}

    def start(self, *arguments, **more):
        return subprocess.Popen([PROGRAM, *arguments], env=self.environment(**more), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder)

    def run_it(self, *arguments, expect=0, **more):
        process = self.start(*arguments, **more)
        out, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, expect, error)
        self.assertLess(len(error), MAX_STDERR)
        return out, error

    def words(self, name, *more, wait=False, master=None):
        return ["--master", "k8s://" + (master or CLUSTER.server), "--deploy-mode", "cluster", "--name", name,
                "--class", "org.example.Main",
                "--conf", "spark.kubernetes.namespace=" + NAMESPACE,
                "--conf", "spark.kubernetes.driver.pod.name=%s-driver" % name,
                "--conf", "spark.kubernetes.container.image=spark:4.1.4",
                *([] if wait else ["--conf", "spark.kubernetes.submission.waitAppCompletion=false"]),
                *more, "local:///app.jar", "argument"]

    def driver(self, name):
        return CLUSTER.get("Pod", NAMESPACE, name + "-driver")

    def properties(self, name):
        for item in CLUSTER.list("ConfigMap", NAMESPACE):
            text = item["data"].get("spark.properties", "")
            if "%s-driver" % name in text:
                return text
        return self.fail("no spark.properties of " + name)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)


class Submitting(Case):
    def test_the_driver_is_created_and_announced(self):
        out, error = self.run_it(*self.words("plain"))
        found = DEPLOYED.search(error)
        self.assertTrue(found, error)
        self.assertEqual((found[1], found[3], found[4]), ("plain", NAMESPACE, "plain-driver"))
        self.assertTrue(STAMP.match(error.splitlines()[-1]))
        self.assertEqual(out, "")
        pod = self.driver("plain")
        self.assertEqual(pod["metadata"]["labels"]["spark-app-selector"], found[2])
        self.assertEqual(pod["metadata"]["labels"]["spark-version"], "4.1.4")
        self.assertEqual(pod["spec"]["containers"][0]["args"][-2:], ["local:///app.jar", "argument"])
        self.assertFalse(pod["spec"].get("schedulingGates"))

    def test_a_driver_that_exists_is_a_conflict_that_the_operator_knows(self):
        self.run_it(*self.words("twice"))
        before = self.driver("twice")["metadata"]["uid"]
        _, error = self.run_it(*self.words("twice"), expect=1)
        self.assertIn("code=409", error.splitlines()[-1])
        self.assertIn("KubernetesClientException: Failure executing: POST at: %s/api/v1/namespaces/%s/pods. Message: "
                      % (CLUSTER.server, NAMESPACE), error)
        self.assertIn('ERROR Client: Please check "kubectl auth can-i create pod" first.', error)
        self.assertEqual(self.driver("twice")["metadata"]["uid"], before)

    def test_templates_come_from_local_files(self):
        driver = self.write("driver.yaml", owned_template("templated"))
        text = "# as it is\nspec:\n  priorityClassName: low\n  containers: []\n"
        executor = self.write("executor.yaml", text)
        self.run_it(*self.words("templated", "--conf", "spark.kubernetes.driver.podTemplateFile=" + driver,
                                "--conf", "spark.kubernetes.executor.podTemplateFile=file://" + executor))
        pod = self.driver("templated")
        self.assertEqual(pod["metadata"]["labels"]["from"], "template")
        self.assertIn({"name": "data", "emptyDir": {}}, pod["spec"]["volumes"])
        kept = [item["data"]["podspec-configmap-key"] for item in CLUSTER.list("ConfigMap", NAMESPACE)
                if "podspec-configmap-key" in item["data"]]
        self.assertEqual(kept, [text])

    def test_the_operators_application_owns_everything(self):
        driver = self.write("tmp/spark/5eed/driver-pod-template.yaml", owned_template("owned"))
        self.run_it(*self.words("owned", "--conf", "spark.kubernetes.driver.podTemplateFile=" + driver,
                                "--conf", "spark.kubernetes.driver.label.sparkoperator.k8s.io/submission-id="
                                + SUBMISSION_ID))
        pod = self.driver("owned")
        self.assertFalse(pod["spec"].get("schedulingGates"))
        self.assertEqual(pod["metadata"]["labels"]["sparkoperator.k8s.io/submission-id"], SUBMISSION_ID)
        children = [item for kind in ("ConfigMap", "Service") for item in CLUSTER.list(kind, NAMESPACE)
                    if item["metadata"].get("labels")]
        self.assertEqual(len(children), 2)
        for item in [pod, *children]:
            self.assertEqual([ref["uid"] for ref in item["metadata"]["ownerReferences"]], [UID])
        # The operator's own retry of the same attempt finds its driver; another attempt conflicts.
        self.run_it(*self.words("owned", "--conf", "spark.kubernetes.driver.podTemplateFile=" + driver,
                                "--conf", "spark.kubernetes.driver.label.sparkoperator.k8s.io/submission-id="
                                + SUBMISSION_ID))
        self.assertEqual(self.driver("owned")["metadata"]["uid"], pod["metadata"]["uid"])
        _, error = self.run_it(
            *self.words("owned", "--conf", "spark.kubernetes.driver.podTemplateFile=" + driver, "--conf",
                        "spark.kubernetes.driver.label.sparkoperator.k8s.io/submission-id=another"), expect=1)
        self.assertIn("code=409", error)

    def test_properties_come_from_files_in_their_order(self):
        self.write("conf/spark-defaults.conf", "spark.a defaults\nspark.b defaults\nspark.c defaults\n")
        self.write("conf/log4j2.properties", "rootLogger.level = warn\n")
        mine = self.write("mine.conf", "spark.b = mine\nspark.c = mine\nother.key = ignored\n")
        self.run_it(*self.words("defaults", "--conf", "spark.b=line"), SPARK_CONF_DIR=str(self.folder / "conf"))
        text = self.properties("defaults")
        for line in ("spark.a=defaults", "spark.b=line", "spark.c=defaults"):
            self.assertIn(line + "\n", text)
        _, error = self.run_it(*self.words("mine", "--properties-file", mine, "--conf", "spark.c=line"),
                               SPARK_CONF_DIR=str(self.folder / "conf"))
        self.assertIn("Warning: Ignoring non-Spark config property: other.key\n", error)
        text = self.properties("mine")
        self.assertNotIn("spark.a=", text)
        self.assertIn("spark.b=mine\n", text)
        self.assertIn("spark.c=line\n", text)
        shipped = {name for item in CLUSTER.list("ConfigMap", NAMESPACE) for name in item["data"]}
        self.assertIn("log4j2.properties", shipped)
        self.assertNotIn("spark-defaults.conf", shipped)

    def test_spark_home_has_the_conf_dir_and_the_version(self):
        self.write("home/RELEASE", "Spark 3.5.8 (git revision 0) built for Hadoop 3.3.4\n")
        self.write("home/conf/spark-defaults.conf", "spark.from.home true\n")
        self.run_it(*self.words("home"), SPARK_HOME=str(self.folder / "home"), SPK_SPARK_VERSION=None)
        self.assertIn("spark.from.home=true\n", self.properties("home"))
        self.assertEqual(self.driver("home")["metadata"]["labels"]["spark-version"], "3.5.8")

    def test_what_is_refused_creates_nothing(self):
        cases = [
            (["--conf", "spark.kubernetes.submission.waitAppCompletion=perhaps"], "It should be a/an 'boolean' value"),
            (["--conf", "spark.kubernetes.submission.waitAppCompletion=true", "--conf",
              "spark.kubernetes.report.interval=0"], "Logging interval must be a positive time value."),
            (["--conf", "spark.kubernetes.driver.label.spark-role=x"], "java.lang.IllegalArgumentException: requirement failed: "),
            (["--conf", "spark.kubernetes.driver.podTemplateFile=/absent.yaml"], "/absent.yaml"),
        ]
        for more, text in cases:
            with self.subTest(text):
                _, error = self.run_it(*self.words("bad", *more), expect=1)
                self.assertIn(text, error.splitlines()[-1])
                self.assertEqual([CLUSTER.list(kind, NAMESPACE) for kind in ("Pod", "Service")], [[], []])

    def test_warnings_have_the_names_of_sparks_classes(self):
        _, error = self.run_it(*self.words("x" * 50, "--conf", "spark.yarn.access.namenodes=hdfs://n", "--conf", "b=c",
                                           "--conf", "spark.kubernetes.driver.pod.name=warned-driver"))
        self.assertTrue(error.startswith("Warning: Ignoring non-Spark config property: b\n"))
        lines = [STAMP.sub("", line) for line in error.splitlines()]
        for text in ("WARN SparkConf: The configuration key 'spark.yarn.access.namenodes' has been deprecated ",
                     "WARN DriverServiceFeatureStep: Driver's hostname would preferably be xxx"):
            self.assertEqual(len([line for line in lines if line.startswith(text)]), 1, error)

    def test_http_is_warned_of(self):
        line = "WARN Utils: Kubernetes master URL uses HTTP instead of HTTPS.\n"
        for master, times in (("http://127.0.0.1:1", 1), ("https://127.0.0.1:1", 0), ("127.0.0.1:1", 0)):
            _, error = self.run_it(*self.words("plain", master=master), expect=1)
            self.assertEqual(error.count(line), times, error)

    def test_very_many_warnings_stay_readable(self):
        mine = self.write("mine.conf", "".join("key.%d.%s v\n" % (n, "x" * 200) for n in range(3000)))
        _, error = self.run_it(*self.words("warned", "--properties-file", mine))
        self.assertTrue(DEPLOYED.search(error.splitlines()[-1]))

    def test_a_dry_run_shows_and_creates_nothing(self):
        out, error = self.run_it("--dry-run", *self.words("shown", master="https://absent:1"), KUBECONFIG=None)
        self.assertEqual(error, "")
        self.assertIn("kind: List\n", out)
        for kind in ("ConfigMap", "Service", "Pod"):
            self.assertIn("kind: %s\n" % kind, out)
        self.assertEqual(CLUSTER.list("Pod", NAMESPACE), [])


class Words(Case):
    def verbose(self, *more, version="4.1.4"):
        _, error = self.run_it("--dry-run", *self.words("told", *more, master="https://absent:1"), KUBECONFIG=None,
                               SPARK_CONF_DIR=str(self.folder / "conf"), SPK_SPARK_VERSION=version)
        return error

    def test_verbose_tells_how_arguments_are_understood(self):
        self.write("conf/spark-defaults.conf", "spark.executor.memory 3g\nspark.b token\n")
        self.assertEqual(self.verbose(), "")
        arguments = ["--verbose", "--jars", "local:///a.jar,local:///b.jar", "--driver-memory", "2g", "--supervise",
                     "--conf", "spark.my.Password=p"]
        lines = self.verbose(*arguments).splitlines()
        self.assertEqual(lines[:3], ["Parsed arguments:", "  master                  k8s://https://absent:1",
                                     "  remote                  null"])
        self.assertEqual([line.split()[0] for line in lines[1:28]], (
            "master remote deployMode executorMemory executorCores totalExecutorCores propertiesFile driverMemory "
            "driverCores driverExtraClassPath driverExtraLibraryPath driverExtraJavaOptions supervise queue "
            "numExecutors files pyFiles archives mainClass primaryResource name childArgs jars packages "
            "packagesExclusions repositories verbose").split())
        for line in ("  executorMemory          3g", "  driverMemory            2g", "  supervise               true",
                     "  jars                    local:///a.jar,local:///b.jar",
                     "  childArgs               [argument]"):
            self.assertIn(line, lines)
        self.assertEqual(lines[28:33], [
            "", "Spark properties used, including those specified through",
            " --conf and those from the properties file null:", "  (spark.b,*********(redacted))",
            "  (spark.driver.memory,2g)"])
        end = lines.index("    ") + 1
        self.assertEqual(lines[end - 3:end], ["  (spark.my.Password,*********(redacted))", "", "    "])
        for version, texts in (("3.5.8", ["  propertiesFile          %s/conf/spark-defaults.conf\n" % self.folder,
                                          "the properties file %s/conf/spark-defaults.conf:\n" % self.folder]),
                               ("4.2.1", ["  extraPropertiesFiles    []\n", "those from the properties files:\n"])):
            error = self.verbose(*arguments, version=version)
            for text in texts:
                self.assertIn(text, error)

    def test_verbose_hides_what_is_to_be_hidden(self):
        for pattern, shown, hidden in (("my[.]key", ["spark.token"], ["spark.my.key"]),
                                       ("(?i)MY", ["spark.token"], ["spark.my.key"]),
                                       ("\\d", [], ["spark.token", "spark.my.key"])):
            error = self.verbose("-v", "--conf", "spark.my.key=v", "--conf", "spark.token=v", "--conf",
                                 "spark.redaction.regex=" + pattern)
            for key in shown:
                self.assertIn("  (%s,v)\n" % key, error)
            for key in hidden:
                self.assertIn("  (%s,*********(redacted))\n" % key, error)

    def test_verbose_tells_what_is_refused_too(self):
        _, error = self.run_it("-v", "--kill", "n:x", "--master", "yarn", expect=1)
        self.assertIn("  master                  yarn\n", error)
        self.assertIn("No external SparkSubmitOperations", error.splitlines()[-1])
        _, error = self.run_it("-v", "--master", "k8s://h", expect=1)
        self.assertNotIn("Parsed arguments", error)

    def test_exit_codes_and_texts_of_the_launcher(self):
        cases = [([], 255, "Usage: spark-submit"), (["--help"], 0, "Usage: spark-submit"),
                 (["--version"], 0, "4.1.4"), (["--usage-error"], 1, "Usage: spark-submit"),
                 (["--nonsense", "x"], 1, "Error: Unrecognized option: --nonsense\n\n"),
                 (["--master"], 1, "Error: Missing argument for option '--master'.\n\n"),
                 (["--conf", "x"], 1, "Error: Invalid argument to --conf: x\n\n"),
                 (["--master", "k8s://h"], 1, "Error: Missing application resource.\n\n"),
                 (["--properties-file", "/absent", "local:///a.jar"], 1, "Invalid properties file '/absent'."),
                 (["--master", "k8s://h", "--deploy-mode", "client", "--class", "M", "local:///a.jar"], 1, "client"),
                 (["--kill", "x", "--status", "x", "--master", "k8s://h"], 1, ""),
                 (["--kill", "n:x", "--master", "yarn"], 1, "java.lang.IllegalArgumentException: No external "
                  "SparkSubmitOperations clients found for master url: 'yarn'")]
        for words, code, text in cases:
            with self.subTest(words):
                out, error = self.run_it(*words, expect=code)
                self.assertEqual(out, "")
                self.assertIn(text, error)

    def test_no_grpc_is_loaded(self):
        done = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True)
        self.assertNotIn("grpc", done.stdout)
        process = self.start(*self.words("mapped", "--conf", "spark.kubernetes.report.interval=100ms", wait=True))
        try:
            until(lambda: CLUSTER.list("Pod", NAMESPACE))
            maps = pathlib.Path("/proc/%d/maps" % process.pid).read_text("utf-8")
            self.assertIn("libcurl", maps)
            self.assertNotIn("grpc", maps)
        finally:
            process.kill()
            process.communicate()


class Credentials(Case):
    """Each of the keys, with a kubeconfig that may do nothing and with none at all."""

    prefix = "spark.kubernetes.authenticate.submission."

    def conf(self, **pairs):
        return [word for key, value in pairs.items() for word in ("--conf", self.prefix + key + "=" + value)]

    def test_keys_of_the_submission_win(self):
        token = self.write("token", CLUSTER.token)
        plane = CONTROL_PLANE + "/"
        ca = {"caCertFile": plane + "ca.crt"}
        cases = [dict(ca, oauthToken=CLUSTER.token), dict(ca, oauthTokenFile=token),
                 dict(ca, clientCertFile=plane + "client.crt", clientKeyFile=plane + "client.key")]
        for number, pairs in enumerate(cases):
            with self.subTest(sorted(pairs)):
                self.run_it(*self.words("own%d" % number, *self.conf(**pairs)), KUBECONFIG=None)
        text = self.properties("own0")
        self.assertNotIn(CLUSTER.token, text)

    def test_certificates_may_be_trusted_blindly(self):
        self.run_it(*self.words("blind", "--conf", "spark.kubernetes.trust.certificates=true",
                                *self.conf(oauthToken=CLUSTER.token)), KUBECONFIG=None)
        _, error = self.run_it(*self.words("seeing", *self.conf(oauthToken=CLUSTER.token)), expect=1,
                               KUBECONFIG=None)
        self.assertRegex(error, "(?i)certificate|SSL")

    def test_a_context_of_the_kubeconfig(self):
        _, error = self.run_it(*self.words("ctx", "--conf", "spark.kubernetes.context=certificate"))
        self.assertIn("INFO SparkKubernetesClientFactory: Auto-configuring K8S client using context certificate "
                      "from users K8S config file", error)
        _, error = self.run_it(*self.words("nobody", "--conf", "spark.kubernetes.context=nobody"), expect=1)
        self.assertIn("code=403", error.splitlines()[-1])
        self.assertIn("executing: POST at: %s/api/v1/namespaces/%s/" % (CLUSTER.server, NAMESPACE), error)
        _, error = self.run_it("--status", NAMESPACE + ":x", "--master", "k8s://" + CLUSTER.server, "--conf",
                               "spark.kubernetes.context=nobody", expect=1)
        self.assertIn("executing: GET at: %s/api/v1/namespaces/%s/pods/x. " % (CLUSTER.server, NAMESPACE), error)
        _, error = self.run_it(*self.words("absent", "--conf", "spark.kubernetes.context=absent"), expect=1)
        self.assertIn("there is no context 'absent'", error.splitlines()[-1])

    def kubeconfig(self, user, context="c", namespace=None):
        cluster = {"server": "https://127.0.0.1:1"}
        return self.write("kubeconfig", {
            "apiVersion": "v1", "kind": "Config", "current-context": context,
            "clusters": [{"name": "c", "cluster": cluster}], "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u", **(
                {"namespace": namespace} if namespace else {})}}]})

    def test_they_win_over_what_a_machine_has(self):
        own = self.conf(oauthToken=CLUSTER.token, caCertFile=CONTROL_PLANE + "/ca.crt")
        command = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "/absent"}}
        machines = {"pod": dict(KUBECONFIG=None, KUBERNETES_SERVICE_HOST="10.0.0.1", KUBERNETES_SERVICE_PORT="443"),
                    "exec": dict(KUBECONFIG=self.kubeconfig(command)),
                    "nothing": dict(KUBECONFIG=self.kubeconfig({}, context=""))}
        for name, machine in machines.items():
            with self.subTest(name):
                self.run_it(*self.words("over-" + name, *own), **machine)

    def test_the_variables_of_the_kubernetes_client(self):
        names = {"KUBERNETES_AUTH_TOKEN": CLUSTER.token, "KUBECONFIG": None}
        self.run_it(*self.words("env0"), KUBERNETES_TRUST_CERTIFICATES="true", **names)
        self.run_it(*self.words("env1"), KUBERNETES_CERTS_CA_FILE=CONTROL_PLANE + "/ca.crt", **names)

    def test_the_namespace_of_an_operation_may_be_theirs(self):
        own = self.conf(oauthToken=CLUSTER.token, caCertFile=CONTROL_PLANE + "/ca.crt")
        master = ("--master", "k8s://" + CLUSTER.server, *own)
        self.run_it(*self.words("here"))
        for machine in (dict(KUBECONFIG=self.kubeconfig({}, namespace=NAMESPACE)),
                        dict(KUBECONFIG=None, KUBERNETES_NAMESPACE=NAMESPACE)):
            _, error = self.run_it("--status", "here-driver", *master, **machine)
            self.assertIn("\t pod name: here-driver", error)
        _, error = self.run_it("--status", "here-driver", *master, KUBECONFIG=None, expect=1)
        self.assertIn("namespace not specified", error)
        _, error = self.run_it("--kill", "here*", *master, KUBECONFIG=None)
        self.assertIn("Deleting driver pod: here-driver.", error)
        self.assertEqual([item for item in CLUSTER.list("Pod", NAMESPACE)
                          if "deletionTimestamp" not in item["metadata"]], [])

    def test_timeouts_are_those_asked_for(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            process = self.start("--status", "n:x", "--master", "k8s://http://127.0.0.1:%d" % silent.getsockname()[1],
                                 "--conf", "spark.kubernetes.submission.requestTimeout=300")
            _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertRegex(error, r"after 3\d\d milliseconds")

    def test_what_cannot_be_used_is_said(self):
        cases = [(dict(oauthToken="t", oauthTokenFile="/absent"), "Cannot specify OAuth token through both"),
                 (dict(oauthTokenFile="/absent"), "/absent"), (dict(caCertFile="/absent"), "/absent"),
                 (dict(oauthToken="wrong"), "401")]
        for pairs, text in cases:
            with self.subTest(text):
                _, error = self.run_it(*self.words("bad", *self.conf(**pairs)), expect=1)
                self.assertIn(text, error)
                self.assertNotIn("code=409", error)


class Waiting(Case):
    def wait(self, name, *more):
        return self.start(*self.words(name, "--conf", "spark.kubernetes.report.interval=100ms", *more, wait=True))

    def until_it_waits(self, process):
        """Everything is created then; before, a driver that disappears is a submission that failed."""
        for line in iter(process.stderr.readline, ""):
            if "Application status for" in line:
                return

    def set_status(self, name, phase, state):
        body = {"status": {"phase": phase, "startTime": "2026-01-01T00:00:05Z", "containerStatuses": [
            {"name": "spark-kubernetes-driver", "image": "spark:4.1.4", "imageID": "", "ready": phase == "Running",
             "restartCount": 0, "state": state}]}}
        CLUSTER.call("PATCH", CLUSTER.path("Pod", NAMESPACE) + "/%s-driver/status" % name, body,
                     "application/merge-patch+json")

    def end(self, process, code=0):
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, error)
        return error

    def live(self, name, phase, code):
        """The life of a driver, in steps that the waiting program must have seen."""
        seen = []
        process = self.wait(name)
        reader = threading.Thread(target=lambda: seen.extend(iter(process.stderr.readline, "")))
        reader.start()
        self.see(seen, "Application status for ", "(phase: Pending)")
        self.set_status(name, "Running", {"running": {"startedAt": "2026-01-01T00:00:06Z"}})
        self.see(seen, "Application status for ", "(phase: Running)")
        self.set_status(name, phase, {"terminated": {
            "exitCode": code, "reason": "Error" if code else "Completed", "startedAt": "2026-01-01T00:00:06Z",
            "finishedAt": "2026-01-01T00:00:09Z"}})
        self.assertEqual(process.wait(timeout=60), 0)
        reader.join()
        process.stdout.close()
        process.stderr.close()
        return "".join(seen)

    def see(self, lines, *texts):
        until(lambda: any(all(text in line for text in texts) for line in list(lines)))

    def test_the_end_is_waited_for_whatever_it_is(self):
        for name, phase, code in (("good", "Succeeded", 0), ("bad", "Failed", 1)):
            with self.subTest(phase):
                text = self.live(name, phase, code)
                logger = "INFO LoggingPodStatusWatcherImpl: "
                self.assertRegex(text, logger + "Waiting for application %s with application ID spark-[0-9a-f]+ and "
                                 "submission ID %s:%s-driver to finish\\.\\.\\.\n" % (name, NAMESPACE, name))
                self.assertLess(text.index(logger + "State changed"), text.index(logger + "Waiting for"))
                self.assertEqual(text.count(logger + "State changed, new state: \n\t pod name: "), 3)
                for line in ("\t namespace: " + NAMESPACE, "\t start time: N/A", "\t node name: N/A",
                             "\t container status: ", "\t\t container state: running",
                             "\t\t container started at: 2026-01-01T00:00:06Z", "\t phase: " + phase):
                    self.assertIn("\n" + line + "\n", text)
                final = text[text.index(logger + "Container final statuses:"):]
                self.assertIn("statuses:\n\n\n\t container name: spark-kubernetes-driver\n\t container image: "
                              "spark:4.1.4\n\t container state: terminated\n\t container started at: "
                              "2026-01-01T00:00:06Z\n\t container finished at: 2026-01-01T00:00:09Z\n\t exit code: "
                              "%d\n\t termination reason: %s\n" % (code, "Error" if code else "Completed"), final)
                self.assertRegex(final.splitlines()[-1], "Application %s with application ID \\S+ and submission "
                                 "ID \\S+ finished$" % name)
                self.assertNotIn("Deployed Spark application", text)

    def test_a_driver_that_is_deleted_ends_the_waiting(self):
        process = self.wait("gone")
        self.until_it_waits(process)
        CLUSTER.delete("Pod", NAMESPACE, "gone-driver")
        self.assertIn(" finished\n", self.end(process))

    def test_a_pod_of_the_same_name_is_not_followed(self):
        process = self.wait("reborn")
        self.until_it_waits(process)
        process.send_signal(signal.SIGSTOP)
        pod = self.driver("reborn")
        CLUSTER.delete("Pod", NAMESPACE, "reborn-driver")
        CLUSTER.create(NAMESPACE, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "reborn-driver"},
                                   "spec": {"containers": [{"name": "other", "image": "other"}]}})
        self.assertNotEqual(self.driver("reborn")["metadata"]["uid"], pod["metadata"]["uid"])
        process.send_signal(signal.SIGCONT)
        error = self.end(process)
        self.assertIn(" finished\n", error)
        self.assertNotIn("State changed", error)

    def test_the_end_is_seen_soon_however_rare_the_lines_are(self):
        process = self.wait("rare", "--conf", "spark.kubernetes.report.interval=1h")
        for line in iter(process.stderr.readline, ""):
            if "Waiting for application" in line:
                break
        self.set_status("rare", "Succeeded", {"terminated": {"exitCode": 0}})
        began = time.monotonic()
        error = self.end(process)
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual(re.findall("Application status for .*", error),
                         re.findall("Application status for .*phase: Succeeded.*", error))
        self.assertEqual(error.count("Application status for"), 1)
        self.assertEqual(error.count("State changed"), 1)

    def test_signals_end_the_waiting_and_not_the_driver(self):
        for name, number in (("terminated", signal.SIGTERM), ("interrupted", signal.SIGINT)):
            with self.subTest(name):
                process = self.wait(name)
                self.until_it_waits(process)
                process.send_signal(number)
                self.assertRegex(self.end(process, 128 + number), "the driver %s:%s-driver goes on\n$"
                                 % (NAMESPACE, name))
                self.assertNotIn("deletionTimestamp", self.driver(name)["metadata"])


class Operations(Case):
    def make(self, name, phase=None, state=None, labels=None):
        CLUSTER.create(NAMESPACE, {
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels or {
                "spark-role": "driver"}},
            "spec": {"serviceAccountName": "sa", "nodeName": "node1", "automountServiceAccountToken": False,
                     "volumes": [{"name": "v1", "emptyDir": {}}],
                     "containers": [{"name": "spark-kubernetes-driver", "image": "i"}]}})
        if phase:
            CLUSTER.call("PATCH", CLUSTER.path("Pod", NAMESPACE) + "/%s/status" % name, {"status": {
                "phase": phase, "startTime": "2024-01-01T00:00:05Z", "containerStatuses": [
                    {"name": "spark-kubernetes-driver", "image": "i", "imageID": "", "ready": True, "restartCount": 0,
                     "state": state}]}}, "application/merge-patch+json")

    def operate(self, option, name, *more, expect=0, version="4.1.4"):
        out, error = self.run_it(option, name, "--master", "k8s://" + CLUSTER.server, *more, expect=expect,
                                 SPK_SPARK_VERSION=version)
        self.assertEqual(out, "")
        return [STAMP.sub("", line) for line in error.splitlines()]

    def block(self, name, phase, *state):
        meta = CLUSTER.get("Pod", NAMESPACE, name)["metadata"]
        return ["Application status (driver): ", "\t pod name: " + name, "\t namespace: " + NAMESPACE,
                "\t labels: spark-role -> driver", "\t pod uid: " + meta["uid"],
                "\t creation time: " + meta["creationTimestamp"], "\t service account name: sa", "\t volumes: v1",
                "\t node name: node1", "\t start time: 2024-01-01T00:00:05Z", "\t phase: " + phase,
                "\t container status: ", "\t\t container name: spark-kubernetes-driver", "\t\t container image: i",
                *state]

    def test_status_of_one(self):
        asked = "Submitting a request for the status of submission %s in k8s://" + CLUSTER.server + "."
        self.make("app-driver", "Running", {"running": {"startedAt": "2024-01-01T00:00:06Z"}})
        self.assertEqual(self.operate("--status", NAMESPACE + ":app-driver"),
                         [asked % (NAMESPACE + ":app-driver"), *self.block(
                             "app-driver", "Running", "\t\t container state: running",
                             "\t\t container started at: 2024-01-01T00:00:06Z")])
        self.assertEqual(self.operate("--status", NAMESPACE + ":gone"),
                         [asked % (NAMESPACE + ":gone"), "Application not found."])
        lines = self.operate("--status", NAMESPACE + ":gone", version="3.5.8")
        self.assertEqual(lines[1], "INFO SparkKubernetesClientFactory: Auto-configuring K8S client using current "
                         "context from users K8S config file")

    def test_status_of_many(self):
        self.make("app-1-driver", "Failed", {"terminated": {
            "exitCode": 1, "reason": "Error", "startedAt": "2024-01-01T00:00:06Z",
            "finishedAt": "2024-01-01T00:00:09Z"}})
        self.make("app-2-driver", "Pending", {"waiting": {"reason": "ContainerCreating"}})
        self.make("other-driver")
        self.make("app-1-exec-1", labels={"spark-role": "executor"})
        self.assertEqual(self.operate("--status", NAMESPACE + ":app*")[1:], [
            *self.block("app-1-driver", "Failed", "\t\t container state: terminated",
                        "\t\t container started at: 2024-01-01T00:00:06Z",
                        "\t\t container finished at: 2024-01-01T00:00:09Z", "\t\t exit code: 1",
                        "\t\t termination reason: Error"),
            *self.block("app-2-driver", "Pending", "\t\t container state: waiting",
                        "\t\t pending reason: ContainerCreating")])
        self.assertEqual(self.operate("--status", NAMESPACE + ":zz*")[1:], ["No applications found."])

    def test_kill_of_one(self):
        asked = "Submitting a request to kill submission %s in k8s://" + CLUSTER.server + ". Grace period in secs: %s"
        name = NAMESPACE + ":app-driver"
        for version in ("3.5.8", "4.0.3", "4.1.4", "4.3.0"):
            self.make("app-driver")
            lines = self.operate("--kill", name, "--conf", "spark.kubernetes.appKillPodDeletionGracePeriod=0s",
                                 version=version)
            self.assertEqual(lines[0], asked % (name, 0))
            self.assertEqual(CLUSTER.list("Pod", NAMESPACE), [])
        self.assertEqual(self.operate("--kill", name), [asked % (name, "not set."), "Application not found."])
        self.assertEqual(self.operate("--kill", name, version="4.0.3"), [asked % (name, "not set.")])
        self.make("app-driver")
        lines = self.operate("--kill", name, "--conf", "spark.kubernetes.appKillPodDeletionGracePeriod=15s")
        self.assertEqual(lines, [asked % (name, 15)])
        self.assertEqual(CLUSTER.get("Pod", NAMESPACE, "app-driver")["metadata"]["deletionGracePeriodSeconds"], 15)

    def test_kill_of_many(self):
        for name in ("app-1-driver", "app-2-driver", "other-driver"):
            self.make(name)
        lines = self.operate("--kill", NAMESPACE + ":app*", "--conf",
                             "spark.kubernetes.appKillPodDeletionGracePeriod=0s")
        self.assertEqual(lines[1:], ["Deleting driver pod: app-1-driver.", "Deleting driver pod: app-2-driver."])
        self.assertEqual([item["metadata"]["name"] for item in CLUSTER.list("Pod", NAMESPACE)], ["other-driver"])
        self.assertEqual(self.operate("--kill", NAMESPACE + ":app*")[1:], ["No applications found."])


class Remote(Case):
    """SPK_ENDPOINT: a server submits, with our files and environment."""

    def setUp(self):
        super().setUp()
        self.socket = self.folder / "run" / "grpc.sock"
        self.socket.parent.mkdir(mode=0o750)
        self.log = open(self.folder / "log", "wb")
        self.server = subprocess.Popen([SERVER, "--mode=sidecar", "--listen=unix://%s" % self.socket,
                                        "--kubeconfig=" + CONTROL_PLANE + "/kubeconfig"], stderr=self.log)
        until(self.socket.exists)

    def tearDown(self):
        self.server.terminate()
        self.assertEqual(self.server.wait(timeout=60), 0)
        self.log.close()
        super().tearDown()

    def files(self, name):
        driver = self.write("driver.yaml", owned_template(name))
        self.write("conf/spark-defaults.conf", "spark.a defaults\nspark.b defaults\n")
        self.write("conf/log4j2.properties", "rootLogger.level = warn\n")
        mine = self.write("mine.conf", "spark.b mine\nspark.c two words\n")
        return ["--conf", "spark.kubernetes.driver.podTemplateFile=" + driver], ["--properties-file", mine]

    def stored(self, name, *words, **more):
        self.run_it(*self.words(name, *words), SPARK_CONF_DIR=str(self.folder / "conf"),
                    SPARK_USER=more.pop("user", "somebody"),
                    KUBECONFIG=more.pop("kubeconfig", CONTROL_PLANE + "/kubeconfig"), **more)
        pod = self.driver(name)
        maps = [item["data"] for item in CLUSTER.list("ConfigMap", NAMESPACE)
                if "%s-driver" % name in item["data"].get("spark.properties", "")]
        self.assertEqual(len(maps), 1)
        text = json.dumps([pod["spec"], maps])
        for random in re.findall(r"spark-[0-9a-f-]{32,36}|[0-9a-f]{16}", text):
            text = text.replace(random, "<random>")
        text = re.sub(r"submitTime=\d+", "submitTime=0", text)
        for kind in ("Pod", "ConfigMap", "Service"):
            for item in CLUSTER.list(kind, NAMESPACE):
                CLUSTER.delete(kind, NAMESPACE, item["metadata"]["name"])
        return re.sub(r"spark\.kubernetes\.driver\.podTemplateFile=.*?\\n", "", text), maps[0]

    def test_a_server_stores_the_same(self):
        template, mine = self.files("same")
        for words in (template, template + mine):
            with self.subTest(len(words)):
                here, _ = self.stored("same", *words)
                there, data = self.stored("same", *words, SPK_ENDPOINT="unix:%s" % self.socket, kubeconfig=None,
                                          LD_LIBRARY_PATH=LIBRARY)
                self.assertEqual(there, here)
                self.assertIn("log4j2.properties", data)

    def test_the_user_and_variables_in_properties_are_those_of_the_machine(self):
        template, _ = self.files("travel")
        self.write("conf/spark-defaults.conf", "spark.kubernetes.container.image.pullPolicy ${env:POLICY}\n")
        words = template + ["--conf", "spark.kubernetes.driver.container.image=repo/x:${env:TAG}"]
        variables = {"user": None, "HADOOP_USER_NAME": "alice", "TAG": "1.2.${env:PATCH}", "PATCH": "3", "POLICY": "Never"}
        for more, user in (([], "alice"), (["--proxy-user", "bob"], "bob")):
            with self.subTest(user):
                here, _ = self.stored("travel", *words, *more, **variables)
                there, _ = self.stored("travel", *words, *more, SPK_ENDPOINT="unix:%s" % self.socket, kubeconfig=None,
                                       LD_LIBRARY_PATH=LIBRARY, **variables)
                self.assertEqual(there, here)
                for text in ('"image": "repo/x:1.2.3"', '"name": "SPARK_USER", "value": "%s"' % user, '"Never"'):
                    self.assertIn(text, there)

    def test_what_is_no_text_is_told_and_left_out(self):
        self.write("conf/zero.bin", "a\0b")
        self.write("conf/zero.zip", "a\0b")
        _, error = self.run_it(*self.words("zero"), SPARK_CONF_DIR=str(self.folder / "conf"), LD_LIBRARY_PATH=LIBRARY,
                               SPK_ENDPOINT="unix:%s" % self.socket)
        self.assertIn("WARN KubernetesClientUtils: the file 'zero.bin' of the configuration directory holds a NUL byte\n", error)
        self.assertNotIn("zero.zip", error)

    def test_a_directory_for_hadoop_is_refused_with_advice(self):
        _, error = self.run_it(*self.words("hadoop"), expect=1, SPK_ENDPOINT="unix:%s" % self.socket,
                               LD_LIBRARY_PATH=LIBRARY, HADOOP_CONF_DIR=str(self.folder))
        self.assertIn("HADOOP_CONF_DIR names a file of the submitting machine, which cannot be read here; unset it, "
                      "and name a ConfigMap in spark.kubernetes.hadoop.configMapName", error.splitlines()[-1])
        self.assertEqual(CLUSTER.list("Pod", NAMESPACE), [])

    def test_the_endpoint_may_be_a_property(self):
        template, _ = self.files("property")
        _, data = self.stored("property", *template, "--conf", "spark.submit.endpoint=unix:%s" % self.socket,
                              kubeconfig=None, LD_LIBRARY_PATH=LIBRARY)
        self.assertNotIn("spark.submit.endpoint", data["spark.properties"])

    def test_the_end_is_waited_for_where_the_driver_can_be_seen(self):
        words = self.words("seen", "--conf", "spark.kubernetes.report.interval=100ms", wait=True)
        remote = {"SPK_ENDPOINT": "unix:%s" % self.socket, "LD_LIBRARY_PATH": LIBRARY}
        process = self.start(*words, **remote)
        for line in iter(process.stderr.readline, ""):
            self.assertNotIn("Deployed Spark application", line)
            if "Application status for" in line:
                break
        CLUSTER.call("PATCH", CLUSTER.path("Pod", NAMESPACE) + "/seen-driver/status",
                     {"status": {"phase": "Succeeded"}}, "application/merge-patch+json")
        _, error = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, error)
        self.assertRegex(error, "Application seen with application ID \\S+ and submission ID %s:seen-driver finished\n"
                         % NAMESPACE)
        unseen = [({"KUBECONFIG": None}, None), ({}, "https://127.0.0.1:1")]
        for number, (more, master) in enumerate(unseen):
            with self.subTest(master):
                name = "unseen-%d" % number
                _, error = self.run_it(*self.words(name, wait=True, master=master), **remote, **more)
                self.assertRegex(error, "WARN Client: a server carries the submission out; its end is not waited for: ..")
                self.assertEqual(DEPLOYED.search(error).group(1), name)

    def test_its_refusals_are_ours(self):
        more = {"SPK_ENDPOINT": "unix:%s" % self.socket, "LD_LIBRARY_PATH": LIBRARY}
        _, error = self.run_it(*self.words("taken"), **more)
        self.assertTrue(DEPLOYED.search(error), error)
        _, error = self.run_it(*self.words("taken"), expect=1, **more)
        self.assertIn("code=409", error.splitlines()[-1])
        _, error = self.run_it(*self.words("local"), expect=1, SPK_ENDPOINT="unix:/absent", LD_LIBRARY_PATH=LIBRARY)
        self.assertIn("the server did not answer", error.splitlines()[-1])


def until(condition):
    """Waits for an event, with a deadline."""
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.02)


def main():
    global CLUSTER, FOLDER
    if not os.path.exists(CONTROL_PLANE + "/kubeconfig"):
        print("skipped: there is no control plane in", CONTROL_PLANE)
        return 1 if os.environ.get("CI") == "true" else 77
    CLUSTER = kube.Kube(CONTROL_PLANE)
    CLUSTER.ensure_namespace(NAMESPACE, ["default", "sa"])
    with tempfile.TemporaryDirectory() as FOLDER:
        program = unittest.main(argv=["drop_in.py", *sys.argv[5:]], exit=False, verbosity=2)
    return 0 if program.result.wasSuccessful() else 1


FOLDER = None

if __name__ == "__main__":
    sys.exit(main())
