#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Comments name their subject first; they and pages refer to what a reader can find: comments.py [TOP]."""

import pathlib
import re
import sys

TOP = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
PARTS = ("lib", "server", "client")
COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/', re.S)
OPENING = re.compile(r"/\*+\s+(What|Who|Whoever|Of|That)\b")
SENTENCE = re.compile(r"[.!?] (What|Who|Whoever|Of|That)\b")
# Pronouns that need a noun: "ours" is the program's, the call's or the attempt's.
PRONOUN = re.compile(r"\b(ours|somebody|someone|(?:who|what|whoever|anybody|nobody) else)\b", re.I)
# A field that is true or false, and the comment behind it.
FLAG = re.compile(r"^[ \t]+(?:const )?(?:atomic_)?bool ([\w, ]+);\s*(/\*.*?\*/)", re.M | re.S)
# Words with a suffix of a file of this repository; a URL and what follows @source is another's.
PATH = re.compile(r"(?<![\w/.:<*-])((?:[\w-]+/)*[\w-]+\.(?:md|h|c|py|tsv|proto))\b(?!\.|/)")
ID = re.compile(r"\b((?:RU|SP|KC|GC|SEC|OPS|API)-\d+)\b")
FOREIGN = re.compile(r"@source.*?(?=\n\s*\*\s*\n|\n\s*\*\s*@|\*/)|https?://\S+", re.S)
# Headers of libraries and texts of others.
OTHERS = {"yaml.h", "setjmp.h", "google/protobuf/struct.proto"}


def comments_of(path):
    """(line, text) of every comment."""
    text = path.read_text("utf-8")
    for found in COMMENT.finditer(text):
        if found.group().startswith("/*"):
            yield text.count("\n", 0, found.start()) + 1, found.group()


def known_files():
    skip = {"build", ".git"}
    names = set()
    for entry in TOP.iterdir():
        if entry.name not in skip:
            names |= {str(path.relative_to(TOP)) for path in ([entry] if entry.is_file() else entry.rglob("*"))}
    return names


def known_ids():
    table = TOP / "tests/requirements.tsv"
    return set(ID.findall(table.read_text("utf-8"))) if table.exists() else set()


def exists(word, folder, files):
    homes = ("", folder + "/", "lib/", "server/", "client/")
    return word in OTHERS or any(home + word in files for home in homes) \
        or "/" not in word and any(name.endswith("/" + word) for name in files) \
        or "/" in word and any(name.endswith("/" + word) for name in files)


def flat(text):
    """A comment as one line."""
    return re.sub(r"\s*\n\s*\*? ?", " ", text)


def pronouns(name, line, text):
    for word in PRONOUN.findall(flat(text)):
        yield "%s:%d: '%s' needs a noun" % (name, line, word)


def flags(path):
    """Fields of a header whose comment does not say when they are true."""
    text = path.read_text("utf-8")
    for found in FLAG.finditer(text):
        if not re.search(r"\b(true|false)\b", found.group(2)):
            yield "%s:%d: the comment of %s says 'true if ...'" % (
                path.relative_to(TOP), text.count("\n", 0, found.start()) + 1, found.group(1))


def violations(path, files, ids):
    name = str(path.relative_to(TOP))
    for line, text in comments_of(path):
        opening = OPENING.match(text)
        if opening:
            yield "%s:%d: a comment names its subject first, not '%s'" % (name, line, opening.group(1))
        for word in SENTENCE.findall(flat(text)):
            yield "%s:%d: a sentence names its subject first, not '%s'" % (name, line, word)
        yield from pronouns(name, line, text)
        text = FOREIGN.sub("", text)
        for word in PATH.findall(text):
            if not exists(word, str(path.parent.relative_to(TOP)), files):
                yield "%s:%d: there is no %s" % (name, line, word)
        for word in ID.findall(text):
            if word not in ids:
                yield "%s:%d: %s is no row of tests/requirements.tsv" % (name, line, word)


def dead_references(page, files):
    """Paths in back quotes, and links, of a page that lead nowhere."""
    name, folder = str(page.relative_to(TOP)), str(page.parent.relative_to(TOP))
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        words = [word for word in re.findall(r"`([^`\s]+)`", line) if PATH.fullmatch(word)]
        words += [word for word in re.findall(r"\]\(([^)#]+)\)", line) if "://" not in word]
        for word in words:
            if not (page.parent / word).exists() and not exists(word, folder, files):
                yield "%s:%d: there is no %s" % (name, number, word)


def pages():
    yield from sorted(TOP.glob("*.md"))
    for part in (*PARTS, "proto", "tests"):
        yield from sorted(path for path in (TOP / part).rglob("*.md") if "vectors" not in path.parts)


def main():
    files, ids = known_files(), known_ids()
    found = [line for part in PARTS for path in sorted((TOP / part).rglob("*.[ch]"))
             for line in violations(path, files, ids)]
    found += [line for part in PARTS for path in sorted((TOP / part).rglob("*.h")) for line in flags(path)]
    found += [line for path in sorted((TOP / "tests").rglob("*.h")) for number, text in comments_of(path)
              for line in pronouns(str(path.relative_to(TOP)), number, text)]
    found += [line for page in pages() if page.name != "CHANGELOG.md" for line in dead_references(page, files)]
    print("\n".join(found) or "comments name their subject, and what they refer to exists")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
