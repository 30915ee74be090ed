#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lints find what is planted for them, and nothing in a tree that is in order."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class Lints(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        for part in ("lib/base", "server", "client/library"):
            self.write(part + "/%s.h" % part.replace("/", "_"), "")

    def write(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def run_lint(self, name):
        done = subprocess.run([sys.executable, HERE / name, self.top], text=True, capture_output=True)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def finds(self, lint, *words):
        code, text = self.run_lint(lint)
        self.assertEqual(code, 1, text)
        for word in words:
            self.assertIn(word, text)

    def finds_nothing(self, lint):
        code, text = self.run_lint(lint)
        self.assertEqual(code, 0, text)


class Layers(Lints):
    def test_a_lower_folder_is_included(self):
        self.write("lib/json/json.h", '#include "base/lib_base.h"\n')
        self.finds_nothing("layers.py")

    def test_an_upper_folder_is_not(self):
        self.write("lib/json/json.h", "")
        self.write("lib/base/text.c", '#include "json/json.h"\n')
        self.finds("layers.py", "lib/base/text.c:1: lib/base may not include lib/json/json.h")

    def test_a_name_without_a_folder_is_resolved(self):
        self.write("client/library/call.h", "")
        self.write("lib/base/text.c", '\n#include "call.h"\n')
        self.finds("layers.py", "text.c:2: lib/base may not include client/library/call.h")

    def test_a_folder_without_a_row_is_an_error(self):
        self.write("lib/attic/old.c", "")
        self.finds("layers.py", "the folder lib/attic has no row")

    def test_a_sub_folder_needs_its_own_row(self):
        self.write("lib/json/attic/old.c", "")
        self.finds("layers.py", "the folder lib/json/attic has no row")

    def test_nothing_lies_at_the_root_of_lib(self):
        self.write("lib/all.h", "")
        self.finds("layers.py", "all.h: nothing but folders lies here")

    def test_a_header_that_is_nowhere_is_an_error(self):
        self.write("lib/base/text.c", '#include "base/gone.h"\n')
        self.finds("layers.py", "base/gone.h is not in the repository")

    def test_operations_know_no_transport(self):
        for line in ('#include "grpc/call.h"', '#include "spark/submit/v1/submit_service.pb-c.h"',
                     "#include <grpc/grpc.h>", "#include <protobuf-c/protobuf-c.h>", "#include <microhttpd.h>"):
            self.write("server/grpc/call.h", "")
            self.write("server/service/submit.c", line + "\n")
            self.finds("layers.py", "submit.c:1: ")

    def test_a_library_has_one_home(self):
        self.write("lib/deploy/machine.c", "#include <curl/curl.h>\n")
        self.finds("layers.py", "<curl/curl.h> belongs to ['lib/apiserver']")

    def test_operations_do_not_see_a_transport(self):
        self.write("server/grpc/call.h", "")
        self.write("server/service/submit.c", '#include "grpc/call.h"\n#include "spark/submit.pb-c.h"\n')
        self.finds("layers.py", "may not include server/grpc/call.h", "may not include proto/spark/submit.pb-c.h")


class Comments(Lints):
    def test_openings(self):
        self.write("lib/base/a.c", "int a; /* Whatever */\n/** What it is. */\n/* Of two. */\n")
        self.finds("comments.py", "lib/base/a.c:2: a comment names", "a.c:3: a comment names its subject first, not 'Of'")

    def test_sentences_within(self):
        self.write("lib/base/a.c", "/*\n * Adds two.\n * What is left stays. It is of use.\n */\n")
        self.finds("comments.py", "lib/base/a.c:1: a sentence names its subject first, not 'What'")

    def test_pronouns_need_a_noun(self):
        self.write("lib/base/a.c", "/* Ours. */\n/* Read it; nobody\n * else does. */\nint a; /* anything else */\n")
        self.write("tests/unit/b.h", "\n/* somebody */\n")
        self.finds("comments.py", "lib/base/a.c:1: 'Ours' needs a noun", "a.c:2: 'nobody else' needs",
                   "tests/unit/b.h:2: 'somebody' needs")
        self.assertEqual(len(self.run_lint("comments.py")[1].splitlines()), 3)

    def test_flags_say_when_they_are_true(self):
        self.write("lib/base/a.h", "struct a {\n    bool b; /* true if c */\n    atomic_bool d; /* a\n    * comment */\n"
                   "    bool e;\n    const char *f; /* name */\n};\n/** Whether it is. */\nbool g(void);\n")
        self.finds("comments.py", "lib/base/a.h:3: the comment of d says 'true if ...'")
        self.assertEqual(len(self.run_lint("comments.py")[1].splitlines()), 1)

    def test_literals_are_no_comments(self):
        self.write("lib/base/a.c", 'const char *a = "/* What */ gone.md";\n')
        self.finds_nothing("comments.py")

    def test_references(self):
        self.write("lib/base/README.md", "")
        self.write("lib/base/a.c", "/* see lib/base/README.md, base/lib_base.h and\n * lib/base/gone.c or spec.md */\n")
        self.finds("comments.py", "a.c:1: there is no lib/base/gone.c", "a.c:1: there is no spec.md")
        self.assertNotIn("README", self.run_lint("comments.py")[1])

    def test_pages(self):
        self.write("lib/base/README.md", "`lib_base.h`, `gone.h`, `--flag`, [up](../../server/server.h), [no](no.md), [web](https://a.b)\n")
        self.finds("comments.py", "lib/base/README.md:1: there is no gone.h", "there is no no.md")
        self.assertEqual(len(self.run_lint("comments.py")[1].splitlines()), 2)

    def test_what_follows_source_is_of_others(self):
        self.write("lib/base/a.h", "/**\n * Adds.\n *\n * @source https://a.b/c.md, dbus.c\n * and url.h\n */\n")
        self.finds_nothing("comments.py")

    def test_ids(self):
        self.write("tests/requirements.tsv", "SP-1\tsummary\topen\n")
        self.write("lib/base/a.c", "/* SP-1 and SEC-36, UTF-8 */\n")
        self.finds("comments.py", "SEC-36 is no row of tests/requirements.tsv")
        self.assertNotIn("SP-1 ", self.run_lint("comments.py")[1])


class Names(Lints):
    def test_file_local_names_are_free(self):
        self.write("lib/base/a.c", "struct row {\n    int a;\n};\nstatic int add(void)\n{\n}\n")
        self.write("lib/base/b.c", "struct row {\n    int b;\n};\nstatic int add(void)\n{\n}\n")
        self.finds_nothing("names.py")

    def test_tags(self):
        self.write("lib/base/a.h", "enum spk_action {\n    SPK_A,\n};\n")
        self.write("server/b.h", "/* enum */\nstruct spk_action {\n    int b;\n};\n")
        self.finds("names.py", "tag spk_action: lib/base/a.h, server/b.h")

    def test_enumerators_and_macros(self):
        self.write("lib/base/a.h", "enum {\n    SPK_A = 1, SPK_B\n};\n")
        self.write("server/b.h", "#define SPK_B 2\n")
        self.finds("names.py", "constant SPK_B")

    def test_macros_with_a_prefix_are_not_file_local(self):
        self.write("lib/base/a.h", "#define SPK_B 2\n")
        self.write("server/b.c", "#define SPK_B 2\n#define ROWS 3\n")
        self.write("server/c.c", "#define ROWS 4\n")
        self.finds("names.py", "constant SPK_B: lib/base/a.h, server/b.c")
        self.assertNotIn("ROWS", self.run_lint("names.py")[1])

    def test_functions(self):
        self.write("lib/base/a.c", "int spk_add(int a,\n            int b)\n{\n    return a + b;\n}\n")
        self.write("server/b.c", "const char *\nspk_add(void)\n{\n}\n")
        self.finds("names.py", "function spk_add")

    def test_file_names_within_lib(self):
        self.write("lib/base/memory.c", "")
        self.write("lib/json/memory.c", "")
        self.write("server/memory.c", "")
        self.finds("names.py", "file name memory.c in lib: lib/base/memory.c, lib/json/memory.c")

    def test_programs_may_share_file_names(self):
        self.write("client/sparksubmitctl/main.c", "int main(void)\n{\n}\n")
        self.write("client/spark-submit/main.c", "int main(void)\n{\n}\n")
        self.finds_nothing("names.py")


class Modules(Lints):
    def setUp(self):
        super().setUp()
        self.write("lib/base/text.c", "")
        self.write("tests/unit/lib/base/test_text.c", "")
        self.write("lib/json/read.c", "")

    def table(self, row):
        self.write("tests/lint/modules.tsv", "# comment\n" + row + "\n")

    def test_a_module_without_a_test_is_found(self):
        self.write("tests/unit/lib/base/test_read.c", "")  # of another folder
        self.finds("modules.py", "lib/json/read.c has no tests/unit/lib/json/test_read.c")
        self.assertNotIn("text.c", self.run_lint("modules.py")[1])

    def test_a_row_with_a_reason_is_as_good(self):
        self.table("lib/json\tread\ttests/unit/lib/base/test_text.c\tbecause")
        self.finds_nothing("modules.py")

    def test_a_row_needs_a_reason_and_a_test_that_exists(self):
        self.table("lib/json\tread\ttests/unit/lib/base/test_text.c\t ")
        self.finds("modules.py", "modules.tsv:2: a row needs a test that exists, and a reason")
        self.table("lib/json\tread\ttests/unit/lib/base/test_gone.c\tbecause")
        self.finds("modules.py", "modules.tsv:2: a row needs a test that exists")

    def test_a_row_that_is_not_needed_is_an_error(self):
        self.table("lib/json\tread gone\ttests/unit/lib/base/test_text.c\tbecause")
        self.finds("modules.py", "there is no lib/json/gone.c any more")
        self.table("lib/base\ttext\ttests/unit/lib/base/test_text.c\tbecause")
        self.finds("modules.py", "lib/base/text.c has a test of its own", "lib/json/read.c has no")


if __name__ == "__main__":
    unittest.main()
