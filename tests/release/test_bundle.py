#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The self-contained spark-submit in a root that holds nothing but the C library: test_bundle.py PROGRAM"""

import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "interop")]

import bare_root  # noqa: E402
from api_server import ApiServer  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
NEWEST_GLIBC = (2, 34)  # of Ubuntu 22.04 and RHEL 9
MAX_SIZE = 8 << 20
USERS = (185, 1234560000)  # of Spark's image; as OpenShift draws them
ACCOUNT = "var/run/secrets/kubernetes.io/serviceaccount"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stderr=subprocess.DEVNULL)


def make_certificates(folder):
    """server.pem, for api.internal and 127.0.0.1, of ca.crt; other.crt, which it is not of."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    for name in ("ca", "other"):
        openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=" + name, "-keyout", "%s/%s.key" % (folder, name),
                "-out", "%s/%s.crt" % (folder, name))
    (folder / "ext").write_text("subjectAltName=DNS:api.internal,IP:127.0.0.1\n", "ascii")
    openssl("req", *key, "-subj", "/CN=server", "-keyout", folder / "server.key", "-out", folder / "server.csr")
    openssl("x509", "-req", "-in", folder / "server.csr", "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", folder / "ext", "-out", folder / "server.crt")


class Proxy:
    """Tunnels to the server on one port, whatever host is asked for."""

    def __init__(self, port):
        self.port, self.asked = port, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.tunnel, args=(client,), daemon=True).start()

    def tunnel(self, client):
        request = b""
        while b"\r\n\r\n" not in request:
            request += client.recv(4096)
        self.asked.append(request.split(b" ")[1].decode())
        with client, socket.create_connection(("127.0.0.1", self.port)) as target:
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=self.pump, args=(target, client), daemon=True)
            back.start()
            self.pump(client, target)
            back.join()

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.listener.close()


class File(unittest.TestCase):
    """What the file says of itself."""

    def test_it_needs_the_c_library_only(self):
        needed = re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-dW", PROGRAM))
        self.assertEqual([name for name in needed if not name.startswith("ld-linux")], ["libc.so.6"])
        self.assertNotRegex(run("readelf", "-dW", PROGRAM), "RPATH|RUNPATH")

    def test_no_symbol_is_younger_than_the_c_library_of_the_images(self):
        versions = {tuple(map(int, text.split("."))) for text in
                    re.findall(r"GLIBC_([0-9.]+)", run("readelf", "-VW", PROGRAM))}
        self.assertGreater(len(versions), 3)
        self.assertLessEqual(max(versions), NEWEST_GLIBC)

    def test_it_is_small_and_stripped(self):
        self.assertLess(os.path.getsize(PROGRAM), MAX_SIZE)
        self.assertNotIn(".symtab", run("readelf", "-SW", PROGRAM))

    def test_it_is_hardened(self):
        dynamic, segments = run("readelf", "-dW", PROGRAM), run("readelf", "-lW", PROGRAM)
        self.assertRegex(dynamic, "FLAGS_1.*PIE")
        self.assertIn("BIND_NOW", dynamic)
        self.assertIn("GNU_RELRO", segments)
        self.assertRegex(segments, r"GNU_STACK.* RW +0x")
        self.assertNotRegex(segments, r"LOAD.* RWE ")
        self.assertNotIn("TEXTREL", dynamic)
        symbols = run("readelf", "-W", "--dyn-syms", PROGRAM)
        self.assertIn("__stack_chk_fail", symbols)
        self.assertRegex(symbols, r"__\w+_chk@")

    def test_its_licences_lie_beside_it(self):
        folder = pathlib.Path(PROGRAM).parent / "licenses"
        texts = {path.name: path.read_text("utf-8", "replace") for path in folder.iterdir()}
        self.assertEqual(sorted(texts), ["curl", "libnghttp2-dev", "libprotobuf-c-dev", "libssl-dev", "libyaml-dev"])
        for name, text in texts.items():
            self.assertRegex(text, "(?i)copyright", name)


class Alone(unittest.TestCase):
    """Submissions from the bare root."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.directory.name)
        cls.folder.chmod(0o755)
        make_certificates(cls.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.folder / "server.crt", cls.folder / "server.key")
        cls.api = ApiServer(cls.directory.name, context=context)
        cls.port = cls.api.port

    @classmethod
    def tearDownClass(cls):
        cls.api.close()
        cls.directory.cleanup()

    def setUp(self):
        directory = tempfile.TemporaryDirectory(dir=self.folder)
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        self.root.chmod(0o755)
        bare_root.make(self.root)
        bare_root.copy_into(self.root, PROGRAM, "bin/spark-submit")
        (self.root / "etc/hosts").write_text("127.0.0.1 api.internal\n", "ascii")
        self.api.pods.clear()

    def authority(self, path, name="ca"):
        bare_root.copy_into(self.root, self.folder / (name + ".crt"), path)
        return "/" + path

    def account(self):
        self.authority(ACCOUNT + "/ca.crt")
        (self.root / ACCOUNT / "token").write_text("t", "ascii")
        (self.root / ACCOUNT / "namespace").write_text("default", "ascii")

    def submit(self, name, *more, user=185, host="api.internal", expect=0, **environment):
        environment.setdefault("SPK_SPARK_VERSION", "4.1.4")
        done = bare_root.run(
            self.root, user, "/bin/spark-submit", "--master", "k8s://https://%s:%d" % (host, self.port),
            "--deploy-mode", "cluster", "--name", name, "--class", "org.example.Main",
            "--conf", "spark.kubernetes.driver.pod.name=%s-driver" % name,
            "--conf", "spark.kubernetes.container.image=spark:4.1.4",
            "--conf", "spark.kubernetes.submission.waitAppCompletion=false", *more, "local:///app.jar", **environment)
        self.assertEqual(done.returncode, expect, done.stderr)
        pods = [path.rpartition("/")[2] for path in self.api.pods]
        self.assertEqual(pods, [] if expect else [name + "-driver"])
        self.api.pods.clear()
        return done.stderr

    def test_any_user_submits_with_the_account_of_its_pod(self):
        self.account()
        for user in USERS:
            with self.subTest(user):
                text = self.submit("account", user=user, host="127.0.0.1", KUBERNETES_SERVICE_HOST="127.0.0.1",
                                   KUBERNETES_SERVICE_PORT=str(self.port))
                self.assertIn("Deployed Spark application", text)

    def test_the_root_has_nothing_else(self):
        files = sorted(path.name for path in self.root.rglob("*") if path.is_file())
        self.assertEqual(len(files), 5, files)  # the C library, its loader, the program, two of etc
        self.assertIn("version 4.1.4", bare_root.run(self.root, 185, "/bin/spark-submit", "--version",
                                                     SPK_SPARK_VERSION="4.1.4").stderr)

    def test_names_are_resolved_by_the_system(self):
        path = self.authority("ca.crt")
        self.submit("names", KUBERNETES_CERTS_CA_FILE=path)
        (self.root / "etc/hosts").write_text("127.0.0.1 other.internal\n", "ascii")
        text = self.submit("names", expect=1, KUBERNETES_CERTS_CA_FILE=path)
        self.assertRegex(text, "api.internal.*(resolve|lookup)|(resolve|lookup).*api.internal")

    def test_authorities_come_from_the_environment_or_the_machine(self):
        right, wrong = self.authority("ca.crt"), self.authority("other.crt", "other")
        self.submit("nobody", expect=1)
        self.submit("named", SSL_CERT_FILE=right)
        self.submit("wrong", expect=1, SSL_CERT_FILE=wrong)
        self.submit("winner", SSL_CERT_FILE=wrong, KUBERNETES_CERTS_CA_FILE=right)
        self.assertIn("SSL_CERT_FILE: ", self.submit("absent", expect=1, SSL_CERT_FILE="/absent"))
        for path in ("etc/pki/tls/certs/ca-bundle.crt", "etc/ssl/certs/ca-certificates.crt"):
            self.authority(path)
            self.submit("machine")
            (self.root / path).unlink()

    def test_proxies_come_from_the_environment(self):
        proxy = Proxy(self.port)
        self.addCleanup(proxy.close)
        (self.root / "etc/hosts").unlink()  # so that nobody but the proxy knows the name
        path = self.authority("ca.crt")
        self.submit("proxied", SSL_CERT_FILE=path, HTTPS_PROXY=proxy.url)
        self.assertEqual(set(proxy.asked), {"api.internal:%d" % self.port})
        self.submit("direct", expect=1, SSL_CERT_FILE=path, HTTPS_PROXY=proxy.url, NO_PROXY="api.internal")

    def test_a_server_of_ours_is_another_program(self):
        text = self.submit("remote", expect=1, SPK_ENDPOINT="unix:/run/grpc.sock")
        self.assertRegex(text, "self-contained.*unix:/run/grpc.sock; unset SPK_ENDPOINT .*libsparksubmit.so.1")


if __name__ == "__main__":
    if not bare_root.may_enter():
        print("skipped: needs root for a mount namespace and another user")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
