#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sparksubmitctl and a server: test_ctl_server.py CTL SERVER"""

import json
import pathlib
import re
import sys
import tempfile
import unittest

from ctl import (COMMAND, EXAMPLE, SUBMISSION_ID, UID, application, ctl, mute_server, properties, rendered, server)

ADVICE = r"\nto repeat it safely: (--default-idempotency-key [0-9a-f]{32})\n$"


class WithServer(unittest.TestCase):
    def test_a_server_renders_the_same_bytes(self):
        cases = [["-f", EXAMPLE], ["-f", EXAMPLE, "-o", "json"], ["-f", EXAMPLE, "--plain"],
                 ["-f", EXAMPLE, "--uid", UID, "--pod-mutation", "none"], ["-f", EXAMPLE, "--stage", "submission"],
                 ["-f", EXAMPLE, "--stage", "application"], ["-f", EXAMPLE, "--no-defaults"],
                 ["-f", EXAMPLE, "--submission-id", SUBMISSION_ID],
                 ["-f", EXAMPLE, "--idempotency-key", "one"],
                 ["-f", EXAMPLE, "--spark-version", "3.5.8", "--pod-mutation", "native"],
                 ["-f", EXAMPLE, "--controller-steps", "none"],
                 ["--spark-version", "4.2.1", "--", *COMMAND], ["--plain", "--", *COMMAND],
                 ["--env", "SPARK_USER=someone", "--", *COMMAND]]
        with tempfile.TemporaryDirectory() as folder, server() as (address, _):
            pathlib.Path(folder, "spark-defaults.conf").write_text("spark.executor.cores 3\n", "utf-8")
            pathlib.Path(folder, "driver.yaml").write_text("spec: {nodeName: here}\n", "utf-8")
            pathlib.Path(folder, "nul.conf").write_bytes(b"a\0b")  # with a warning, not cut
            cases.append(["--spark-conf-dir", folder, "--", *COMMAND])
            cases.append(["--driver-pod-template", folder + "/driver.yaml", "--executor-pod-template",
                          folder + "/driver.yaml", "--", *COMMAND])
            for arguments in cases:
                with self.subTest(arguments):
                    here, there = ctl("render", *arguments), ctl("render", "--endpoint", address, *arguments)
                    self.assertEqual(here.returncode, 0, here.stderr)
                    self.assertEqual(there.returncode, 0, there.stderr)
                    self.assertEqual(here.stdout, there.stdout)
                    self.assertEqual(here.stderr, there.stderr)

    def test_files_that_a_command_line_names_are_read_here(self):
        """A server sees what they say, as the built-in core does."""
        texts = {"mine.conf": "spark.b mine\nspark.c two words\n", "empty.conf": "# nothing\n",
                 "more.conf": "spark.b more\nspark.d more\n",
                 "spark-defaults.conf": "spark.a defaults\nspark.b defaults\n",
                 "driver.yaml": "spec: {nodeName: here}\n", "executor.yaml": "spec: {nodeName: there}\n",
                 "templates.conf": "spark.kubernetes.driver.podTemplateFile DIR/driver.yaml\n"}
        files = ["--properties-file=%s/mine.conf", "--properties-file=%s/empty.conf",
                 "--properties-file=%s/templates.conf", "--extra-properties-file=%s/more.conf"]
        templates = ["--conf", "spark.kubernetes.driver.podTemplateFile=%s/driver.yaml",
                     "-c", "spark.kubernetes.executor.podTemplateFile=%s/executor.yaml"]
        excluded = ["--conf", "spark.kubernetes.driver.pod.excludedFeatureSteps="
                    "org.apache.spark.deploy.k8s.features.PodTemplateConfigMapStep"]
        plain, with_directory = ["--spark-version", "4.2.1"], ["--spark-conf-dir", "%s"]
        with_directory = [*plain, *with_directory]
        inline = ["--driver-pod-template", "%s/executor.yaml"]
        words = [[]] + [[file] for file in files] + [[file, "--load-spark-defaults"] for file in files]
        words += [[files[0], files[3]]]
        cases = [with_directory + ["--", *word] for word in words]
        cases += [plain + ["--", *word] for word in (
            [files[0]], [files[3]], templates, [*templates, *excluded], [files[2], *templates[2:]])]
        cases += [inline + ["--", *templates]]
        cases += [plain + ["--", "--name", "--properties-file", "--proxy-user", "--conf"]]
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
            pathlib.Path(other, "spark-defaults.conf").write_text("spark.server yes\n", "utf-8")
            pathlib.Path(other, "log4j2.properties").write_text("a=b\n", "utf-8")
            for name, text in texts.items():
                pathlib.Path(folder, name).write_text(text.replace("DIR", folder), "utf-8")
            # With a directory here the server's does not count; without files, and without one.
            pathlib.Path(folder, "empty").mkdir()
            pathlib.Path(folder, "defaults").mkdir()
            pathlib.Path(folder, "defaults", "spark-defaults.conf").write_text("spark.a defaults\n", "utf-8")
            cases += [["--spark-conf-dir", "%s/" + name, "--"] for name in ("empty", "defaults")]
            cases = [case if "--spark-conf-dir" in case else ["--spark-conf-dir", "%s/empty", *case] for case in cases]
            with server("--spark-conf-dir=" + other) as (address, _):
                for case in cases:
                    case = [word.replace("%s", folder) for word in [*case, *COMMAND]]
                    with self.subTest(case):
                        here, there = (ctl("render", *place, *case) for place in ([], ["--endpoint", address]))
                        self.assertEqual(here.returncode, 0, here.stderr)
                        self.assertEqual(there.returncode, 0, there.stderr)
                        # Templates travel with the request (difference 10), which is another input.
                        named = "driver.podTemplateFile=" in here.stdout
                        self.assertEqual(here.stderr, there.stderr)
                        here, there = (self.without_template_file(done.stdout) if named else done.stdout
                                       for done in (here, there))
                        self.assertEqual(here, there)

    @staticmethod
    def without_template_file(text):
        text = re.sub(r"\n *spark\.kubernetes\.driver\.podTemplateFile=.*", "", text)
        return re.sub(r"spark-[0-9a-f-]{32,36}|[0-9a-f-]{16,64}", "<id>", text)

    def test_a_server_refuses_with_the_same_words(self):
        two = application(mainApplicationFile=None, driver={"cores": -1})
        with tempfile.TemporaryDirectory() as folder, server() as (address, _):
            template = folder + "/template.yaml"
            pathlib.Path(template).write_text("spec: {containers: 1}\n", "utf-8")
            cases = [(["-f", "-"], text) for text in ("{", application(nope=1), application(mode="client"), two)]
            cases += [(["--driver-pod-template", template, "--", *COMMAND], None), (["--", "--nope"], None),
                      (["--", "--properties-file", folder + "/none", *COMMAND], None)]
            for arguments, text in cases:
                for output in ("json", "yaml"):
                    with self.subTest(arguments, text=text, output=output):
                        here = ctl("render", "-o", output, *arguments, text=text)
                        there = ctl("render", "--endpoint", address, "-o", output, *arguments, text=text)
                        self.assertEqual((here.returncode, there.returncode), (1, 1))
                        self.assertEqual(here.stderr, there.stderr)
            done = ctl("render", "--endpoint", address, "-o", "json", "-f", "-", text=two)
            self.assertEqual(len(json.loads(done.stderr)["violations"]), 2)

    def test_a_document_is_too_large_everywhere(self):
        text = pathlib.Path(EXAMPLE).read_text("utf-8") + "#"
        text += "#" * ((2 << 20) - len(text))  # as large as a request may be: no document any more
        with tempfile.TemporaryDirectory() as folder, server() as (address, _):
            file = folder + "/big.yaml"
            pathlib.Path(file).write_text(text + "#", "utf-8")
            cases = [(["-f", file], None), (["-f", "-"], text + "#"), (["--endpoint", address, "-f", file], None),
                     (["--endpoint", address, "-f", "-"], text)]
            for arguments, stdin in cases:
                with self.subTest(arguments):
                    done = ctl("render", *arguments, text=stdin)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertIn("error[REQUEST_TOO_LARGE]: ", done.stderr)

    def test_a_manifest_sees_the_environment_of_a_server(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "spark-defaults.conf").write_text("spark.speculation true\n", "utf-8")
            pathlib.Path(folder, "log4j2.properties").write_text("a=b\n", "utf-8")
            here = ctl("render", "-f", EXAMPLE, "--spark-conf-dir", folder, "--env", "SPARK_USER=someone")
            with server("--spark-conf-dir=" + folder, "--spark-env=SPARK_USER=someone") as (address, _):
                there = ctl("render", "-f", EXAMPLE, "--endpoint", address)
        self.assertEqual(here.stdout, there.stdout)
        for part in ("spark.speculation=true", "a=b", "value: someone"):
            self.assertIn(part, here.stdout)

    def test_a_uid_is_filled_in_where_there_is_none(self):
        with server() as (address, _):
            for uid, owner in (("", UID), (None, UID), ("u-1", "u-1")):
                tree = json.loads(application())
                tree["metadata"]["uid"] = uid
                with self.subTest(uid):
                    here, there = (rendered(*place, "--uid", UID, "--pod-mutation", "none", "-f", "-",
                                            text=json.dumps(tree))
                                   for place in ([], ["--endpoint", address]))
                    self.assertEqual(here, there)
                    self.assertEqual(there["items"][0]["metadata"]["ownerReferences"][0]["uid"], owner)

    def test_submit_creates_once(self):
        with server() as (address, _):
            arguments = ["submit", "--endpoint", address, "-f", EXAMPLE, "-o", "json"]
            checked = ctl(*arguments, "--idempotency-key", "one", "--validate")
            self.assertEqual(checked.returncode, 0, checked.stderr)
            self.assertEqual({item["disposition"] for item in json.loads(checked.stdout)["objects"]},
                             {"DISPOSITION_DRY_RUN_OK"})
            first, again = (json.loads(ctl(*arguments, "--idempotency-key", "one").stdout)
                            for _ in range(2))
            self.assertEqual((first["adopted"], again["adopted"]), (False, True))
            self.assertEqual(first["driverPodUid"], again["driverPodUid"])
            self.assertNotEqual(first["driverPodUid"], "")
            taken = ctl(*arguments, "--idempotency-key", "two")
            self.assertEqual(taken.returncode, 1)
            self.assertEqual(json.loads(taken.stderr)["reason"], "DRIVER_POD_EXISTS")
            text = ctl("submit", "-f", EXAMPLE, "--idempotency-key", "one", SPK_ENDPOINT=address)
            self.assertRegex(text.stdout, r"(?m)^Driver pod: +spark-pi-driver$")

            self.assertRegex(text.stdout, r"(?m)^Result: +found: an earlier try had created it$")
            self.assertRegex(text.stdout, r"(?m)^Key: +one$")
            self.assertRegex(text.stdout, r"(?m)^  Pod +spark-pi-driver: there already$")
            self.assertTrue(text.stdout.endswith("\nNext:            kubectl logs -f -n default spark-pi-driver\n"))
            self.assertNotIn("checked", text.stdout)
            checked = ctl("submit", "--validate", "-f", EXAMPLE, "--submission-id", SUBMISSION_ID, "--endpoint", address)
            self.assertNotIn("Next:", checked.stdout)

    def test_json_is_that_of_the_interface(self):
        with server() as (address, _):
            tree = json.loads(ctl("submit", "--endpoint", address, "-o", "json", "--idempotency-key", "k", "-f", EXAMPLE).stdout)
            self.assertEqual({item["apiVersion"] for item in tree["objects"]}, {"v1"})
            self.assertEqual({item["disposition"] for item in tree["objects"]}, {"DISPOSITION_CREATED"})
            self.assertEqual((tree["adopted"], tree["idempotencyKey"], tree["appName"]), (False, "k", "spark-pi"))
            self.assertRegex(tree["submittedAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertNotIn("wouldAdopt", tree)
            other = ctl("submit", "--endpoint", address, "-o", "json", "--idempotency-key", "o", "-f", EXAMPLE)
            self.assertEqual((other.returncode, other.stdout), (1, ""))
            error = json.loads(other.stderr)
            self.assertEqual({key: error[key] for key in ("code", "reason", "outcome", "retry", "idempotencyKey")},
                             {"code": "ALREADY_EXISTS", "reason": "DRIVER_POD_EXISTS", "outcome": error["outcome"],
                              "retry": "NO", "idempotencyKey": "o"})
            self.assertRegex(error["attempt"], "^[0-9a-f]{16}$")
            warned = ctl("submit", "--endpoint", address, "-o", "json", "--spark-version",
                         "4.0.1", "--", "--conf", "my.key=1", *COMMAND)
            self.assertEqual(warned.stderr, "")
            self.assertEqual([item["code"] for item in json.loads(warned.stdout)["warnings"]][:1], ["CONF_KEY_IGNORED"])

    def test_render_shows_what_a_submission_with_its_key_made(self):
        with server() as (address, _):
            made = json.loads(ctl("submit", "--endpoint", address, "-o", "json", "--idempotency-key", "demo", "-f", EXAMPLE).stdout)
            shown = json.loads(ctl("render", "--endpoint", address, "-o", "json", "--idempotency-key", "demo", "-f", EXAMPLE).stdout)
        self.assertEqual({(item["kind"], item["name"]) for item in made["objects"]},
                         {(item["kind"], item["metadata"]["name"]) for item in shown["items"]})

    def test_several_files_are_checked(self):
        with tempfile.TemporaryDirectory() as folder, server() as (address, _):
            paths = []
            for name in ("pi", "po"):
                paths += ["-f", "%s/%s.json" % (folder, name)]
                pathlib.Path(paths[-1]).write_text(application().replace('"name": "pi"', '"name": "%s"' % name), "utf-8")
            done = ctl("submit", "--validate", "--endpoint", address, *paths)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(re.findall(r"(?m)^File: +(.*)$", done.stdout), paths[1::2])
            self.assertEqual(re.findall(r"(?m)^Driver pod: +(.*)$", done.stdout), ["pi-driver", "po-driver"])

    def test_addresses_mean_the_same(self):
        with server() as (address, _):
            path = address[len("unix:"):]
            for spelling in (address, "unix://" + path, path):
                self.assertEqual(ctl("health", "--endpoint", spelling).returncode, 0)
                self.assertEqual(ctl("health", SPK_ENDPOINT=spelling).returncode, 0)
        gone = ctl("info", "--endpoint", path, "--timeout", "2s")
        self.assertEqual(gone.returncode, 3)
        self.assertRegex(gone.stderr, r"^error\[UNAVAILABLE\]: cannot connect to '%s': [A-Z][a-z ]+\n$" % re.escape(path))

    def test_names_are_those_of_a_server_for_the_cluster(self):
        with tempfile.TemporaryDirectory() as folder:
            for url in ("https://127.0.0.1:9", "https://127.0.0.1:9/"):
                pathlib.Path(folder, "kubeconfig").write_text(json.dumps({
                    "apiVersion": "v1", "kind": "Config", "current-context": "c",
                    "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                    "clusters": [{"name": "c", "cluster": {"server": url}}],
                    "users": [{"name": "u", "user": {"token": "t"}}]}), "utf-8")
                with server(api_server="--kubeconfig=%s/kubeconfig" % folder) as (address, _):
                    there = ctl("render", "-f", EXAMPLE, "--endpoint", address)
                here = ctl("render", "-f", EXAMPLE, "--api-server", url)
                self.assertEqual(here.stdout, there.stdout)
                self.assertNotEqual(here.stdout, ctl("render", "-f", EXAMPLE).stdout)

    def test_a_repeated_submission_may_tell_its_time(self):
        time = "${spark.app.submitTime}"
        with server() as (address, _):
            def submit(*conf):
                words = [word for pair in conf for word in ("--conf", "spark.kubernetes." + pair)]
                return ctl("submit", "--endpoint", address, "-o", "json", "--idempotency-key", "one", "--",
                           *words, *COMMAND)

            first, again = (json.loads(submit("hadoop.configMapName=h-" + time).stdout) for _ in range(2))
            self.assertEqual((first["adopted"], again["adopted"]), (False, True))
            self.assertEqual(first["driverPodUid"], again["driverPodUid"])
            for place in ("driver.pod.name=p-", "namespace=n-"):
                refused = submit(place + time)
                self.assertEqual(refused.returncode, 1)
                self.assertEqual(json.loads(refused.stderr)["reason"], "UNSUPPORTED_FEATURE")
                self.assertIn("set spark.app.submitTime", refused.stderr)

    def test_exit_codes_of_answers(self):
        with server() as (address, _):
            late = ctl("submit", "--endpoint", address, "-f", EXAMPLE, "--timeout", "1s")
            self.assertEqual(late.returncode, 3, late.stderr)
            self.assertEqual(ctl("health", "--endpoint", address).returncode, 0)
            self.assertEqual(ctl("health", "--endpoint", address, "--service", "nope").returncode, 1)
        self.assertEqual(ctl("health", "--endpoint", address).returncode, 2)
        lost = ctl("submit", "--endpoint", address, "-f", EXAMPLE, "--timeout", "4s")
        self.assertEqual(lost.returncode, 3)
        self.assertRegex(lost.stderr, ADVICE)
        self.assertEqual(ctl("info", "--endpoint", address, "--timeout", "2s").returncode, 3)

    def test_a_submission_without_answer_has_an_unknown_outcome(self):
        for end in ("hangs", "closes", "gone"):
            with self.subTest(end), mute_server(end) as address:
                arguments = ["--endpoint", address, "-f", EXAMPLE, "--timeout", "3s"]
                lost = ctl("submit", *arguments)
                self.assertEqual(lost.returncode, 4)
                self.assertRegex(lost.stderr, ADVICE)
                error = json.loads(ctl("submit", *arguments, "-o", "json", "--default-idempotency-key", "d").stderr)
                self.assertEqual((error["idempotencyKey"], error["defaultIdempotencyKey"]), ("", "d"))
                self.assertEqual(ctl("submit", *arguments, "--validate").returncode, 3)
                self.assertEqual(ctl("render", *arguments).returncode, 3)

    def test_the_advice_after_a_lost_answer_names_the_same_attempt(self):
        with mute_server("closes") as address:
            lost = ctl("submit", "--endpoint", address, "-f", EXAMPLE, "--timeout", "3s")
        option, key = re.search(ADVICE, lost.stderr).group(1).split()
        with server() as (address, _):
            def submit(*options):
                return ctl("submit", "--endpoint", address, "-o", "json", "-f", EXAMPLE, *options)

            first, again = (json.loads(submit(option, key).stdout) for _ in range(2))
            self.assertEqual((first["adopted"], again["adopted"], again["idempotencyKey"]), (False, True, key))
            taken = submit()
            self.assertEqual(json.loads(taken.stderr)["reason"], "DRIVER_POD_EXISTS")

    def test_info_is_complete(self):
        with server() as (address, _):
            tree = json.loads(ctl("info", "--endpoint", address, "-o", "json").stdout)
            self.assertEqual((tree["name"], tree["apiVersion"], tree["mode"]),
                             ("sparksubmitd", "v1", "standalone"))
            self.assertEqual(tree["supportedSparkVersions"], ["3.5", "4.0", "4.1", "4.2", "4.3"])
            self.assertEqual(tree["defaultSparkVersion"], "4.3")
            self.assertEqual(set(tree["payloadForms"]), {"application", "manifest", "command"})
            self.assertIn("render", tree["features"])
            self.assertRegex(tree["renderRevision"], r"^\d+$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
