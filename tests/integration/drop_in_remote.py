#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The drop-in, a server of ours and a real API server (see drop_in_case.py)."""

import http.server
import json
import re
import subprocess
import sys
import threading

from drop_in_case import (Case, CLUSTER, CONTROL_PLANE, DEPLOYED, LIBRARY,
                          NAMESPACE, SERVER, main, owned_template, until)


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
        self.write("conf/zero.zip", "a\0b")
        (self.folder / "conf/latin").write_bytes(b"\xe9")
        _, error = self.run_it(*self.words("zero"), SPARK_CONF_DIR=str(self.folder / "conf"), LD_LIBRARY_PATH=LIBRARY,
                               SPK_ENDPOINT="unix:%s" % self.socket)
        self.assertIn("WARN KubernetesClientUtils: the file 'latin' of the configuration directory is not UTF-8\n", error)
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
        lines = []
        for line in iter(process.stderr.readline, ""):
            lines.append(line)
            if "Application status for" in line:
                break
        self.assertTrue(DEPLOYED.search("".join(lines)))
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

    def test_another_cluster_is_not_asked_about_the_end(self):
        """After an answer that is none yet; a Pod of the name is not the driver."""
        asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                asked.append(self.path)
                body = json.dumps({"kind": "Pod", "metadata": {"name": "elsewhere-driver", "uid": "u"}}).encode()
                self.send_response(503 if len(asked) == 1 else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as other:
            thread = threading.Thread(target=other.serve_forever)
            thread.start()
            _, error = self.run_it(*self.words("elsewhere", wait=True, master="http://127.0.0.1:%d" % other.server_port),
                                   SPK_ENDPOINT="unix:%s" % self.socket, LD_LIBRARY_PATH=LIBRARY, KUBECONFIG=None)
            other.shutdown()
            thread.join()
        self.assertEqual(len(asked), 2)
        self.assertIn("its end is not waited for: spark.master does not have it\n", error)

    def test_a_refusal_says_as_much_as_without_a_server(self):
        remote = {"SPK_ENDPOINT": "unix:%s" % self.socket, "LD_LIBRARY_PATH": LIBRARY}
        for conf in ("spark.driver.memory=1x", "spark.kubernetes.driver.label.spark-role=x", "spark.driver.cores=many"):
            said = []
            for more in ({}, remote):
                _, error = self.run_it(*self.words("refused", "--conf", conf), expect=1, **more)
                said.append(re.sub(r"args\[\d+\]", "args[]", "\n".join(
                    line for line in error.splitlines() if "Exception" in line or "ERROR" in line)))
            self.assertEqual(said[1], said[0])
            self.assertRegex(said[0], r"args\[\]: --conf " + re.escape(conf.split("=", maxsplit=1)[0]))

    def test_its_refusals_are_ours(self):
        more = {"SPK_ENDPOINT": "unix:%s" % self.socket, "LD_LIBRARY_PATH": LIBRARY}
        _, error = self.run_it(*self.words("taken"), **more)
        self.assertTrue(DEPLOYED.search(error), error)
        _, error = self.run_it(*self.words("taken"), expect=1, **more)
        self.assertIn("code=409", error.splitlines()[-1])
        _, error = self.run_it(*self.words("local"), expect=1, SPK_ENDPOINT="unix:/absent", LD_LIBRARY_PATH=LIBRARY)
        self.assertIn("the server did not answer", error.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
