#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the drop-in makes of answers that no API server gives: drop_in_answers.py SPARK_SUBMIT

A proxy's page, a cut or foreign object, more than can be read: none of them says that a driver ended,
that there is none, or that it was deleted.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))

from api_server import ApiServer  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
NAME = "app-driver"
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": NAME, "namespace": "default", "uid": "uid-1",
                                                       "resourceVersion": "1"}}


def pod(phase="Running", **metadata):
    return json.dumps({**POD, "metadata": {**POD["metadata"], **metadata}, "status": {"phase": phase}}).encode()


# By what a proxy, a cut or a stranger may answer with HTTP 200.
GARBAGE = {
    "a page": b"<html><body>Please log in</body></html>",
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"Pod"',
    "an object of no kind": b"{}",
    "another kind": json.dumps({**POD, "kind": "ConfigMap"}).encode(),
    "a Status": json.dumps({"apiVersion": "v1", "kind": "Status", "status": "Success"}).encode(),
    "another name": pod("Failed", name="other"),
    "no uid": pod("Failed", uid=None),
    "a uid that is no text": pod("Failed", uid=7),
    "half of it": pod("Failed")[:-9],
    "too deep": b'{"kind": "Pod", "metadata": ' + 4000 * b"[" + 4000 * b"]" + b"}",
    "too many values": b'{"kind": "Pod", "a": [' + b",".join(30000 * [b"1"]) + b"]}",
}


class Case(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)
        self.server = ApiServer(self.folder)
        self.addCleanup(self.server.close)

    def run_it(self, *arguments, **variables):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "SPK_SPARK_VERSION": "4.1.4",
                       "KUBECONFIG": str(self.server.kubeconfig)}
        environment.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
        environment.update(variables)
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60, cwd=self.folder,
                              env={name: value for name, value in environment.items() if value is not None},
                              check=False)

    def master(self):
        return ["--master", "k8s://http://127.0.0.1:%d" % self.server.server.server_address[1]]

    def submit(self, *more, **variables):
        return self.run_it(*self.master(), "--deploy-mode", "cluster", "--name", "app", "--class", "Main", "--conf",
                           "spark.kubernetes.driver.pod.name=" + NAME, "--conf",
                           "spark.kubernetes.container.image=spark:4.1.4", *more, "local:///a.jar", **variables)

    def answers(self, *bodies):
        """Reads are answered with these, then as an API server does (404)."""
        left = list(bodies)
        self.server.look = lambda _: (200, left.pop(0)) if left else None


class Waiting(Case):
    def test_what_is_no_driver_does_not_end_the_waiting(self):
        for name in ("a page", "null", "another kind", "another name", "no uid", "too many values"):
            with self.subTest(name):
                bodies = [GARBAGE[name]]

                def look(_, bodies=bodies):
                    driver = list(self.server.pods.values())[-1]
                    return 200, bodies.pop() if bodies else pod("Succeeded", uid=driver["metadata"]["uid"])

                self.server.look = look
                done = self.submit()
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("WARN LoggingPodStatusWatcherImpl: the driver cannot be looked at: ", done.stderr)
                self.assertIn("phase: Succeeded", done.stderr)
                self.assertNotIn("No containers were found", done.stderr)

    def test_a_driver_that_is_not_there_ends_it(self):
        done = self.submit()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("No containers were found in the driver pod.", done.stderr)
        self.assertNotIn("cannot be looked at", done.stderr)


class Operations(Case):
    def test_status_of_garbage_is_no_status(self):
        for name, body in GARBAGE.items():
            for target in ("default:" + NAME, "default:app*"):
                with self.subTest(name=name, target=target):
                    self.answers(body)
                    done = self.run_it("--status", target, *self.master())
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertNotIn("not found", done.stderr)
                    self.assertNotIn("No applications", done.stderr)

    def test_a_page_is_no_deletion(self):
        for name in ("a page", "nothing", "null", "a list"):
            with self.subTest(name):
                self.answers(pod(), GARBAGE[name])
                done = self.run_it("--kill", "default:" + NAME, *self.master())
                self.assertEqual(done.returncode, 1, done.stderr)
        self.answers(pod(), pod())
        done = self.run_it("--kill", "default:" + NAME, *self.master())
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_is_no_list_is_not_an_empty_one(self):
        self.answers(json.dumps({"apiVersion": "v1", "kind": "PodList", "items": []}).encode())
        done = self.run_it("--status", "default:app*", *self.master())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("No applications found.", done.stderr)


class StoredApplication(Case):
    """An operator's arguments: which attempt they are stands in the SparkApplication."""

    def setUp(self):
        super().setUp()
        self.template = self.folder / "driver.yaml"
        self.template.write_text(json.dumps({
            "metadata": {"ownerReferences": [{"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
                                              "name": "app", "uid": "uid-app"}]},
            "spec": {"containers": [{"name": "spark-kubernetes-driver"}]}}), encoding="utf-8")

    def store(self, uid="uid-app", version="4.1.4", **status):
        self.server.applications["app"] = {
            "apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
            "metadata": {"name": "app", "namespace": "default", "uid": uid, "generation": 2},
            "spec": {"sparkVersion": version}, "status": status}

    def run_operator(self, submission_id, **variables):
        """The driver that was created, or None, and what was said."""
        del self.server.created[:], self.server.requests[:]
        done = self.submit("--conf", "spark.kubernetes.submission.waitAppCompletion=false", "--conf",
                           "spark.kubernetes.driver.podTemplateFile=%s" % self.template, "--conf",
                           "spark.kubernetes.driver.label.sparkoperator.k8s.io/submission-id=" + submission_id,
                           **variables)
        pods = [item for item in self.server.created if item["kind"] == "Pod"]
        self.assertEqual(done.returncode, 0 if pods else 1, done.stderr)
        return pods[0]["metadata"] if pods else None, done.stderr

    def reads(self):
        return [path for verb, path in self.server.requests if verb == "GET" and "/sparkapplications/app" in path]

    def test_a_repetition_with_another_id_is_the_same_attempt(self):
        self.store(submissionAttempts=1, executionAttempts=3, submissionID="old")
        first, said = self.run_operator("s-1")
        self.assertEqual(len(self.reads()), 1)
        self.assertNotIn("WARN Client", said)
        self.assertEqual(first["annotations"]["spark-submit.internal/order"], "2.3.2")
        again, _ = self.run_operator("s-2")
        self.store(submissionAttempts=2, executionAttempts=3, submissionID="s-3")
        recorded, _ = self.run_operator("s-3")
        following, _ = self.run_operator("s-4")
        attempts = [one["labels"]["spark-submit.internal/attempt"] for one in (first, again, recorded, following)]
        self.assertEqual(attempts[:1] * 3, attempts[:3])
        self.assertNotEqual(attempts[2], attempts[3])

    def test_without_it_the_submission_id_tells_the_attempt(self):
        driver, said = self.run_operator("s-1")
        self.assertIn("WARN Client: SparkApplication 'app' in namespace 'default' is not there (HTTP 404)", said)
        self.assertNotIn("spark-submit.internal/order", driver["annotations"])
        self.store()
        unread, said = self.run_operator("s-1", SPK_READ_CR="false")
        self.assertEqual((self.reads(), unread["labels"]["spark-submit.internal/attempt"]),
                         ([], driver["labels"]["spark-submit.internal/attempt"]))
        self.assertNotIn("WARN Client", said)

    def test_another_application_of_the_name_ends_it(self):
        self.store(uid="uid-later")
        driver, said = self.run_operator("s-1", SPK_ERRORS="plain")
        self.assertEqual((driver, self.server.created), (None, []))
        self.assertIn("APPLICATION_DELETED", said)

    def test_a_read_that_fails_is_repeated(self):
        self.store()
        down = json.dumps({"kind": "Status", "status": "Failure", "code": 503, "message": "down"}).encode()
        left = [(503, down), (200, GARBAGE["a page"]), (200, GARBAGE["another kind"])]
        self.server.look = lambda path: left.pop(0) if left and "sparkapplications" in path else None
        driver, _ = self.run_operator("s-1")
        self.assertEqual(driver["annotations"]["spark-submit.internal/order"], "2.0.1")
        self.assertEqual(len(self.reads()), 4)

    def test_the_version_of_the_application(self):
        self.store(version="4.0.3")
        driver, said = self.run_operator("s-1", SPK_SPARK_VERSION=None)
        self.assertEqual(driver["labels"]["spark-version"], "4.0.3")
        self.assertNotIn("WARN Client", said)
        driver, said = self.run_operator("s-1")
        self.assertEqual(driver["labels"]["spark-version"], "4.1.4")
        self.assertIn("the application's spec.sparkVersion is '4.0.3', it is submitted for Spark 4.1.4", said)
        self.store(version=None)
        driver, said = self.run_operator("s-1", SPK_SPARK_VERSION=None)
        self.assertEqual((driver["labels"]["spark-version"], said.count("WARN Client")), ("4.1.4", 1))
        self.assertIn("nothing says which Spark this is for", said)

    def test_the_switch_is_true_or_false(self):
        _, said = self.run_operator("s-1", SPK_READ_CR="0", SPK_ERRORS="plain")
        self.assertIn("error[INVALID_FIELD]: '0' is not true or false (SPK_READ_CR)", said)


class Kubeconfig(Case):
    """What is no regular file is no kubeconfig, as to Spark's client."""

    def test_what_is_no_file_is_left_out(self):
        (self.folder / ".kube" / "config").mkdir(parents=True)
        for value in ("/dev/null", "/missing:/dev/null", str(self.folder), "/dev/null/below", None):
            for token in (None, "t"):
                with self.subTest(value=value, token=token):
                    self.server.authorizations.clear()
                    done = self.submit("--conf", "spark.kubernetes.submission.waitAppCompletion=false",
                                       KUBECONFIG=value, KUBERNETES_AUTH_TOKEN=token)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(set(self.server.authorizations), {token and "Bearer " + token})


class Exec(Case):
    """A command of the kubeconfig that makes the credentials."""

    QUICK = ("--conf", "spark.kubernetes.submission.waitAppCompletion=false")

    def kubeconfig(self, command, *arguments, **more):
        config = json.loads(self.server.kubeconfig.read_text("utf-8"))
        config["users"][0]["user"] = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": command,
                                               "args": list(arguments), "interactiveMode": "Never", **more}}
        self.server.kubeconfig.write_text(json.dumps(config), "utf-8")

    def script(self, text):
        path = self.folder / "login"
        path.write_text("#!/bin/sh\n" + text, "utf-8")
        path.chmod(0o700)

    @staticmethod
    def credential(token):
        return json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                           "status": {"token": token}})

    def test_its_token_arrives_and_no_shell_reads_its_words(self):
        self.script("printf '%%s\\n' \"$@\" \"$N\" \"$KUBERNETES_EXEC_INFO\" >seen; cat >>seen; echo SECRET >&2\n"
                    "tr '\\0' '\\n' </proc/$$/environ | grep '^N=' >variables\n"
                    "echo '%s'\n" % self.credential("from-login"))
        self.kubeconfig("./login", "a b", "$(touch /tmp/x)", env=[{"name": "N", "value": "v"}],
                        provideClusterInfo=True)
        done = self.submit(*self.QUICK, N="mine")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(self.server.authorizations), {"Bearer from-login"})
        words = (self.folder / "seen").read_text("utf-8").splitlines()
        self.assertEqual(words[:3], ["a b", "$(touch /tmp/x)", "v"])
        info = json.loads(words[3])
        self.assertEqual(info["spec"]["interactive"], False)
        self.assertEqual(info["spec"]["cluster"]["server"].rpartition(":")[2],
                         str(self.server.server.server_address[1]))
        self.assertEqual(len(words), 4)
        self.assertEqual((self.folder / "variables").read_text("utf-8"), "N=v\n")  # once
        self.assertNotIn("SECRET", done.stderr)

    def test_its_failures_are_told_without_what_it_says(self):
        self.script("echo SECRET >&2; exit 3")
        for command, arguments, text in (
                ("./login", (), "it ended with status 3"),
                ("echo", ("SECRET",), "it printed no ExecCredential"),
                ("/absent/login", (), "it cannot be started: No such file or directory; get it with make"),
                ("head", ("-c", "2000000", "/dev/zero"), "it printed more than 1048576 bytes")):
            with self.subTest(command):
                self.kubeconfig(command, *arguments, installHint="get it with make")
                done = self.submit(*self.QUICK)
                self.assertEqual(done.returncode, 1)
                self.assertIn("for credentials: " + text, done.stderr)
                self.assertNotIn("SECRET", done.stderr)
        self.assertEqual(self.server.requests, [])

    def test_a_token_that_expires_while_waiting_is_made_anew(self):
        self.script("echo x >>runs; sed \"s/TOKEN/$(wc -l <runs)/\" <<'END'\n" + self.credential("t-TOKEN") + "\nEND\n")
        self.kubeconfig("./login")

        def look(_):
            token = self.server.authorizations[-1].rpartition("-")[2].strip()
            if token == "1":
                return 401, b'{"kind": "Status", "reason": "Unauthorized", "code": 401}'
            return 200, pod("Succeeded", uid=list(self.server.pods.values())[-1]["metadata"]["uid"])

        self.server.look = look
        done = self.submit()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("phase: Succeeded", done.stderr)
        self.assertEqual((self.folder / "runs").read_text("utf-8").count("x"), 2)

    def test_a_given_token_needs_no_command(self):
        self.kubeconfig("/absent/login")
        done = self.submit(*self.QUICK, KUBERNETES_AUTH_TOKEN="given")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(set(self.server.authorizations), {"Bearer given"})


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
