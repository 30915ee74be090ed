#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the drop-in takes from the machine it runs on: drop_in_machine.py SPARK_SUBMIT

spark-env.sh, the Spark it stands for, the files of SPARK_CONF_DIR. Nothing is submitted: --dry-run tells.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
WORDS = ["--master", "k8s://https://absent:1", "--deploy-mode", "cluster", "--name", "app",
         "--conf", "spark.kubernetes.container.image=spark", "--conf", "spark.kubernetes.driver.pod.name=app-driver"]
GUESS = "WARN Client: nothing says which Spark this is for, it is taken for 4.3.0; set SPK_SPARK_VERSION"


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run_it(self, *arguments, expect=0, **more):
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "SPK_SPARK_VERSION": "4.1.4"}
        variables.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
        variables.update(more)
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60, cwd=self.folder,
                              env={name: value for name, value in variables.items() if value is not None}, check=False)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done.stdout, done.stderr

    def show(self, *more, resource="local:///main.py", **variables):
        return self.run_it("--dry-run", *WORDS, *more, resource, "last word", **variables)


class SparkEnv(Case):
    def env(self, text):
        self.write("conf/spark-env.sh", text)
        return {"SPARK_CONF_DIR": str(self.folder / "conf")}

    def test_its_variables_reach_the_pod(self):
        self.write("hadoop/core-site.xml", "<configuration/>")
        text = "PYSPARK_PYTHON=/opt/python\nHADOOP_CONF_DIR=%s/hadoop\nTAG=1.2\nunset LATE\n" % self.folder
        for place in ("SPARK_CONF_DIR", "SPARK_HOME"):
            with self.subTest(place):
                variables = self.env(text + "echo noise\n")
                if place == "SPARK_HOME":
                    variables = {"SPARK_HOME": str(self.folder)}
                out, error = self.show("--conf", "spark.kubernetes.driver.container.image=repo/x:${env:TAG}${env:LATE}",
                                       LATE="gone", **variables)
                self.assertEqual(error, "noise\n")
                for line in ("value: /opt/python", "image: repo/x:1.2${env:LATE}", "core-site.xml: <configuration/>",
                             "value: /opt/hadoop/conf", "spark-env.sh: |"):
                    self.assertIn(line, out)

    def test_it_is_run_as_by_the_shell_script(self):
        out, error = self.show(**self.env(
            "[[ $1 = org.apache.spark.deploy.SparkSubmit ]] && SPARK_USER=\"$SPARK_ENV_LOADED ${@: -1} $HOME2\"\n"
            "false\nPATH=/nowhere\n"), HOME2="two\nlines")
        self.assertIn("value: |-\n          1 last word two\n          lines\n", out)
        self.assertEqual(error, "")

    def test_it_decides_everything_that_is_looked_at_later(self):
        self.write("other/spark-defaults.conf", "spark.from.other true\n")
        out, _ = self.show(SPK_SPARK_VERSION=None, **self.env(
            "SPARK_CONF_DIR=%s/other\nSPK_SPARK_VERSION=3.5.1\n" % self.folder))
        self.assertIn("spark.from.other=true", out)
        self.assertIn("spark-version: 3.5.1", out)

    def test_it_is_run_once_and_only_if_there(self):
        variables = self.env("SPARK_USER=somebody\n")
        self.assertNotIn("somebody", self.show(SPARK_ENV_LOADED="1", **variables)[0].replace("SPARK_USER=somebody", ""))
        self.assertIn("value: somebody", self.show(SPARK_ENV_LOADED="", **variables)[0])
        (self.folder / "conf" / "spark-env.sh").unlink()
        (self.folder / "conf" / "spark-env.sh").mkdir()
        _, error = self.show(PATH="/nowhere", **variables)
        self.assertEqual(error, "")

    def test_a_failure_is_told(self):
        for text, more, say in (("exit 3\n", {}, "conf/spark-env.sh' ended the shell that ran it, with status 3"),
                                ("exit\n", {}, "ended the shell that ran it, with status 0"),
                                ("kill -TERM $$\n", {}, "with status 143"),
                                ("", {"PATH": "/nowhere"}, "cannot run bash: No such file or directory"),
                                ("X=$(head -c 100000 /dev/zero | tr '\\0' x)\nfor i in {1..22}; do eval X$i=$X; done\n", {},
                                 "with status 126|an environment of more than 2097152 bytes")):
            with self.subTest(text):
                out, error = self.show(expect=1, **dict(self.env(text), **more))
                self.assertEqual(out, "")
                self.assertRegex(error.splitlines()[-1], say)
        for words in (["--version"], ["--nonsense"]):
            self.assertIn("with status 3", self.run_it(*words, expect=1, **self.env("exit 3\n"))[1])


class Version(Case):
    def home(self, *names):
        for name in names:
            self.write("home/jars/" + name, "")
        (self.folder / "home").mkdir(exist_ok=True)
        return str(self.folder / "home")

    def version(self, **variables):
        _, error = self.run_it("--version", **dict({"SPK_SPARK_VERSION": None}, **variables))
        *warnings, banner, _, _ = error.splitlines()
        self.assertTrue(banner.startswith("Welcome to Spark version "), error)
        return banner.split()[-1], warnings

    def test_a_jar_tells_it_without_a_release(self):
        home = self.home("spark-catalyst_2.13-4.0.0.jar", "spark-core_2.13.jar", "x-1.RELEASE.jar",
                         "spark-core_2.12-3.5.1-amzn-0.jar")
        self.assertEqual(self.version(SPARK_HOME=home), ("3.5.1-amzn-0", []))
        self.write("home/RELEASE", "Spark 4.1.2 (git revision 0) built for Hadoop 3.4\n")
        self.assertEqual(self.version(SPARK_HOME=home), ("4.1.2", []))
        self.assertEqual(self.version(SPARK_HOME=home, SPK_SPARK_VERSION="4.0.1"), ("4.0.1", []))

    def test_a_guess_is_told(self):
        for variables in ({}, {"SPARK_HOME": self.home("other.jar")}, {"SPARK_HOME": "/absent"},
                          {"SPK_SPARK_VERSION": ""}):
            with self.subTest(variables):
                version, warnings = self.version(**variables)
                self.assertEqual((version, len(warnings)), ("4.3.0", 1))
                self.assertIn(GUESS, warnings[0])
        _, error = self.show(SPK_SPARK_VERSION=None)
        self.assertEqual(error.count(GUESS), 1)
        for word in ("--help", "--usage-error"):
            self.assertTrue(self.run_it(word, expect=word != "--help", SPK_SPARK_VERSION=None)[1].startswith("Usage"))

    def test_another_version_is_told(self):
        for given, taken in (("3.4.1", "3.5.8"), ("9.0", "4.3.0"), ("banana", "4.3.0")):
            version, warnings = self.version(SPK_SPARK_VERSION=given)
            self.assertEqual((version, len(warnings)), (taken, 1))
            self.assertIn("WARN Client: Spark '%s' is not supported, it is treated as %s" % (given, taken), warnings[0])
        version, warnings = self.version(SPARK_HOME=self.home("spark-core_2.12-3.3.2.jar"))
        self.assertEqual((version, len(warnings)), ("3.5.8", 1))


class JavaOptions(Case):
    def test_properties_among_them_are_told_to_be_ignored(self):
        self.write("conf/java-opts", "-Xmx1g -Dspark.a=b\n")
        names = ("SPARK_SUBMIT_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
        out, error = self.show(SPARK_CONF_DIR=str(self.folder / "conf"), **{name: "-Dspark.c=d" for name in names})
        self.assertNotIn("spark.c", out)
        for name in (*names, "java-opts"):
            self.assertEqual(error.count("-Dspark.* in %s counts for a JVM only" % name), 1, error)
        self.assertEqual(self.show(SPARK_SUBMIT_OPTS="-Xmx1g -Dspark=1")[1], "")


class ConfDir(Case):
    def test_what_cannot_be_shipped_is_told(self):
        for name, content in (("fine", "x"), ("zero.bin", b"a\0b"), ("latin", b"\xe9"), ("a.zip", b"\0")):
            self.write("conf/" + name, content)
        out, error = self.show(SPARK_CONF_DIR=str(self.folder / "conf"))
        self.assertIn("fine: x", out)
        texts = [re.split(r" WARN \w+: ", line)[1] for line in error.splitlines()]
        self.assertEqual(texts, ["the file 'latin' of the configuration directory is not UTF-8"])

    def test_a_nul_is_shipped(self):
        self.write("conf/zero.bin", b"a\0b")
        out, error = self.show(SPARK_CONF_DIR=str(self.folder / "conf"))
        self.assertIn('zero.bin: "a\\0b"', out)
        self.assertEqual(error, "")

    def test_a_local_file_is_refused_with_what_to_do(self):
        advice = ("'/opt/main.py' is a file of the submitting machine, which is not uploaded here; put it into the "
                  "image and use local://, or use a remote URL")
        for more, say in (([], "SparkException: Please specify spark.kubernetes.file.upload.path property. It would "
                               "not help, though: " + advice),
                          (["--conf", "spark.kubernetes.file.upload.path=s3a://b"], "SparkException: " + advice)):
            _, error = self.show(*more, resource="/opt/main.py", expect=1)
            self.assertIn(say, error.splitlines()[-1])

    def test_errors_may_be_plain(self):
        _, error = self.show(resource="/opt/main.py", expect=1, SPK_ERRORS="plain")
        self.assertRegex(error.splitlines()[-1], r"^spark-submit: error\[INVALID_SPARK_SUBMIT_ARGS\]: .*main\.py")
        self.assertNotIn("Exception", error)
        self.assertNotIn("java", error)


class Files(Case):
    def test_pipes_are_read(self):
        """<(...) of a shell, also by what reads the command line twice."""
        template = self.write("template.yaml", "spec: {nodeName: here}\n")
        properties = self.write("some.conf", "spark.executor.cores 3\n")
        script = ('"$0" --dry-run --properties-file <(cat "$1") --conf '
                  'spark.kubernetes.driver.podTemplateFile=<(cat "$2") "${@:3}" local:///a.jar')
        done = subprocess.run(["bash", "-c", script, PROGRAM, properties, template, *WORDS, "--class", "A"], check=False,
                              capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"],
                                                                               "SPK_SPARK_VERSION": "4.1.4"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nodeName: here", done.stdout)
        self.assertIn("spark.executor.cores=3", done.stdout)

    def test_errors_say_why_and_name_the_option(self):
        key = "spark.kubernetes.driver.podTemplateFile"
        for words, say in ([["--conf", key + "=/absent"], "(cannot read '/absent': No such file or directory) (args[%d]: --conf " + key + ")"],
                           [["--conf", key + "=/"], "(cannot read '/': not a regular file) (args[%d]: --conf " + key + ")"],
                           [["--conf", "spark.executor.cores=many"], " (args[%d]: --conf spark.executor.cores)"]):
            _, error = self.show(*words, expect=1)
            self.assertTrue(error.splitlines()[-1].endswith(say % (len(WORDS) + 1)), error)
        _, error = self.show("--properties-file", "/absent", expect=1)
        self.assertIn("Error: Invalid properties file '/absent'. (cannot read '/absent': No such file or directory)\n", error)


if __name__ == "__main__":
    unittest.main(argv=["drop_in_machine.py", *sys.argv[2:]], verbosity=2)
