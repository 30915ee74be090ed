#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every module of lib/ and server/ has a test of its own, or a row of modules.tsv says why not: modules.py [TOP].

The test of lib/deploy/adopt.c is tests/unit/lib/deploy/test_adopt.c."""

import pathlib
import sys

TOP = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
TABLE = "tests/lint/modules.tsv"


def modules():
    return [str(path.relative_to(TOP).with_suffix("")) for part in ("lib", "server")
            for path in sorted((TOP / part).rglob("*.c"))]


def own_test(module):
    folder, name = module.rsplit("/", 1)
    return "tests/unit/%s/test_%s.c" % (folder, name)


def rows():
    """(line, module, test, reason): one for each module that the table names."""
    path = TOP / TABLE
    for number, line in enumerate(path.read_text("utf-8").splitlines() if path.exists() else (), 1):
        if not line.startswith("#"):
            folder, names, test, reason = (line.split("\t") + [""] * 4)[:4]
            for name in names.split():
                yield number, folder + "/" + name, test, reason.strip()


def violations(known):
    told = set()
    for number, module, test, reason in rows():
        at = "%s:%d: " % (TABLE, number)
        if module not in known:
            yield at + "there is no %s.c any more: take it out of the row" % module
        elif (TOP / own_test(module)).is_file():
            yield at + "%s.c has a test of its own: take it out of the row" % module
        elif module in told:
            yield at + "%s.c has a row already" % module
        elif not reason or not (TOP / test).is_file():
            yield at + "a row needs a test that exists, and a reason: '%s', '%s'" % (test, reason)
        told.add(module)
    for module in known:
        if module not in told and not (TOP / own_test(module)).is_file():
            yield "%s.c has no %s; if another test is better, %s says which and why" % (module, own_test(module), TABLE)


def main():
    known = modules()
    found = list(violations(known))
    print("\n".join(found) or "%d modules are tested, %d of them under their own name" % (
        len(known), sum((TOP / own_test(module)).is_file() for module in known)))
    return 1 if found or not known else 0


if __name__ == "__main__":
    sys.exit(main())
