#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The process: listeners and their owners, exit codes, configuration, draining."""

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import grpc

from api_server import ApiServer
from server import HEALTH, PROGRAM, SERVICE, Client, Refusal, Server, application


def run(*flags, **environment):
    return subprocess.run([PROGRAM, *flags], capture_output=True, text=True, timeout=60,
                          check=False, env={**os.environ, **environment})


class Listeners(unittest.TestCase):
    def test_a_second_server_is_refused_and_a_crash_is_taken_over(self):
        with tempfile.TemporaryDirectory() as directory:
            first = Server(directory=directory)
            second = run("--api-server=memory", "--listen=" + first.address)
            self.assertEqual(second.returncode, 3, second.stderr)
            self.assertIn("another process listens", second.stderr)
            client = Client(first)
            self.assertEqual(client.health(), 1)
            client.close()
            first.process.kill()
            first.stop(-signal.SIGKILL)
            self.assertTrue(os.path.exists(first.path))
            third = Server(directory=directory)
            client = Client(third)
            self.assertEqual(client.health(), 1)
            client.close()
            third.stop()
            self.assertFalse(os.path.exists(third.path))

    def test_the_socket_is_for_owner_and_group(self):
        with tempfile.TemporaryDirectory() as directory:
            server = Server(directory=os.path.join(directory, "made"))
            self.assertEqual(os.stat(server.path).st_mode & 0o777, 0o660)
            self.assertEqual(os.stat(os.path.dirname(server.path)).st_mode & 0o777, 0o750)
            server.stop()

    def test_a_directory_open_to_others_is_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o777)
            result = run("--api-server=memory", f"--listen=unix://{directory}/s.sock")
            self.assertEqual(result.returncode, 3)
            self.assertIn("others may write", result.stderr)

    def test_a_file_at_the_path_is_not_replaced(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "s.sock")
            with open(path, "w", encoding="utf-8") as file:
                file.write("dear")
            os.symlink(path, path + ".link")
            for each in (path, path + ".link"):
                result = run("--api-server=memory", "--listen=unix://" + each)
                self.assertEqual(result.returncode, 3, result.stderr)
                self.assertIn("is no socket", result.stderr)
            self.assertTrue(os.path.islink(path + ".link"))
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), "dear")

    @unittest.skipUnless(os.geteuid() == 0, "giving a directory away takes root")
    def test_a_directory_of_another_user_is_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            os.chmod(directory, 0o750)
            os.chown(directory, 12345, os.getegid())
            result = run("--api-server=memory", f"--listen=unix://{directory}/s.sock")
            self.assertEqual(result.returncode, 3, result.stderr)
            self.assertIn("belongs to another user", result.stderr)
            self.assertEqual(os.listdir(directory), [])

    def test_other_users_are_turned_away(self):
        server = Server("--uds-allow-uids=12345")
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(10)
            peer.connect(server.path)
            self.assertEqual(peer.recv(1), b"")
        server.wait_for("connection refused")
        server.stop()

    def test_loopback_tcp_serves_beside_the_socket(self):
        server = Server("--listen=tcp://127.0.0.1:0")
        port = server.wait_for("listening", address="127.0.0.1:0")["port"]
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            answer = channel.unary_unary(f"/{HEALTH}/Check")(b"", timeout=10)
        self.assertEqual(answer, b"\x08\x01")
        server.wait_for("rpc", peer="tcp", code="OK")
        busy = run("--api-server=memory", f"--listen=tcp://127.0.0.1:{port}")
        self.assertEqual(busy.returncode, 3)
        server.stop()

    def test_running_out_of_descriptors_is_survived(self):
        server = Server()
        limit = ["prlimit", f"--pid={server.process.pid}", "--nofile=40:4096"]
        subprocess.run(limit, check=True)
        peers = []
        for _ in range(60):
            peer = socket.socket(socket.AF_UNIX)
            peer.connect(server.path)
            peers.append(peer)
        server.wait_for("connection refused", why="no file descriptors left")
        for peer in peers:
            peer.close()
        subprocess.run([*limit[:2], "--nofile=4096:4096"], check=True)
        client = Client(server)
        end = time.monotonic() + 20
        while True:
            try:
                self.assertEqual(client.health(), 1)
                break
            except grpc.RpcError:
                self.assertLess(time.monotonic(), end)
        client.close()
        server.stop()


class Hardening(unittest.TestCase):
    def test_no_core_is_dumped_and_no_descriptor_is_handed_on(self):
        before = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
        try:
            server = Server("--listen=tcp://127.0.0.1:0")
        finally:
            resource.setrlimit(resource.RLIMIT_CORE, before)
        client = Client(server)
        client.submit(application())
        pid = server.process.pid
        self.assertEqual(resource.prlimit(pid, resource.RLIMIT_CORE), (0, 0))
        for number in os.listdir(f"/proc/{pid}/fdinfo"):
            with open(f"/proc/{pid}/fdinfo/{number}", encoding="ascii") as info:
                flags = int(re.search(r"flags:\s+([0-7]+)", info.read()).group(1), 8)
            if int(number) > 2:
                self.assertTrue(flags & os.O_CLOEXEC, os.readlink(f"/proc/{pid}/fd/{number}"))
        client.close()
        server.stop()

    @unittest.skipUnless(os.geteuid() == 0, "becoming another user takes root")
    def test_other_processes_of_its_user_cannot_look_into_it(self):
        server = Server(user=12345)
        # Files of a process that must not be dumped belong to root.
        self.assertEqual(os.stat(f"/proc/{server.process.pid}/mem").st_uid, 0)
        server.stop()


class Configuration(unittest.TestCase):
    def test_exit_codes(self):
        cases = [
            (["--nope"], 2, "there is no flag"),
            (["--mode=shared"], 1, "--mode: "),
            (["--listen=tcp://0.0.0.0:1"], 1, "--allow-insecure-tcp"),
            (["--kubeconfig=/nonexistent"], 4, "/nonexistent"),
            (["--api-server=memory", "--listen=unix:///proc/none/x.sock"], 3, "--listen: "),
            (["--api-server=memory", "--spark-conf-dir=/nonexistent"], 1, "--spark-conf-dir: "),
            (["--api-server=memory", "--default-spark-version=9.9"], 1,
             "--default-spark-version: "),
        ]
        for flags, code, text in cases:
            with self.subTest(flags):
                result = run(*flags)
                self.assertEqual(result.returncode, code, result.stderr)
                self.assertIn(text, result.stderr)

    def test_where_credentials_come_from_depends_on_the_mode(self):
        with tempfile.TemporaryDirectory() as directory:
            api = ApiServer(directory)
            api.close()
            home = os.path.join(directory, "home")
            os.makedirs(os.path.join(home, ".kube"))
            with open(os.path.join(home, ".kube", "config"), "w", encoding="utf-8") as file:
                file.write(api.kubeconfig.read_text("utf-8"))
            os.chmod(file.name, 0o600)
            listed = f"/nonexistent:{api.kubeconfig}"
            here = {"KUBERNETES_SERVICE_HOST": "", "KUBECONFIG": "", "HOME": directory}
            cases = [
                ("standalone", [], {}, 4, "there is no kubeconfig"),
                ("standalone", [], {"KUBECONFIG": listed}, 0, ""),
                ("standalone", [], {"HOME": home}, 0, ""),
                ("standalone", [], {"KUBECONFIG": "/etc/passwd", "HOME": home}, 4, "/etc/passwd"),
                ("standalone", ["--kubeconfig=/none"], {"KUBECONFIG": listed}, 4, "/none"),
                ("sidecar", [], {"KUBECONFIG": listed}, 4,
                 "service account; --mode=sidecar does not read KUBECONFIG: give --kubeconfig"),
                ("sidecar", [], {"HOME": home}, 4, "there is no kubeconfig"),
                ("sidecar", [f"--kubeconfig={api.kubeconfig}"], {}, 0, ""),
            ]
            for mode, flags, environment, code, text in cases:
                with self.subTest(mode=mode, flags=flags, **environment):
                    result = run("--check-config", "--mode=" + mode, *flags,
                                 **{**here, **environment})
                    self.assertEqual(result.returncode, code, result.stderr)
                    self.assertIn(text, result.stderr)

    def test_the_source_of_the_credentials_is_logged(self):
        with tempfile.TemporaryDirectory() as directory:
            api = ApiServer(directory)
            server = Server(api_server=api)
            line = server.wait_for("started")
            self.assertIn(str(api.kubeconfig), line["credentials"])
            server.stop()
            api.close()

    def test_help_version_print_and_check(self):
        self.assertIn("--drain-grace DURATION", run("--help").stdout)
        self.assertRegex(run("--version").stdout, r"^sparksubmitd \d")
        printed = run("--print-config", "--api-server=memory", SPK_MODE="standalone").stdout
        self.assertIn("api-server=memory (flag)\n", printed)
        self.assertIn("mode=standalone (environment)\n", printed)
        self.assertIn("drain-delay=0ms (default)\n", printed)
        checked = run("--check-config", "--api-server=memory")
        self.assertEqual((checked.returncode, checked.stdout),
                         (0, "the configuration is valid\n"))

    def test_unknown_variables_are_warned_about(self):
        server = Server(environment={"SPK_SERVICE_PORT": "1", "SPK_ENDPOINT": "unix:/x", "SPK_ERRORS": "plain",
                                     "SPK_SPARK_VERSION": "4.1"})
        server.stop()
        names = [line["name"] for line in server.lines
                 if line["msg"] == "unknown environment variable"]
        self.assertEqual(names, ["SPK_SERVICE_PORT"])

    def test_the_log_of_a_start_is_in_order(self):
        server = Server("--listen=127.0.0.1:0")
        server.wait_for("listening", address="127.0.0.1:0")
        server.stop()
        self.assertEqual([line["msg"] for line in server.lines],
                         ["started", "listening", "listening", "draining", "listeners closed",
                          "stopped"])


class Draining(unittest.TestCase):
    def test_watches_hear_of_it_and_the_process_ends(self):
        server = Server("--drain-delay=1s")
        with server.channel() as channel:
            watch = channel.unary_stream(f"/{HEALTH}/Watch")(b"", timeout=30)
            self.assertEqual(next(watch), b"\x08\x01")
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(next(watch), b"\x08\x02")
            # Not ready any more, but calls are still taken.
            channel.unary_unary(f"/{SERVICE}/GetInfo")(b"", timeout=10)
            with self.assertRaises(grpc.RpcError) as caught:
                next(watch)
        refusal = Refusal(caught.exception)
        self.assertEqual((refusal.code, refusal.reason), ("UNAVAILABLE", "SERVER_DRAINING"))
        server.stop()
        self.assertFalse(os.path.exists(server.path))
        for message in ("draining", "listeners closed", "stopped"):
            server.wait_for(message)

    def test_nothing_is_lost_while_draining_under_load(self):
        server = Server()
        outcomes, stop = [], threading.Event()

        def load(number):
            client = Client(server)
            for i in range(100000):
                app = application()
                app["metadata"]["name"] = f"drain-{number}-{i}"
                try:
                    client.submit(app, timeout=20)
                    outcomes.append("OK")
                except grpc.RpcError as error:
                    outcomes.append(error.code().name)
                if stop.is_set():
                    break
            client.close()

        threads = [threading.Thread(target=load, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        while len(outcomes) < 50:
            time.sleep(0.01)
        server.process.send_signal(signal.SIGTERM)
        stop.set()
        for thread in threads:
            thread.join()
        server.stop()
        self.assertEqual(set(outcomes) - {"OK", "UNAVAILABLE"}, set())

    def test_a_second_signal_cuts_the_wait_short(self):
        server = Server("--drain-delay=20s")
        server.process.send_signal(signal.SIGTERM)
        server.wait_for("draining")
        server.process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        server.stop(ask=False)
        self.assertLess(time.monotonic() - started, 10)

    def test_no_payload_is_logged(self):
        server = Server("--log-level=debug")
        client = Client(server)
        secret = "s3cr3t-c0ffee"
        app = application(arguments=[secret], sparkConf={"spark.password": secret})
        client.submit(app)
        client.call("Render", {"application": app})
        client.refused("Submit", {"application": application(driver={"memory": secret})})
        client.close()
        server.stop()
        self.assertNotIn(secret, str(server.lines))

    def test_one_line_for_each_call(self):
        server = Server()
        client = Client(server)
        for _ in range(5):
            client.call("GetInfo", {})
        client.refused("Submit", {})
        client.close()
        server.stop()
        lines = server.rpc_lines()
        self.assertEqual(len(lines), 6)
        self.assertEqual(len({line["request_id"] for line in lines}), 6)
        self.assertEqual(lines[-1]["reason"], "INVALID_MESSAGE")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
