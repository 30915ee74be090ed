#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The drop-in against a real API server (see drop_in_case.py).

What people and the Spark Operator rely on: exit codes, the lines that tools look for, the objects.
"""

import pathlib
import subprocess
import sys

from drop_in_case import (Case, CLUSTER, DEPLOYED, NAMESPACE, PROGRAM, STAMP, UID, main, owned_template, until)

SUBMISSION_ID = "5eed5eed-1234-4567-89ab-cdef01234567"


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
        self.assertIn('pods "twice-driver" already exists', error.splitlines()[-1])
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

    def test_a_driver_whose_objects_are_refused_is_taken_back(self):
        ports = ["--conf", "spark.driver.port=7078", "--conf", "spark.driver.blockManager.port=7078"]
        for version in ("4.1.4", "4.3.0"):
            _, error = self.run_it(*self.words("back", *ports), expect=1, SPK_SPARK_VERSION=version)
            self.assertIn("code=422", error.splitlines()[-1])
            self.assertEqual(CLUSTER.list("Pod", NAMESPACE), [])
        # With a key that others may have it stays for them, behind its gate.
        label = ["--conf", "spark.kubernetes.driver.label.sparkoperator.k8s.io/submission-id=" + SUBMISSION_ID]
        _, error = self.run_it(*self.words("back", *ports, *label), expect=1)
        self.assertIn("the driver %s:back-driver may be left behind, and did not start; the same submission" % NAMESPACE,
                      error)
        self.assertEqual([gate["name"] for gate in self.driver("back")["spec"]["schedulingGates"]],
                         ["spark-submit.internal/prepared"])
        CLUSTER.delete("Pod", NAMESPACE, "back-driver")
        self.run_it(*self.words("back"))
        # One that was there before is nobody's to delete.
        self.run_it(*self.words("back", *ports), expect=1)
        self.assertTrue(self.driver("back"))

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
        # Each takes the time that an API server has to answer at all: so they run side by side.
        running = [(self.start(*self.words("plain", master=master)), times) for master, times in
                   (("http://127.0.0.1:1", 1), ("https://127.0.0.1:1", 0), ("127.0.0.1:1", 0))]
        for process, times in running:
            _, error = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 1)
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
        self.assertEqual(lines[end:end + 8], [
            "Main class:", "org.apache.spark.deploy.k8s.submit.KubernetesClientApplication", "Arguments:",
            "--primary-java-resource", "local:///app.jar", "--main-class", "org.example.Main", "--arg"])
        self.assertEqual(lines[end + 9:end + 12], ["Spark config:", "(spark.app.name,told)",
                                                   "(spark.b,*********(redacted))"])
        self.assertEqual(lines[-5:-1], ["Classpath elements:", "", "", ""])
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
        process = self.start(*self.words("mapped", "--conf", "spark.kubernetes.report.interval= 100000US", wait=True))
        try:
            until(lambda: CLUSTER.list("Pod", NAMESPACE))
            maps = pathlib.Path("/proc/%d/maps" % process.pid).read_text("utf-8")
            self.assertIn("libcurl", maps)
            self.assertNotIn("grpc", maps)
        finally:
            process.kill()
            process.communicate()


if __name__ == "__main__":
    sys.exit(main())
