#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README's quick start works as pasted: quick_start.py

The lines are run one after the other by one bash; the first that fails ends it. What they print is looked at.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]


def quick_start():
    text = (TOP / "README.md").read_text("utf-8")
    return re.search(r"^## Quick start\n+```sh\n(.*?)^```", text, re.M | re.S).group(1)


class QuickStart(unittest.TestCase):
    def test_it_works_as_pasted(self):
        with tempfile.TemporaryDirectory() as folder:
            # The one thing that is not as written: a socket that no other run of this test uses.
            script = quick_start().replace("/tmp/spark-submit", folder + "/socket")
            self.assertIn(folder, script)
            done = subprocess.run(["bash", "-e", "-o", "pipefail"], input=script, capture_output=True, text=True,
                                  cwd=TOP, timeout=900, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-4000:])
        said = done.stdout
        self.assertEqual(re.findall(r"Pod +(spark-pi\S*): (.*)", said),
                         [("spark-pi-driver", "created"), ("spark-pi-driver", "there already"),
                          ("spark-pi-python-driver", "would be created")])
        self.assertRegex(said, r"name: spark-pi-volumes-driver")
        self.assertRegex(said, r"spark-version: 4\.1\.4")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
