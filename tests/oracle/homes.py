# SPDX-License-Identifier: Apache-2.0
"""Where the real Sparks are: SPARK_HOMES (directories, separated by colons), or the PyPI packages,
installed once into ${XDG_CACHE_HOME:-~/.cache}/sparksubmitd."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

VERSIONS = ["3.5.8", "4.0.3", "4.1.4", "4.2.1", "4.3.0"]
SKIPPED = 77


def version_of(home):
    for jar in home.glob("jars/spark-core_2.*.jar"):
        return re.sub(r"spark-core_2\.\d+-(.*)\.jar", r"\1", jar.name)
    return None


def given():
    """Homes of SPARK_HOMES by version; a directory that holds pyspark/ counts as that."""
    homes = {}
    for name in filter(None, os.environ.get("SPARK_HOMES", "").split(":")):
        for home in (pathlib.Path(name), pathlib.Path(name) / "pyspark"):
            version = version_of(home)
            if version:
                homes[version] = home
    return homes


def install(version):
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    target = cache / "sparksubmitd" / ("pyspark-" + version)
    if not version_of(target / "pyspark"):
        shutil.rmtree(target, ignore_errors=True)
        part = target.with_name(target.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-cache-dir",
                        "--target", str(part), "pyspark==" + version], check=True)
        part.rename(target)
    return target / "pyspark"


def need_java():
    """Ends the program as skipped when there is no JDK of at least 17."""
    java = shutil.which("javac", path=os.environ.get("JAVA_HOME", "") + "/bin:" + os.environ["PATH"])
    text = subprocess.run([java, "-version"], capture_output=True, text=True, check=False) if java else None
    found = re.search(r"javac (\d+)", text.stdout + text.stderr) if text else None
    if not found or int(found.group(1)) < 17:
        print("skipped: a JDK of at least 17 is needed")
        sys.exit(SKIPPED)


def find(versions):
    need_java()
    known = given()
    return {version: known.get(version) or install(version) for version in versions}
