# SPDX-License-Identifier: Apache-2.0
"""The real spark-submit on many cases, and golden_batch on the same."""

import importlib.machinery
import importlib.util
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent / "golden"
sys.path.insert(0, str(GOLDEN))

import normalize  # noqa: E402
import requests_of  # noqa: E402



def load_golden_run():
    loader = importlib.machinery.SourceFileLoader("golden_run", str(GOLDEN / "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


BATCH = HERE.parent.parent / "build/dev/tests/golden/golden_batch"


def lines_of(command, rows):
    """What a program answers to rows, one JSON document per line each way."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    done = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, check=False)
    answers = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    if done.returncode or len(answers) != len(rows):
        sys.exit("%s: status %d, %d answers to %d rows"
                 % (command[0], done.returncode, len(answers), len(rows)))
    return answers


def captures(home, cases, *options):
    return lines_of([str(HERE / "run"), str(home), *options], cases)


def captures_of_objects(home, rows):
    return captures(home, rows, "--executor") if rows else []


def goldens(home, cases, *options):
    return [normalize.normalize(raw) for raw in captures(home, cases, *options)]


def ours(batch, cases, version):
    """(request, answer) of every case."""
    requests = [requests_of.command(case, version) for case in cases]
    return list(zip(requests, lines_of([str(batch)], requests)))
