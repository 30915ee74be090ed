#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sparksubmitctl and spark-submit against servers that say anything.

test_tools.py SPARKSUBMITD DESCRIPTORS SPARKSUBMITCTL SPARK_SUBMIT LIBRARY_DIRECTORY
"""

import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import unittest
from concurrent import futures

import grpc

from server import SERVICE, make
from test_client import trailers

CTL, SUBMIT, LIBRARY = sys.argv[3:6]
# A terminal would obey, a reader of a log would see other lines, or other text than there is.
EVIL = "\x1b]52;c;aGk=\a\x1b[31m\r\n26/01/01 00:00:00 INFO Client: forged\u009b2J\u2028\u202eabc\x7f\tZürich"
SHOWN = "\\x1b]52;c;aGk=\\x07\\x1b[31m\\r\\n26/01/01 00:00:00 INFO Client: forged\\x9b2J\\u2028\\u202eabc\\x7f\\tZürich"
COMMAND = ["--master", "k8s://https://10.0.0.1:443", "--deploy-mode", "cluster", "--class", "A", "--conf",
           "spark.kubernetes.container.image=spark", "--conf", "spark.kubernetes.submission.waitAppCompletion=false",
           "local:///a.jar"]


class Fake:
    """A service whose Submit answers with what a test has left here."""

    def __init__(self):
        self.reply = self.error = None
        self.directory = tempfile.TemporaryDirectory()
        self.address = "unix:%s/grpc.sock" % self.directory.name
        self.server = grpc.server(futures.ThreadPoolExecutor(2))
        methods = {name: grpc.unary_unary_rpc_method_handler(self.answer) for name in ("Submit", "GetInfo")}
        self.server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))
        assert self.server.add_insecure_port(self.address)
        self.server.start()

    def answer(self, _request, context):
        if self.error:
            context.set_trailing_metadata(trailers(grpc.StatusCode.FAILED_PRECONDITION, **self.error))
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, EVIL.encode("ascii", "replace").decode())
        return self.reply.SerializeToString()


def run(program, *arguments, **environment):
    return subprocess.run([program, *arguments], capture_output=True, timeout=60, check=False,
                          env={"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": LIBRARY, "HOME": "/nonexistent",
                               "SPK_SPARK_VERSION": "4.1.4", **environment})


class Tools(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fake = Fake()

    @classmethod
    def tearDownClass(cls):
        cls.fake.server.stop(None)
        cls.fake.directory.cleanup()

    def assert_clean(self, output):
        """Nothing but printable characters and the line feeds of the program's own lines."""
        text = output.decode("utf-8")
        self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
        self.assertNotRegex(text, "(?m)^26/01/01")
        return text

    def ctl(self, *arguments):
        return run(CTL, arguments[0], "--endpoint", self.fake.address, *arguments[1:])

    def reply(self, **members):
        self.fake.error, self.fake.reply = None, make("spark.submit.v1.SubmitResponse", members)

    def evil_reply(self):
        self.reply(namespace=EVIL, driverPodName=EVIL, appName=EVIL, podPhase=EVIL, sparkApplicationId=EVIL,
                   effectiveSubmissionId=EVIL, idempotencyKey=EVIL, attempt=EVIL, driverPodUid=EVIL,
                   objects=[{"kind": EVIL, "name": EVIL, "disposition": "DISPOSITION_CREATED"}],
                   warnings=[{"code": EVIL, "message": EVIL, "field": EVIL}])

    def test_sparksubmitctl_escapes_a_reply(self):
        self.evil_reply()
        done = self.ctl("submit", "--", *COMMAND)
        self.assertEqual(done.returncode, 0)
        self.assertIn("Driver pod:      " + SHOWN + "\n", self.assert_clean(done.stdout))
        self.assertIn("warning[%s]: %s: %s\n" % (SHOWN, SHOWN, SHOWN), self.assert_clean(done.stderr))
        done = self.ctl("submit", "-o", "json", "--", *COMMAND)
        self.assert_clean(done.stdout)
        tree = json.loads(done.stdout)
        self.assertEqual((tree["namespace"], tree["warnings"][0]["message"]), (EVIL, EVIL))

    def test_sparksubmitctl_escapes_an_error(self):
        self.fake.error = {"info": (EVIL, "NOT_CREATED", "NO"), "fields": [(EVIL, EVIL), (EVIL, EVIL)]}
        done = self.ctl("submit", "--", *COMMAND)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertIn("INFO Client: forged", self.assert_clean(done.stderr))
        self.assertEqual(len(done.stderr.splitlines()), 2)
        done = self.ctl("submit", "-o", "json", "--", *COMMAND)
        self.assert_clean(done.stderr)
        self.assertEqual(json.loads(done.stderr)["violations"][0]["description"], EVIL)

    def test_spark_submit_escapes_a_reply_and_an_error(self):
        self.evil_reply()
        done = run(SUBMIT, *COMMAND, SPK_ENDPOINT=self.fake.address)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = self.assert_clean(done.stderr)
        self.assertIn("Deployed Spark application %s with application ID %s" % (SHOWN, SHOWN), text)
        self.assertIn("WARN Client: " + SHOWN, text)
        self.fake.error = {"info": ("KUBE_FORBIDDEN", "NOT_CREATED", "NO"), "fields": [(EVIL, EVIL)]}
        done = run(SUBMIT, *COMMAND, SPK_ENDPOINT=self.fake.address)
        self.assertEqual(done.returncode, 1)
        self.assertIn("INFO Client: forged", self.assert_clean(done.stderr))

    def test_spark_submit_escapes_what_a_pod_says(self):
        pod = {"kind": "Pod", "metadata": {"name": "pi", "namespace": EVIL, "uid": EVIL, "labels": {"spark-role": "driver", "a": EVIL}},
               "spec": {"nodeName": EVIL}, "status": {"phase": "Failed" + EVIL, "containerStatuses": [
                   {"name": EVIL, "image": EVIL, "state": {"waiting": {"reason": EVIL}}}]}}

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                listed = "?" in self.path.replace("?timeout", "")
                body = json.dumps({"kind": "PodList", "items": [pod]} if listed else pod).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as api:
            thread = threading.Thread(target=api.serve_forever)
            thread.start()
            done = run(SUBMIT, "--status", "ns:pi", "--master", "k8s://http://127.0.0.1:%d" % api.server_port)
            api.shutdown()
            thread.join()
        text = done.stderr.decode("utf-8")
        self.assertEqual(done.returncode, 0, text)
        self.assertIn("phase: Failed" + SHOWN, text)
        self.assertIn("container name: " + SHOWN, text)
        self.assert_clean(done.stderr.replace(b"\n\t", b"").replace(b"\t", b""))

    def test_a_text_has_a_length(self):
        self.reply(namespace="n" * 500000)
        done = self.ctl("submit", "--", *COMMAND)
        self.assertEqual(done.returncode, 0)
        self.assertLess(len(done.stdout), 16384)
        self.assertIn(b"nnn...\n", done.stdout)
        self.reply(namespace="n" * 3900000)
        done = self.ctl("submit", "--", *COMMAND)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"the server's reply is not a message of this interface", done.stderr)

    def test_a_check_that_refuses_ends_with_one(self):
        for last, status in (("DISPOSITION_DRY_RUN_OK", 0), ("DISPOSITION_DRY_RUN_REFUSED", 1)):
            self.reply(objects=[{"kind": "Pod", "apiVersion": "v1", "name": "a", "disposition": "DISPOSITION_DRY_RUN_OK"},
                                {"kind": "Service", "apiVersion": "v1", "name": "b", "disposition": last}],
                       warnings=[{"code": "KUBE_WARNING", "message": "told"}], wouldAdopt=False)
            for output in ("text", "json"):
                with self.subTest(last, output=output):
                    done = self.ctl("submit", "--validate", "-o", output, "--", *COMMAND)
                    self.assertEqual(done.returncode, status, done.stderr)
                    self.assertEqual(self.ctl("submit", "-o", output, "--", *COMMAND).returncode, 0)
            tree = json.loads(done.stdout)
            self.assertEqual(tree["objects"][1], {"kind": "Service", "apiVersion": "v1", "name": "b", "disposition": last})
            self.assertEqual((tree["wouldAdopt"], tree["warnings"]), (False, [{"code": "KUBE_WARNING", "message": "told"}]))

    def test_an_error_says_what_exists_and_how_to_repeat(self):
        for outcome, retry, status, words in [
                ("PARTIAL", "NEW_KEY", 1, "outcome: some of its objects may exist; no driver starts from them\n"),
                ("CREATED", "NO", 1, "outcome: the driver exists\n"),
                ("UNKNOWN", "SAME_KEY", 4, "outcome: it is not known whether the driver exists\n"
                                           "to repeat it safely: --idempotency-key mine\n")]:
            with self.subTest(outcome):
                self.fake.error = {"info": ("KUBE_FORBIDDEN", outcome, retry), "fields": [("spec.a", "wrong")]}
                done = self.ctl("submit", "--idempotency-key", "mine", "--", *COMMAND)
                self.assertEqual(done.returncode, status)
                self.assertTrue(done.stderr.decode().endswith(words), done.stderr)
                done = self.ctl("submit", "-o", "json", "--idempotency-key", "mine", "--", *COMMAND)
                tree = json.loads(done.stderr)
                self.assertEqual((tree["code"], tree["reason"], tree["outcome"], tree["retry"], tree["idempotencyKey"],
                                  tree["violations"]), ("FAILED_PRECONDITION", "KUBE_FORBIDDEN", outcome, retry, "mine",
                                                        [{"field": "spec.a", "description": "wrong"}]))

    def test_info_is_that_of_the_interface(self):
        self.fake.error, self.fake.reply = None, make("spark.submit.v1.GetInfoResponse", {
            "name": "s", "limits": {"request_bytes": "2097152"}, "features": ["render", EVIL]})
        tree = json.loads(self.ctl("info", "-o", "json").stdout)
        self.assertEqual(tree, {"name": "s", "limits": {"request_bytes": "2097152"}, "features": ["render", EVIL]})
        self.assertTrue(re.search(r"(?m)^Features: +render " + re.escape(SHOWN), self.assert_clean(self.ctl("info").stdout)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[6:], verbosity=2)
