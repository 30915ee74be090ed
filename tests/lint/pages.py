#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""lib/base/reasons.md and limits.md say what reason.h and limits.h say; pages.py --write makes them."""

import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
BASE = TOP / "lib/base"
MADE = "<!-- Made by tests/lint/pages.py --write from %s. -->\n\n"
ADVICE = {"NO": "no", "SAME_KEY": "same key", "NEW_KEY": "new key"}


def unfolded(name):
    return re.sub(r"[ \t]*\\\n[ \t]*", " ", (BASE / name).read_text("utf-8"))


def table(*rows):
    return "".join("| %s |\n" % " | ".join(row) for row in rows) + "\n"


def reasons():
    row = re.compile(r'X\((\w+), (\w+), (\w+),\s*((?:"[^"]*"\s*)+),\s*((?:"[^"]*"\s*)+)\)')
    rows = []
    for name, code, retry, *texts in row.findall(unfolded("reason.h")):
        rows.append(["`%s`" % name, code, ADVICE[retry]] + ["".join(re.findall('"([^"]*)"', text)) for text in texts])
    return ("# Reasons\n\n" + MADE % "reason.h"
            + "Why a call was refused: `ErrorInfo.reason` over gRPC, `reason` in the tools' JSON. The text of an error\n"
              "names the field, what was found and what was expected. Repeat says whether repeating the call can help:\n"
              "with the identical request and key, with a new key, or not until something changes.\n\n"
            + table(["reason", "gRPC code", "repeat", "cause", "cure"], ["---"] * 5, *rows))


def amount(text):
    text = re.sub(r"\b(\d+)(?:U|LL)\b", r"\1", text).strip()
    found = re.fullmatch(r"(?:SPK_([KM])IB)?\(?([\d\s+*<-]+)\)?", text)
    if not found:
        return text
    number = eval(found.group(2))  # digits and operators only
    return "%d %siB" % (number, found.group(1)) if found.group(1) else str(number)


def limits():
    text = unfolded("limits.h").split("#pragma once", 1)[1]
    page, rows = "# Limits\n\n" + MADE % "limits.h" + "What bounds input, memory and time, with the reason.\n\n", []
    token = re.compile(r"^/\*(.*?)\*/|^#define (SPK_\w+)[ \t]+((?:[^\n/]|/(?!\*))+?)[ \t]*(?:/\*(.*?)\*/)?[ \t]*$", re.S | re.M)
    head = ["limit", "value", "reason"], ["---"] * 3
    for comment, name, value, reason in token.findall(text):
        if name:
            rows.append(["`%s`" % name, amount(value), " ".join(re.sub(r"\n \*", " ", reason).split())])
            continue
        if rows:
            page += table(*head, *rows)
            rows = []
        page += " ".join(re.sub(r"\n \*", " ", comment).split()) + "\n\n"
    return page + (table(*head, *rows) if rows else "")


def main():
    stale = []
    for name, text in (("reasons.md", reasons()), ("limits.md", limits())):
        text = text.rstrip("\n") + "\n"
        path = BASE / name
        if sys.argv[1:] == ["--write"]:
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            stale.append("lib/base/%s is not what its header says: tests/lint/pages.py --write" % name)
    print("\n".join(stale) or "the generated pages are those of their headers")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
