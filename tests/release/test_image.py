#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What docker/Dockerfile makes, without Docker: test_image.py RELEASE_BUILD

The steps of the Dockerfile are read from it and done here; programs are run in the result as a runtime
would: user 185, no capabilities, read-only. --build also builds as the Dockerfile does, from nothing.
"""

import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(HERE))

import bare_root  # noqa: E402

BUILD = [] if "--build" in sys.argv else [os.path.abspath(sys.argv[1])]
MAX_SERVICE, MAX_DROP_IN = 60 << 20, 9 << 20


def stages(path):
    """Name of a stage -> its instructions as (word, arguments); those before the first FROM are of ""."""
    found, name = {"": []}, ""
    for line in path.read_text("utf-8").replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        if not word or word.startswith("#"):
            continue
        if word == "FROM":
            image, *more = rest.split()
            name = more[1] if more else "last"
            found[name] = []
        found[name].append((word, rest))
    return found


DOCKERFILE = stages(TOP / "docker/Dockerfile")


def of(stage, word, file=None):
    return [rest for name, rest in (file or DOCKERFILE)[stage] if name == word]


def size_of(root):
    return sum(path.lstat().st_size for path in root.rglob("*") if path.is_file())


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


class Image(unittest.TestCase):
    """One stage that starts FROM scratch, made by the steps of the stage that it copies from."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        os.chmod(cls.directory.name, 0o755)
        cls.root = pathlib.Path(cls.directory.name, "image")
        (copy,) = of(cls.stage, "COPY")
        source, folder, target = re.fullmatch(r"--from=(\S+) (\S+)/ (\S+)", copy).groups()
        assert target == "/" and of(cls.stage, "FROM") == ["scratch AS " + cls.stage]
        for step in of(source, "RUN"):
            words = [str(cls.root) if word == folder else word for word in shlex.split(step)]
            subprocess.run(words + BUILD, cwd=TOP, check=True, stdout=subprocess.DEVNULL)
        (user,) = of(cls.stage, "USER")
        cls.user = user.split(":")[0]
        (cls.entry,) = re.findall(r'\["(.*)"\]', of(cls.stage, "ENTRYPOINT")[0])

    def files(self):
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*")
                      if not path.is_dir() and self.root / "dev" not in path.parents)


class Service(Image):
    stage = "service"

    def test_it_holds_what_it_needs(self):
        files = self.files()
        programs = [path for path in files if "/bin/" in path]
        self.assertEqual(programs, ["usr/bin/sparksubmitctl", "usr/bin/sparksubmitd"])
        others = [path for path in files if not re.search(r"\.so(\.|$)|^usr/share/doc/", path)]
        self.assertEqual(others, ["etc/group", "etc/passwd", "etc/ssl/certs/ca-certificates.crt", *programs])
        self.assertLess(size_of(self.root), MAX_SERVICE)
        self.assertIn("usr/share/doc/sparksubmitd/LICENSE", files)
        self.assertIn("usr/share/doc/libc6/copyright", files)

    def test_it_serves(self):
        bare_root.add_kernel(self.root)
        address = "127.0.0.1:%d" % free_port()
        server = subprocess.Popen(**bare_root.command(
            self.root, self.user, self.entry, "--mode=standalone", "--api-server=memory", "--listen=tcp://" + address),
            stderr=subprocess.PIPE, text=True)
        try:
            deadline = time.monotonic() + 30
            while self.ctl("health", "--endpoint", address).returncode:
                self.assertIsNone(server.poll(), "it ended")
                self.assertLess(time.monotonic(), deadline)
            manifest = (TOP / "docker/examples/spark-pi.yaml").read_text("utf-8")
            done = self.ctl("submit", "--endpoint", address, "-f", "-", text=manifest)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("spark-pi-driver", done.stdout)
        finally:
            server.send_signal(signal.SIGTERM)
            _, log = server.communicate(timeout=60)
        self.assertEqual(server.returncode, 0, log)

    def ctl(self, *words, **options):
        return bare_root.run(self.root, self.user, "/usr/bin/sparksubmitctl", *words, **options)

    def test_its_socket_folder_is_its_users(self):
        folder = (self.root / "run/spark-submit").stat()
        self.assertEqual((folder.st_uid, folder.st_gid, folder.st_mode & 0o777), (185, 185, 0o750))


class DropIn(Image):
    stage = "drop-in"

    def test_it_holds_the_program_and_licences(self):
        files = self.files()
        self.assertEqual([path for path in files if not path.startswith("share/doc/sparksubmitd/")], ["bin/spark-submit"])
        self.assertEqual(self.entry, "/bin/spark-submit")
        self.assertIn("share/doc/sparksubmitd/LICENSE", files)
        self.assertIn("share/doc/sparksubmitd/licenses/libssl-dev", files)
        self.assertEqual((self.root / "bin/spark-submit").stat().st_mode & 0o777, 0o755)
        self.assertLess(size_of(self.root), MAX_DROP_IN)

    def test_the_operators_image_takes_it(self):
        file = stages(TOP / "docker/operator/Dockerfile")
        self.assertEqual([rest.split("=")[0] for rest in of("", "ARG", file)], ["OPERATOR", "DROP_IN"])
        self.assertEqual(of("drop-in", "FROM", file), ["${DROP_IN} AS drop-in"])
        self.assertEqual(of("last", "FROM", file), ["${OPERATOR}"])
        (copy,) = of("last", "COPY", file)
        source, target = re.fullmatch(r"--from=drop-in /(\S+) (\S+)", copy).groups()
        self.assertTrue((self.root / source).is_file())
        self.assertEqual(target, "/opt/spark/bin/spark-submit")


class Files(unittest.TestCase):
    def test_what_is_copied_first_is_there(self):
        for copy in of("build", "COPY"):
            for name in copy.split()[:-1]:
                self.assertTrue((TOP / name).exists(), name)
        (packages,) = of("build", "RUN")
        self.assertEqual(packages.split()[0], "docker/install-packages")
        self.assertLessEqual(set(packages.split()), set(of("build", "COPY")[0].split()))

    def test_the_service_is_what_is_built_without_a_target(self):
        self.assertEqual(list(DOCKERFILE)[-1], "service")


del Image

if __name__ == "__main__":
    if not bare_root.may_enter():
        print("skipped: needs root for a mount namespace and another user")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(argv=[sys.argv[0], *[word for word in sys.argv[2:] if word != "--build"]], verbosity=2)
