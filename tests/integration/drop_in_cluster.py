#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The drop-in and a real API server (see drop_in_case.py): where credentials come from, waiting,
--kill and --status.
"""

import re
import signal
import socket
import sys
import threading
import time

from drop_in_case import (Case, CLUSTER, CONTROL_PLANE, NAMESPACE, STAMP, main, until)


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

        own = self.conf(oauthToken=CLUSTER.token, caCertFile=CONTROL_PLANE + "/ca.crt")
        self.run_it(*self.words("env2"), KUBERNETES_AUTH_TRYKUBECONFIG="false", expect=1)
        self.run_it(*self.words("env3", *own), KUBERNETES_AUTH_TRYKUBECONFIG="false")
        self.run_it(*self.words("env4"), KUBERNETES_AUTH_TRYKUBECONFIG="True")
        self.run_it(*self.words("capitals", master=CLUSTER.server.replace("https", "HTTPS")))
        dead = "http://127.0.0.1:1"
        for variables, code in ((dict(ALL_PROXY=dead), 1), (dict(ALL_PROXY=dead, NO_PROXY="127.0.0.1"), 0)):
            self.run_it(*self.words("env5"), expect=code, **variables)

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
        self.assertRegex(error, r"after [2-9]\d\d milliseconds")

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
        self.assertEqual(self.operate("--kill", name + ":?")[1:], ["Application not found."])
        self.make("app-driver")
        lines = self.operate("--kill", name, "--conf", "spark.kubernetes.appKillPodDeletionGracePeriod=15000000us")
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


if __name__ == "__main__":
    sys.exit(main())
