#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A name exists once in the whole program: names.py [TOP]. Tags, enumerators and macros of headers, functions
with external linkage; base names of files within lib, within server and within each folder of client."""

import collections
import pathlib
import re
import sys

TOP = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
PARTS = ("lib", "server", "client")
# Functions with two bodies of which the build takes one.
CHOSEN = {"client/bundle/remote_absent.c"}
TAG = re.compile(r"^(?:typedef )?(struct|enum|union) (\w+)\s*\{", re.M)
ENUMERATION = re.compile(r"\benum(?: \w+)?\s*\{([^}]*)\}")
MACRO = re.compile(r"^#define (\w+)", re.M)
# The head of a function's body stands at the start of a line; its signature may take several.
FUNCTION = re.compile(r"^(?!static\b|struct \w+ \{|enum\b|union\b|typedef\b)[A-Za-z_][^;{}#=]*?\b(\w+)\([^;{}]*\)\s*\n\{", re.M)


def code_of(path):
    """The text without comments and literals."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', text)


def names_of(path):
    """Every (kind, name) that other files can see."""
    text = code_of(path)
    is_header = path.suffix == ".h"
    for kind, name in TAG.findall(text):
        if is_header or name.startswith(("spk_", "sparksubmit_")):
            yield "tag", name
    for name in MACRO.findall(text):
        if is_header and name != "X" or name.startswith(("SPK_", "SPARKSUBMIT_")):
            yield "constant", name
    if is_header:
        for body in ENUMERATION.findall(text):
            for word in re.sub(r"#.*", "", body).split(","):
                name = re.match(r"\s*([A-Z]\w*)\s*(?:=|$)", word)
                if name:
                    yield "constant", name.group(1)
    elif str(path.relative_to(TOP)) not in CHOSEN:
        for name in FUNCTION.findall(text):
            if name != "main":
                yield "function", name


def twice(places):
    for name, where in sorted(places.items()):
        if len(set(where)) > 1:
            yield "%s: %s" % (name, ", ".join(sorted(set(where))))


def names():
    places = collections.defaultdict(list)
    for part in PARTS:
        for path in sorted((TOP / part).rglob("*.[ch]")):
            for kind, name in names_of(path):
                places["%s %s" % (kind, name)].append(str(path.relative_to(TOP)))
    return twice(places)


def program_of(path):
    parts = path.relative_to(TOP).parts
    return "/".join(parts[:2]) if parts[0] == "client" else parts[0]


def files():
    places = collections.defaultdict(list)
    for part in PARTS:
        for path in sorted((TOP / part).rglob("*.[ch]")):
            places["file name %s in %s" % (path.name, program_of(path))].append(str(path.relative_to(TOP)))
    return twice(places)


def main():
    found = [*names(), *files()]
    print("\n".join(found) or "every name exists once")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
