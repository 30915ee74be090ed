#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is every deliberate break of lib/deploy caught by the exploration?

mutants.py BUILD_DIR [--few | NAME...]: for each line of mutants.tsv, compile the broken file,
link it into protocol_explore instead of the real one, and see that it names the invariant.
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
STATES = "8000" if "--few" in sys.argv else "40000"  # of a setting, at most
LIB = HERE.parents[1] / "lib/deploy"


def read_list():
    for line in (HERE / "mutants.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            name, file, old, new, caught, *more = line.split("\t")
            yield {"name": name, "file": file, "caught": caught.split("|"), "few": "few" in more,
                   "without": [word[8:] for word in more if word.startswith("without ")],
                   "old": old.replace("\\n", "\n"), "new": new.replace("\\n", "\n")}


def run(command, build):
    return subprocess.run(command, cwd=build, capture_output=True, text=True)


def compile_command(build, file):
    """How the build compiles a file: words, without the file, its output and what writes besides."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if pathlib.Path(entry["file"]) == LIB / file:
            words = shlex.split(entry["command"])
            for option in ("-o", "-c", "-MF", "-MT"):
                if option in words:
                    at = words.index(option)
                    del words[at:at + 2]
            return [word for word in words if word != "-MD"]
    sys.exit(f"{build} does not build lib/deploy/{file}")


def link_command(build):
    """How the build links protocol_explore."""
    out = run(["ninja", "-t", "commands", "protocol_explore"], build).stdout.splitlines()[-1]
    command = re.sub(r"^: && | && :$", "", out)
    return shlex.split(command)


def make(build, mutant, folder):
    """The broken program; a text if there is none."""
    source = (LIB / mutant["file"]).read_text()
    if source.count(mutant["old"]) != 1:
        return None, f"the text is {source.count(mutant['old'])} times in {mutant['file']}"
    broken = folder / mutant["file"]
    broken.write_text(source.replace(mutant["old"], mutant["new"]))
    made = folder / "mutant.o"
    done = run(compile_command(build, mutant["file"]) + ["-c", str(broken), "-o", str(made)], build)
    if done.returncode:
        return None, done.stderr
    words = link_command(build)
    at = words.index("-o")
    program = folder / "explore"
    # Before the libraries: then the real object is not taken from them.
    done = run(words[:at] + ["-o", str(program), str(made)] + words[at + 2:], build)
    return (program, "") if done.returncode == 0 else (None, done.stderr)


def check(build, mutant):
    with tempfile.TemporaryDirectory() as name:
        program, why = make(build, mutant, pathlib.Path(name))
        if not program:
            return why
        done = run([str(program), "--until-broken", STATES, *mutant["without"]], build)
        found = re.findall(r"^(I-\d+) ", done.stdout, re.M)
        if done.returncode == 1 and found and found[0] in mutant["caught"]:
            print(f"{mutant['name']:<32} {re.findall(r'^(I-.*)$', done.stdout, re.M)[0]}", flush=True)
            return ""
        return f"found {found or 'nothing'}, status {done.returncode}: {done.stderr[-500:]}"


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    names = [word for word in sys.argv[2:] if word != "--few"]
    mutants = [mutant for mutant in read_list()
               if (not names or mutant["name"] in names) and ("--few" not in sys.argv or mutant["few"])]
    bad = 0
    for mutant in mutants:
        why = check(build, mutant)
        if why:
            bad += 1
            print(f"{mutant['name']:<32} NOT CAUGHT: {why}", flush=True)
    print(f"{len(mutants) - bad} of {len(mutants)} mutants caught")
    return 1 if bad or not mutants else 0


if __name__ == "__main__":
    os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
    sys.exit(main())
