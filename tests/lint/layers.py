#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every #include obeys the table of layers: a folder sees only what lies below it."""

import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]

# Folder -> what its files may include besides their own folder. "sub/name" allows one header.
LAYERS = {
    "lib/base": [],
    "lib/go": ["base"],
    "lib/java": ["base"],
    "lib/json": ["base", "go", "java"],
    "lib/kubernetes": ["base", "go", "json"],
    "lib/application": ["base", "go", "json", "kubernetes"],
    "lib/spark": ["base", "go", "java", "json", "kubernetes"],
    "lib/commandline": ["base", "java", "json", "spark"],
    "lib/operator": ["base", "go", "json", "kubernetes", "application", "spark/conf",
                     "commandline/commandline"],
    "lib/deploy": ["base", "json", "kubernetes"],
    "lib/apiserver": ["base", "json"],
    "lib/translate": ["base", "go", "json", "kubernetes", "application", "spark", "commandline",
                      "operator", "deploy"],
    "lib/submit": ["base", "json", "kubernetes", "deploy", "apiserver"],
}
# System headers with one home, as a prefix of the path.
HOMES = {
    "cjson/": ["lib/json"],
    "yaml.h": ["lib/json", "lib/apiserver"],
    "curl/": ["lib/apiserver"],
    "grpc/": ["server/grpc", "server", "client"],
    "openssl/": ["lib/base", "lib/apiserver"],
    "setjmp.h": ["lib/base"],
}


def home_of(folder):
    while folder not in LAYERS and folder:
        folder = str(pathlib.PurePath(folder).parent) if "/" in folder else ""
    return folder


def allowed(folder, header):
    home = home_of(folder)
    if not home:
        return True
    first = header.split("/")[0]
    stem = header.rsplit(".", 1)[0]
    own = home.split("/")[-1]
    if first == own or "/" not in header:
        return True
    return any(header.startswith(rule + "/") or stem == rule for rule in LAYERS[home])


def violations(path):
    folder = str(path.parent.relative_to(TOP))
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        ours = re.match(r'#include "(.+)"', line)
        theirs = re.match(r"#include <(.+)>", line)
        if ours and ours.group(1).split("/")[0] not in ("google", "grpc") \
                and not ours.group(1).endswith(".pb-c.h") and not allowed(folder, ours.group(1)):
            yield "%s:%d: %s may not include %s" % (path, number, folder, ours.group(1))
        for prefix, homes in HOMES.items() if theirs else ():
            if theirs.group(1).startswith(prefix) and not any(
                    folder == home or folder.startswith(home + "/") for home in homes):
                yield "%s:%d: <%s> belongs to %s" % (path, number, theirs.group(1), homes)


def main():
    files = [path for part in ("lib", "server", "client") for path in (TOP / part).rglob("*.[ch]")]
    found = [line for path in sorted(files) for line in violations(path)]
    print("\n".join(found) or "%d files obey the layers" % len(files))
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
