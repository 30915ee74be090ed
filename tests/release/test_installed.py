#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` leaves behind, and how it was built: test_installed.py RELEASE_BUILD"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = sys.argv[1]
PROGRAMS = ["spark-submit", "sparksubmitctl", "sparksubmitd"]
PAGES = {"spark-submit": "man1/spark-submit.1", "sparksubmitctl": "man1/sparksubmitctl.1",
         "sparksubmitd": "man8/sparksubmitd.8"}
LIBRARIES = ["libsparksubmit.so.1", "libsparksubmit_core.so.1"]
DOCKER = pathlib.Path(__file__).resolve().parents[2] / "docker"
EXAMPLE = DOCKER / "examples/spark-pi.yaml"

CLIENT = """#include <sparksubmit/client.h>
#include <stdio.h>
#include <string.h>
int main(void)
{
    struct sparksubmit_client_config config = {.size = sizeof(config), .target = "unix:/nonexistent"};
    struct sparksubmit_client *client = NULL;
    struct sparksubmit_result *result = NULL;
    struct sparksubmit_error error;
    config.attempts = 1;
    if (!sparksubmit_client_open(&client, &config, &error))
        return 1;
    bool ok = sparksubmit_client_info(client, 2000, &result, &error);
    sparksubmit_client_close(client);
    printf("%d\\n", error.code);
    return ok;
}
"""
CORE = """#include <sparksubmit/core.h>
#include <stdio.h>
int main(void)
{
    static char text[1 << 20];
    struct sparksubmit_core_request request = {.size = sizeof(request), .manifest = text};
    struct sparksubmit_core_result *result = NULL;
    struct sparksubmit_error error;
    request.manifest_length = fread(text, 1, sizeof(text), stdin);
    if (!sparksubmit_core_render(&request, &result, &error)) {
        fprintf(stderr, "%s\\n", error.text);
        return 1;
    }
    puts(sparksubmit_core_text(result, NULL));
    sparksubmit_core_free(result);
    return 0;
}
"""


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)
    if done.returncode:
        raise AssertionError("%s: %s%s" % (" ".join(map(str, command)), done.stdout, done.stderr))
    return done.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.top = pathlib.Path(cls.folder.name)
        run("cmake", "--install", BUILD, "--prefix", cls.top)
        cls.lib = next(cls.top.glob("lib/**/libsparksubmit.so")).parent

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def consumer(self, source, package, *options):
        """A program made with what pkg-config says, and nothing else."""
        environment = {**os.environ, "PKG_CONFIG_PATH": str(self.lib / "pkgconfig")}
        path = self.top / (package + ".c")
        path.write_text(source, "utf-8")
        flags = run("pkg-config", "--cflags", "--libs", *options, package, env=environment).split()
        program = self.top / package
        run("cc", "-std=c17", "-Wall", "-Werror", "-o", program, path, *flags)
        return program, {**os.environ, "LD_LIBRARY_PATH": str(self.lib)}

    def elf_files(self):
        return [self.top / "bin" / name for name in PROGRAMS] + [self.lib / name for name in LIBRARIES]

    def test_everything_is_there_once(self):
        found = sorted(str(path.relative_to(self.top)) for path in self.top.rglob("*")
                       if not path.is_dir() and path.suffix != ".c")
        lib = str(self.lib.relative_to(self.top))
        proto, doc = "share/sparksubmit/proto/", "share/doc/sparksubmitd/"
        wanted = ["bin/" + name for name in PROGRAMS]
        wanted += ["include/sparksubmit/%s.h" % name for name in ("client", "core", "error")]
        wanted += [proto + name for name in (
            "google/rpc/error_details.proto", "google/rpc/status.proto",
            "grpc/health/v1/health.proto", "grpc/reflection/v1/reflection.proto",
            "grpc/reflection/v1alpha/reflection.proto", "spark/submit/v1/spark_application.proto",
            "spark/submit/v1/submit_service.proto")]
        for name, folder in (("examples", doc), ("manifests", "share/sparksubmit/")):
            wanted += ["%s%s/%s" % (folder, name, path.name) for path in (DOCKER / name).iterdir()]
        wanted += [doc + name for name in ("CHANGELOG.md", "LICENSE", "README.md")]
        wanted += ["share/man/" + page for page in PAGES.values()]
        wanted += ["%s/%s%s" % (lib, name, end) for name in ("libsparksubmit.so", "libsparksubmit_core.so")
                   for end in ("", ".1", ".1.0.0")]
        wanted += [lib + "/libsparksubmit_core.a", lib + "/pkgconfig/sparksubmit.pc",
                   lib + "/pkgconfig/sparksubmit_core.pc"]
        self.assertEqual([path for path in found if "/" in path], sorted(wanted))

    def test_man_pages_have_every_option(self):
        for name, page in PAGES.items():
            done = subprocess.run([self.top / "bin" / name, "--help"], capture_output=True, text=True, timeout=20, check=True)
            options = set(re.findall(r"^  (--[\w-]+)", done.stdout + done.stderr, re.M))
            text = (self.top / "share/man" / page).read_text("utf-8").replace("\\-", "-")
            self.assertEqual({option for option in options if not re.search(r"^\.B .*%s\b" % option, text, re.M)}, set())
            self.assertNotIn("@", re.sub(r"\S+@\S+", "", text))
            self.assertTrue(options or ".B --idempotency-key" in text, name)

    def test_programs_start(self):
        for name in PROGRAMS:
            done = subprocess.run([self.top / "bin" / name, "--version"], capture_output=True, text=True,
                                  timeout=20, check=False)
            self.assertEqual(done.returncode, 0, name)
            self.assertRegex(done.stdout + done.stderr, r"\d+\.\d+")

    def test_the_drop_in_finds_the_client_library(self):
        words = ["--master", "k8s://https://absent:1", "--deploy-mode", "cluster", "--class", "org.example.Main",
                 "--conf", "spark.kubernetes.container.image=spark:4.1.4", "local:///app.jar"]
        for program in (pathlib.Path(BUILD, "client/spark-submit"), self.top / "bin/spark-submit"):
            with self.subTest(program):
                environment = {"PATH": os.environ["PATH"], "SPK_SPARK_VERSION": "4.1.4",
                               "SPK_ENDPOINT": "unix:%s/absent" % self.top}
                done = subprocess.run([program, *words], capture_output=True, text=True, timeout=60, check=False,
                                      env=environment)
                self.assertEqual(done.returncode, 1)
                self.assertIn("the server did not answer", done.stderr)

    def test_a_client_is_built_with_pkg_config(self):
        program, environment = self.consumer(CLIENT, "sparksubmit")
        self.assertEqual(run(program, env=environment), "14\n")

    def test_the_core_is_built_with_pkg_config(self):
        text = EXAMPLE.read_text("utf-8")
        want = json.loads(run(self.top / "bin/sparksubmitctl", "render", "--pod-mutation", "none", "-f", str(EXAMPLE),
                              "-o", "json"))
        program, environment = self.consumer(CORE, "sparksubmit_core")
        self.assertEqual(json.loads(run(program, input=text, env=environment)), want)
        os.rename(self.lib / "libsparksubmit_core.so", self.lib / "hidden.so")
        try:
            program, _ = self.consumer(CORE, "sparksubmit_core", "--static")
            self.assertEqual(json.loads(run(program, input=text)), want)
        finally:
            os.rename(self.lib / "hidden.so", self.lib / "libsparksubmit_core.so")

    def test_proto_files_compile(self):
        proto = self.top / "share/sparksubmit/proto"
        for path in sorted(proto.rglob("*.proto")):
            run("protoc", "-I", proto, "--descriptor_set_out=/dev/null", path)

    def test_libraries_export_what_their_headers_declare(self):
        include = self.top / "include/sparksubmit"
        for library, header in [("libsparksubmit.so.1", "client.h"), ("libsparksubmit_core.so.1", "core.h")]:
            declared = set(re.findall(r"SPARKSUBMIT_API[^;(]*?\b(sparksubmit_\w+)\(", (include / header).read_text("utf-8")))
            symbols = [line.split() for line in
                       run("nm", "-D", "--defined-only", self.lib / library).splitlines()]
            exported = {words[2].split("@@")[0] for words in symbols if words[1] != "A"}
            self.assertGreater(len(declared), 3)
            self.assertEqual(exported, declared)
            self.assertTrue(all("@@SPARKSUBMIT_" in words[2] for words in symbols if words[1] != "A"))

    def test_libraries_are_apart(self):
        needed = {path.name: re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-dW", path))
                  for path in self.elf_files()}
        core = " ".join(needed["libsparksubmit_core.so.1"])
        for library in ("grpc", "curl", "pthread"):
            self.assertNotIn(library, core)
        self.assertFalse(any("grpc" in name for name in needed["spark-submit"]))
        own = run("nm", self.lib / "libsparksubmit.so.1")
        for layer in ("spk_arena", "spk_json", "spk_conf", "spk_plan", "cJSON", "curl_"):
            self.assertNotIn(layer, own)

    def test_files_are_hardened(self):
        for path in self.elf_files():
            with self.subTest(path.name):
                dynamic, segments = run("readelf", "-dW", path), run("readelf", "-lW", path)
                self.assertIn("DYN", run("readelf", "-hW", path))
                self.assertEqual("PIE" in dynamic, "bin" in str(path.parent.name))
                self.assertIn("BIND_NOW", dynamic)
                self.assertIn("GNU_RELRO", segments)
                self.assertRegex(segments, r"GNU_STACK.* RW +0x")
                self.assertNotRegex(segments, r"LOAD.* RWE ")
                self.assertNotIn("TEXTREL", dynamic)
                for where in re.findall(r"(?:RPATH|RUNPATH).*\[(.*)\]", dynamic):
                    self.assertTrue(where.startswith("$ORIGIN/"), where)
                symbols = run("nm", "-D", path)
                self.assertIn("__stack_chk_fail", symbols)
                self.assertRegex(symbols, r"__\w+_chk@")
                if os.uname().machine == "x86_64":
                    self.assertGreater(run("objdump", "-d", path).count("endbr64"), 20)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
