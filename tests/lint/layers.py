#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every #include obeys the table of layers: layers.py [TOP]. A folder without a row is an error."""

import pathlib
import re
import sys

TOP = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])

# Folder -> which folders (with those below them) and headers its files may include besides its own. "proto":
# generated messages. Every folder has its own row; rows of folders that are still to come wait for them.
BELOW_SPARK = ["lib/base", "lib/go", "lib/java", "lib/json", "lib/kubernetes"]
OPERATOR = ["lib/base", "lib/go", "lib/json", "lib/kubernetes", "lib/application", "lib/spark/conf",
            "lib/commandline/commandline.h", "lib/operator"]
REQUESTS = ["lib/apiserver/api.h", "lib/apiserver/header.h", "lib/apiserver/impersonation.h"]
GRPC = ["lib/base", "lib/json", "server/service", "server/tenant", "server/config", "server/process", "proto"]
PROGRAM = ["lib", "client/sparksubmit", "client/local"]
LAYERS = {
    "lib/base": [],
    "lib/go": ["lib/base"],
    "lib/java": ["lib/base"],
    "lib/json": ["lib/base", "lib/go", "lib/java"],
    "lib/kubernetes": ["lib/base", "lib/go", "lib/java", "lib/json", "lib/kubernetes"],
    "lib/kubernetes/schema": ["lib/base", "lib/go", "lib/java", "lib/json", "lib/kubernetes"],
    "lib/application": ["lib/base", "lib/go", "lib/json", "lib/kubernetes", "proto"],
    "lib/spark": BELOW_SPARK + ["lib/spark"],
    "lib/spark/conf": BELOW_SPARK,
    "lib/spark/driver": BELOW_SPARK + ["lib/spark"],
    "lib/commandline": BELOW_SPARK + ["lib/spark"],
    "lib/operator": OPERATOR,
    "lib/operator/controller": OPERATOR,
    "lib/operator/webhook": OPERATOR,
    "lib/translate": BELOW_SPARK + ["lib/application", "lib/spark", "lib/commandline", "lib/operator", "lib/deploy"],
    "lib/deploy": ["lib/base", "lib/json", "lib/kubernetes"],
    "lib/driver": ["lib/base", "lib/json", "lib/kubernetes"],
    "lib/apiserver": ["lib/base", "lib/json"],
    "lib/apiserver/config": ["lib/base", "lib/json"] + REQUESTS[1:],
    "lib/apiserver/http": ["lib/base", "lib/json", "lib/apiserver/config"] + REQUESTS,
    "lib/apiserver/memory": ["lib/base", "lib/json"] + REQUESTS,
    "lib/submit": ["lib/base", "lib/json", "lib/kubernetes", "lib/deploy", "lib/driver", "lib/apiserver", "lib/translate"],
    "server": ["lib", "server", "proto"],
    "server/config": ["lib/base", "lib/json", "lib/apiserver/config", "lib/translate", "server/process/log.h"],
    "server/process": ["lib", "server/config", "server/service", "server/grpc/listener.h"],
    "server/net": ["lib/base", "server/config", "server/process"],
    "server/service": ["lib", "server/service"],
    "server/tenant": ["lib", "server/service"],
    "server/grpc": GRPC + ["server/grpc"],
    "server/grpc/codec": ["lib/base", "lib/json", "lib/application", "proto"],
    "server/http": ["lib/base", "lib/json", "server/service", "server/tenant", "server/config", "server/process"],
    "client/sparksubmit": [],
    "client/library": ["lib/base", "lib/json", "lib/translate", "client/sparksubmit", "proto"],
    "client/local": ["lib/base", "lib/apiserver", "lib/spark", "lib/commandline", "lib/translate", "client/sparksubmit"],
    "client/sparksubmitctl": PROGRAM + ["client/library", "proto"],
    "client/spark-submit": PROGRAM,
    "client/plugin": PROGRAM,
    "client/bundle": ["client/spark-submit", "lib/base"],
}
# System headers with one home, as a prefix of the path.
HOMES = {
    "cjson/": ["lib/json"],
    "yaml.h": ["lib/json"],
    "curl/": ["lib/apiserver"],
    "grpc/": ["server/grpc", "client/library", "client/sparksubmit"],
    "microhttpd.h": ["server/http"],
    "protobuf-c/": ["lib/application", "server/grpc", "client/library", "client/sparksubmitctl"],
    "openssl/": ["lib/base", "lib/apiserver"],
    "setjmp.h": ["lib/base"],
    "sys/random.h": ["lib/base"],
}
PARTS = ("lib", "server", "client")
# Where the build looks for a header besides the file's own folder.
SEARCHED = ("lib", "server", "client", "client/library")


def resolve(path, header):
    """The header's path in the repository, "proto/..." if it is generated, else None."""
    if header.endswith(".pb-c.h"):
        return "proto/" + header
    for base in (path.parent, *(TOP / folder for folder in SEARCHED)):
        if (base / header).is_file():
            return str((base / header).resolve().relative_to(TOP.resolve()))
    return None


def covers(rule, header):
    return header == rule or header.startswith(rule + "/")


def violations(path):
    folder = str(path.parent.relative_to(TOP))
    if folder not in LAYERS:
        yield "%s: the folder %s has no row in tests/lint/layers.py" % (path, folder)
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        quoted = re.match(r'\s*#\s*include\s*"(.+)"', line)
        system = re.match(r"\s*#\s*include\s*<(.+)>", line)
        if quoted:
            header = resolve(path, quoted.group(1))
            if header is None:
                yield "%s:%d: %s is not in the repository" % (path, number, quoted.group(1))
            elif str(pathlib.PurePath(header).parent) != folder \
                    and not any(covers(rule, header) for rule in LAYERS[folder]):
                yield "%s:%d: %s may not include %s" % (path, number, folder, header)
        for prefix, homes in HOMES.items() if system else ():
            if system.group(1).startswith(prefix) and not any(covers(home, folder) for home in homes):
                yield "%s:%d: <%s> belongs to %s" % (path, number, system.group(1), homes)


def layer_of(name):
    return "/".join(name.split("/")[:2])


def circles():
    """Layers of lib that the table lets include each other, in whatever number of steps."""
    above = {}
    for folder, rules in LAYERS.items():
        above.setdefault(layer_of(folder), set()).update(
            layer_of(rule) for rule in rules if rule.startswith("lib/") and layer_of(rule) != layer_of(folder))
    while above:
        free = [layer for layer, uses in above.items() if not uses & set(above)]
        if not free:
            yield "the table has a circle among %s" % ", ".join(sorted(above))
            return
        for layer in free:
            del above[layer]


def main():
    files = sorted(path for part in PARTS for path in (TOP / part).rglob("*.[ch]"))
    roots = ["%s: nothing but folders lies here" % path for path in files if str(path.parent.relative_to(TOP)) in
             ("lib", "client")]
    found = roots + [line for path in files for line in violations(path)] + list(circles())
    print("\n".join(found) or "%d files obey the layers" % len(files))
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
