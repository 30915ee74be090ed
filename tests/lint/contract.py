#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls with a price have few homes, and warnings are a closed list that tests produce."""

import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]

# What is called, the only files (or folders) that may, and why nobody else.
HOMES = [
    (r"fork|vfork|exec[lv]\w*|posix_spawnp?|popen|system", ["client/spark-submit/child.c"],
     "nothing forks beside the gRPC core"),
    (r"socket|connect|getaddrinfo|gethostbyname", ["server/grpc/unix_socket.c"],
     "the only connections are the API server's and the callers'"),
    (r"(?<!->)(?:open|openat|fopen|opendir|scandir|stat|lstat|readlink|access)",
     ["lib/base/file.c", "lib/base/directory.c", "lib/apiserver/config/kubeconfig.c", "server/config/settings.c", "server/grpc/unix_socket.c",
      "server/grpc/listener.c", "client/"],
     "nothing is opened that a request names"),
    (r"spk_file_read", ["lib/base/file.", "lib/apiserver/", "server/config/settings.c", "server/config/options.c", "client/"],
     "nothing is read that a request names"),
    (r"pthread_mutex_\w+|pthread_cond_\w+|sem_wait|mtx_\w+",
     ["lib/base/queue.c", "lib/base/latch.c", "lib/apiserver/memory/", "lib/apiserver/http/",
      "server/process/log_writer.c", "client/"],
     "no thread blocks on another's work"),
    (r"curl_multi_wakeup", ["lib/apiserver/http/loop.c"], "the only call of another thread"),
    (r"curl_multi_\w+|curl_global_\w+", ["lib/apiserver/http/loop.c", "lib/apiserver/http/kube.c", "lib/apiserver/http/endpoint.c"],
     "one loop drives all transfers"),
    (r"sleep|usleep|nanosleep|clock_nanosleep", ["client/"], "no thread of a server sleeps"),
    (r"umask", ["server/main.c", "server/grpc/unix_socket.c"], "it is the process's"),
    (r"getenv", ["server/main.c", "server/config/options.c", "lib/apiserver/", "client/"], "configuration has one door"),
]
# Every code that may stand in a Warning.
WARNINGS = {
    "INPUT_CHANGED", "EXECUTORS_KEEP_OLD_SUBMISSION_ID", "DRY_RUN_UNSUPPORTED", "SECRET_IN_CONFIGMAP",
    "DRY_RUN_REFUSED",
    "MOUNT_WITHOUT_VOLUME", "NAME_TRUNCATED_HOSTNAME", "DUPLICATE_KEY", "UNKNOWN_FIELD_IGNORED", "TEMPLATE_KEY_IGNORED", "KUBE_WARNING",
    "DEPRECATED_FIELD", "CONTROLLER_STEPS_ALREADY_APPLIED", "SPARK_VERSION_APPROXIMATED", "SPARK_VERSION_DIFFERS", "APPLICATION_NOT_READ",
    "EXECUTOR_FIELD_NOT_APPLIED", "CONF_FILE_SKIPPED", "CONF_KEY_IGNORED", "SERVICE_ACCOUNT_IGNORED",
    "SERVICE_NAME_SHORTENED", "TEMPLATE_CONTAINER_NOT_FOUND", "FIELD_LEFT_TO_WEBHOOK", "NOT_DONE_HERE",
}


def sources(*folders):
    for folder in folders:
        yield from sorted((TOP / folder).rglob("*.[ch]"))


def code_of(path):
    """The text without comments and literals."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
    return re.sub(r'"(\\.|[^"\\])*"', '""', text)


def strays():
    for path in sources("lib", "server", "client"):
        name, text = str(path.relative_to(TOP)), code_of(path)
        for words, homes, why in HOMES:
            found = re.search(r"(?<![\w.>])(%s)\s*\(" % words, text)
            if found and not any(name.startswith(home) for home in homes):
                yield "%s calls %s: %s" % (name, found.group(1), why)


def warnings():
    made = set()
    for path in sources("lib", "server"):
        text = path.read_text("utf-8")
        if "spk_warn" in text or "warn(turn" in text:
            constants = dict(re.findall(r'#define (\w+)\s+"([A-Z_]+)"', text))
            for arguments in re.findall(r"\b(?:spk_)?warn\(([^;]*?);", text):
                made |= set(re.findall(r'"([A-Z]+_[A-Z_]+)"', arguments))
                made |= {constants[word] for word in re.findall(r"\b[A-Z_]+\b", arguments) if word in constants}
    tests = "".join(path.read_text("utf-8") for path in (TOP / "tests").rglob("*")
                    if path.suffix in (".c", ".py") and "lint" not in path.parts)
    for code in sorted(made - WARNINGS):
        yield "warning %s is not in the list" % code
    for code in sorted(WARNINGS - made):
        yield "warning %s is never given" % code
    for code in sorted(WARNINGS):
        if '"%s"' % code not in tests and code not in tests:
            yield "warning %s: no test produces it" % code
    proto = (TOP / "proto/spark/submit/v1/submit_service.proto").read_text("utf-8")
    for code in sorted(WARNINGS):
        if code not in proto:
            yield "warning %s is not explained in submit_service.proto" % code


def main():
    trouble = [*strays(), *warnings()]
    print("\n".join(trouble))
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
