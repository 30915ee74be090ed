#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Broken manifests are judged as by an API server with the operator's CRD and the operator's webhooks:

    broken_manifests.py GOLDEN_BATCH [COUNT [SEED]]

break_manifests.go, built inside the operator's own module, breaks the golden manifests at random (keys
misspelt, added, given twice or merged, values of other types or by anchors, parts in the wrong place) and
asks the real code.
Every field that strict validation does not know is named; what schema or webhook refuse is refused at
that field; what they take is taken. EXPLAINED lists the rest.
"""

import collections
import hashlib
import json
import lzma
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
CRD = "config/crd/bases/sparkoperator.k8s.io_sparkapplications.yaml"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "sparksubmitd"

# What is refused here although the reference takes it: text, reason.
EXPLAINED = [
    (r"client mode runs the driver where spark-submit runs: use cluster", "there is no JVM to run it in"),
    (r"the application is suspended: .*", "the operator would not submit it"),
    (r"a key must not hold '='.*", "spark-submit would make another key of it, past the webhook's list"),
]


def judge():
    """The program that breaks and judges, and the CRD; exits with 77 where it cannot be built."""
    found = subprocess.run([TESTS / "fixtures/spark-operator", "source"], stdout=subprocess.PIPE, check=False)
    if found.returncode:
        sys.exit(found.returncode)
    source = pathlib.Path(found.stdout.decode().strip())
    code = HERE / "break_manifests.go"
    program = CACHE / ("break-manifests-" + hashlib.sha256(code.read_bytes()).hexdigest()[:16])
    if not program.exists():
        work = CACHE / (program.name + ".work")
        work.mkdir(parents=True, exist_ok=True)
        (work / "go.mod").write_bytes((source / "go.mod").read_bytes())
        (work / "go.sum").write_bytes((source / "go.sum").read_bytes())
        place = source / "cmd/break-manifests/main.go"
        (work / "overlay.json").write_text(json.dumps({"Replace": {str(place): str(code)}}), "utf-8")
        subprocess.run(["go", "build", "-mod=mod", "-modfile=%s/go.mod" % work, "-overlay=%s/overlay.json" % work,
                        "-o", str(work / "program"), "./cmd/break-manifests"], cwd=source, check=True)
        (work / "program").rename(program)
    return program, source / CRD


def cases(count, seed):
    program, crd = judge()
    with lzma.open(TESTS / "golden/data/operator/manifests.jsonl.xz", "rt", encoding="utf-8") as lines:
        manifests = "".join(json.dumps(json.loads(line)["manifest"]) + "\n" for line in lines)
    done = subprocess.run([program, crd, str(seed), str(count)], input=manifests, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, encoding="utf-8", check=True)
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def answers(batch, broken):
    requests = "".join(json.dumps({
        "id": case["id"], "manifest": case["text"], "view": "application", "operator_options": {}}) + "\n"
        for case in broken)
    done = subprocess.run([batch], input=requests, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def dotted(field):
    """Keys of maps as the API server writes them: envSecretKeyRefs[A] is envSecretKeyRefs.A."""
    return re.sub(r"\[([^\]0-9][^\]]*)\]", r".\1", field)


def is_below(field, above):
    return any(field.startswith(place + end) for place in above if place for end in ".[")


def verdict(case, error):
    """(kind, None if it is as it must be, else what is wrong)."""
    if not error:
        refused = case["unknown"] + case["invalid"] + [case["refusal"]] * bool(case["refusal"])
        return "taken", "the reference refuses: %s" % refused if refused else None
    found = [error] + error.get("violations", [])
    named = {dotted(one.get("field", "")) for one in found}
    if case["unknown"]:
        missing = [field for field in case["unknown"] if field not in named and not is_below(field, case["invalid"])]
        return "unknown", "not named: %s; named: %s" % (missing, sorted(named)) if missing else None
    if case["invalid"]:
        near = [field for field in case["invalid"] for name in named
                if not field or field == name or is_below(field, [name]) or is_below(name, [field])]
        return "invalid", None if near else "at %s, not at %s: %s" % (sorted(named), case["invalid"], error)
    if case["refusal"]:
        same = case["refusal"] in error["message"]
        return "refused", None if same else "%r instead of %r" % (error["message"], case["refusal"])
    explained = any(re.fullmatch(text, error["message"]) for text, _ in EXPLAINED)
    return "explained", None if explained else "refused, though the reference takes it: %s" % error


def main():
    batch, count, seed = sys.argv[1], *map(int, (sys.argv[2:] + ["10000", "1"][len(sys.argv) - 2:])[:2])
    broken = cases(count, seed)
    kinds, wrong = collections.Counter(), []
    for case, answer in zip(broken, answers(batch, broken), strict=True):
        kind, trouble = verdict(case, answer.get("error"))
        kinds[kind] += 1
        if trouble:
            wrong.append("%s: %s\n    %s" % (case["id"], trouble, case["text"].replace("\n", "\n    ")))
    print("seed %d: %s" % (seed, ", ".join("%d %s" % (n, kind) for kind, n in sorted(kinds.items()))))
    print("\n".join(wrong[:10]))
    print("%d passed, %d failed" % (len(broken) - len(wrong), len(wrong)))
    return 1 if wrong or not broken else 0


if __name__ == "__main__":
    sys.exit(main())
