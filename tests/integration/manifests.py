#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden manifests on a real API server: manifests.py CONTROL_PLANE BATCH

Every manifest whose captured driver pod the API server takes with fieldValidation=Strict: our objects
are taken as well, and what it stores as the driver is the same, without pod mutations and with them
(then the captured pod is changed as the real webhook changed the modelled one). A captured pod that
is refused makes ours refused. docker/examples are among those taken, and upstream's where captured. SparkApplications
read back, as JSON and as kubectl's YAML, are what the operator's own types make of them; NOT_STORED
lists those that are not stored.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "golden")]

import compare  # noqa: E402
import kube  # noqa: E402
import main_job  # noqa: E402
import requests_of  # noqa: E402
from redo import Unclear, redo  # noqa: E402

VERSION = "4.3.0"
NAMESPACES = ["manifests-%d" % number for number in range(8)]
LAST_APPLIED = ".metadata.annotations.kubectl.kubernetes.io/last-applied-configuration:"
STAND_INS = {"<app-id>": "spark-0", "<id>": "0", "<svc-id>": "0", "<conf-id>": "0", "<uuid>": "0"}
WORKER = threading.local()
STRICT = "?fieldValidation=Strict"
DRY = STRICT + "&dryRun=All"


def render(batch, requests):
    text = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([batch], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.split("\n") if line]


# ---- one manifest ----

def ids_of(items):
    pod = next(item for item in items if item["kind"] == "Pod")
    local = re.search(r"/spark-([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", json.dumps(pod))
    name = next(item["metadata"]["name"] for item in items
                if item["metadata"]["name"].startswith("spark-drv-"))
    key = name[len("spark-drv-"):-len("-conf-map")]
    return {"<app-id>": pod["metadata"]["labels"]["spark-app-selector"], "<id>": key,
            "<svc-id>": key, "<conf-id>": key, "<uuid>": local.group(1) if local else ""}


def attempt(cluster, item, query):
    """What is stored, and why not."""
    body = json.loads(json.dumps(item))
    body["metadata"]["namespace"] = WORKER.namespace
    try:
        return cluster.create(WORKER.namespace, body, query), None
    except kube.Refused as refused:
        return None, str(refused)


def causes(refusal):
    details = json.loads(refusal.partition(" ")[2]).get("details") or {}
    return sorted((cause.get("field"), cause.get("reason")) for cause in details.get("causes") or [])


def comparable(pod):
    """Spark's order of secrets is a hash table's."""
    pod = main_job.tidy(pod, False)
    pod["spec"].get("volumes", []).sort(key=lambda item: item["name"])
    for container in pod["spec"].get("initContainers", []) + pod["spec"]["containers"]:
        container.get("volumeMounts", []).sort(key=lambda item: item["mountPath"])
    return pod


def check_pod(cluster, ours, theirs):
    """Whether the captured pod is taken, and how ours differs in what is stored."""
    stored, refusal = attempt(cluster, ours, DRY)
    golden, golden_refusal = attempt(cluster, theirs, DRY)
    if golden_refusal:
        if not refusal or causes(refusal) != causes(golden_refusal):
            return False, ["refused: %s, should be: %s" % (refusal, golden_refusal)]
        return False, []
    if refusal:
        return True, ["pod refused: " + refusal]
    return True, compare.differences(comparable(stored), comparable(golden), "Pod")


def check_children(cluster, items, really):
    trouble = []
    for item in items:
        query = STRICT if really and item["kind"] != "PodGroup" else DRY
        refusal = attempt(cluster, item, query)[1]
        if refusal:
            trouble.append("%s refused: %s" % (item["kind"], refusal))
        elif query == STRICT:
            cluster.delete(item["kind"], WORKER.namespace, item["metadata"]["name"], item["apiVersion"])
    return trouble


def captured_pod(golden, capture, native):
    pod = requests_of.resolve(golden["pod"])
    if not native:
        return pod
    return redo(capture["driver_pod_in"], capture["driver_pod_mutated"], pod)


# Refused here and taken by the API server, with what the error says; name of the manifest -> pattern.
EARLY = {
    # It takes the Pod, which can never start: no ConfigMap can have that name.
    "role-config-maps-dots": r"configMaps\[2\]\.name: \"a-\.b\" is not the name of an object",
    # The webhook adds the port, and the Pod is refused then.
    "role-ports-lowercase-protocol": r"ports\[0\]\.protocol: \"tcp\" is not a protocol",
}


def check(cluster, answer, golden, capture, native):
    early = EARLY.get(golden["id"])
    if early:
        text = " ".join(compare.accepted(answer) or [])
        return False, [] if re.search(early, text) else ["should be refused for %s: %s" % (early, text)]
    if "error" in answer:
        # Some names are checked before anything is sent.
        theirs = main_job.filled(captured_pod(golden, capture, native), STAND_INS, requests_of.UID)
        return False, compare.accepted(answer) if attempt(cluster, theirs, DRY)[0] else []
    items = answer["result"]["items"]
    ours = next(item for item in items if item["kind"] == "Pod")
    theirs = main_job.filled(captured_pod(golden, capture, native), ids_of(items), requests_of.UID)
    taken, trouble = check_pod(cluster, ours, theirs)
    return taken, trouble + (check_children(cluster, items, not native) if taken else [])


def select(goldens, expected, verdicts, native):
    for name, golden in sorted(goldens.items()):
        if golden.get("exit") or (verdicts.get(("operator", name)) or ["equal"])[0] in ("skip", "refuse"):
            continue
        if native and (not expected[name].get("driver_pod_mutated") or expected[name].get("driver_pod_error")):
            continue
        yield name, golden


def check_objects(cluster, batch, runner, native):
    manifests, expected = runner.operator_inputs()
    goldens = runner.composed_goldens(VERSION)
    for known, more in zip((manifests, expected, goldens), (*runner.example_inputs(), runner.read_version("examples", VERSION))):
        known.update(more)
    chosen = list(select(goldens, expected, runner.read_verdicts(), native))
    requests = [dict(requests_of.composed(manifests[name], expected[name], VERSION), view="objects",
                     native=native) for name, _ in chosen]
    answers = render(batch, requests)
    taken, changed, failed = set(), 0, 0
    free = list(NAMESPACES)

    def take_namespace():
        WORKER.namespace = free.pop()

    with concurrent.futures.ThreadPoolExecutor(len(free), initializer=take_namespace) as pool:
        tasks = [pool.submit(check, cluster, answer, golden, expected[name], native)
                 for answer, (name, golden) in zip(answers, chosen)]
        for task, (name, golden) in zip(tasks, chosen):
            try:
                accepted, trouble = task.result()
            except Unclear:
                accepted, trouble = False, ["what the webhook did cannot be redone"]
            mutated = native and captured_pod(golden, expected[name], True) != requests_of.resolve(golden["pod"])
            taken.update([name] if accepted else [])
            failed += bool(trouble)
            changed += bool(accepted and mutated)
            for line in trouble[:6]:
                print("%s %s: %s" % (name, "native" if native else "none", line))
    print("pod mutation %s: %d manifests, %d taken by the API server (%d changed by the webhook), %d failed"
          % ("native" if native else "none", len(chosen), len(taken), changed, failed))
    absent = examples(manifests, runner, native) - taken
    for name in sorted(absent):
        print("%s: an example, not among those taken" % name)
    return failed or absent or (len(taken) < 100) or (native and changed < 50)


def examples(manifests, runner, native):
    """Those of upstream's that are applications, if they are there, and ours (not captured with mutation)."""
    names = {name for name, text in manifests.items()
             if name.startswith("upstream-example-") and "kind: ScheduledSparkApplication" not in text}
    return names if native else names | set(runner.example_inputs()[0])


# ---- SparkApplications read back ----

# What the API server does not store: the captures are of the operator's types alone, which take
# what the schema of the custom resource does not.
NOT_STORED = {
    **dict.fromkeys((
        "field-type-missing", "monitoring-missing-required", "role-config-maps-missing-path",
        "role-gpu-missing-quantity", "role-ports-missing-protocol", "role-secrets-missing-type",
        "role-sidecar-no-name", "version-missing", "yaml-driver-executor-empty-values",
        "yaml-driver-missing", "yaml-driver-null", "upstream-docs-using-sparkapplication-01",
        "upstream-docs-writing-sparkapplication-01", "upstream-docs-writing-sparkapplication-31",
    ), "Required value"),
    **dict.fromkeys(("role-env-resource-divisor", "volume-local-emptydir-size-float",
                     "yaml-env-item-null", "yaml-list-item-null"), "in body must be of type"),
    "field-type-empty": "Unsupported value",
}

# Fields of the captured operator that the schema of its release does not keep.
NEWER = re.compile(r"\.(driverPodDisruptionBudget|fileKeyRef|stopSignal): missing, ")


def rounds(expected, verdicts):
    """Cases in groups without two of one name."""
    groups = []
    for name, golden in sorted(expected.items()):
        meta = (golden.get("defaulted") or {}).get("metadata") or {}
        key = meta.get("namespace", "default"), meta.get("name")
        ours = (verdicts.get(("operator", name)) or ["equal"])[0]
        if compare.operator_refusal(golden, "application") or not key[1] or ours in ("refuse", "skip"):
            continue
        group = next((group for group in groups if key not in group), None)
        if group is None:
            group = {}
            groups.append(group)
        group[key] = name
    return groups


def yaml_items(text):
    """The items of kubectl's List, each as kubectl writes it by itself."""
    lines = text.split("\n")
    body = lines[lines.index("items:") + 1:lines.index("kind: List")]
    items = []
    for line in body:
        if line.startswith("- "):
            items.append([])
        items[-1].append(line[2:])
    return ["\n".join(item) + "\n" for item in items]


def check_round(cluster, kubectl, batch, group, manifests, expected):
    with tempfile.TemporaryDirectory() as folder:
        for name in group.values():
            pathlib.Path(folder, name + ".yaml").write_text(manifests[name], encoding="utf-8")
        done = subprocess.run([kubectl, "create", "--validate=ignore", "-f", folder], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    get = [kubectl, "get", "sparkapplications", "-A", "-o"]
    stored = json.loads(subprocess.run(get + ["json"], capture_output=True, check=True).stdout)["items"]
    texts = yaml_items(subprocess.run(get + ["yaml"], capture_output=True, text=True, check=True).stdout)
    passed, absent = 0, set(group.values())
    failed = 0
    for item, text in zip(stored, texts):
        meta = item["metadata"]
        cluster.delete("SparkApplication", meta["namespace"], meta["name"])
        name = group.get((meta["namespace"], meta["name"]))
        if not name:
            continue
        absent.discard(name)
        trouble = compare_forms(batch, expected[name], json.dumps(item, indent=4), text)
        passed, failed = passed + (not trouble), failed + bool(trouble)
        for line in trouble[:6]:
            print("%s read back: %s" % (name, line))
    failed += check_absent(absent, group.values(), done.stderr)
    return passed, failed, len(absent)


def check_absent(absent, names, errors):
    """How many are not stored, or are, against expectation."""
    wrong = 0
    for name in sorted(names):
        # kubectl names the file, but not if there is only one.
        lines = [line for line in errors.split("\n") if "/%s.yaml" % name in line]
        why = " ".join(lines) or errors
        if name in NOT_STORED and name not in absent:
            print("%s: stored, but is listed as not to be" % name)
        elif name in absent and NOT_STORED.get(name, why + "?") not in why:
            print("%s: not stored: %s" % (name, why[:600]))
        else:
            continue
        wrong += 1
    return wrong


def compare_forms(batch, golden, json_text, yaml_text):
    answers = render(batch, [requests_of.manifest_request(text, golden, "application")
                             for text in (json_text, yaml_text)])
    for answer in answers:
        if "error" in answer:
            return compare.accepted(answer)
    if json.dumps(answers[0]["result"]) != json.dumps(answers[1]["result"]):
        return ["YAML: " + line for line in
                compare.differences(answers[1]["result"], answers[0]["result"]) or ["order"]]
    trouble = compare.compare_application(answers[0], golden)
    # kubectl brings the first up to date.
    return [line for line in trouble if LAST_APPLIED not in line and (main_job.EXTRA or not NEWER.search(line))]


def check_read_back(cluster, kubectl, batch, runner):
    manifests, expected = runner.operator_inputs()
    for golden in expected.values():
        namespace = ((golden.get("defaulted") or {}).get("metadata") or {}).get("namespace")
        if namespace:
            cluster.ensure_namespace(namespace)
    passed = failed = absent = 0
    for group in rounds(expected, runner.read_verdicts()):
        counts = check_round(cluster, kubectl, batch, group, manifests, expected)
        passed, failed, absent = (a + b for a, b in zip((passed, failed, absent), counts))
    print("read back: %d passed, %d failed, %d not stored" % (passed, failed, absent))
    return failed or passed < 100


def main():
    control_plane, batch = map(os.path.abspath, sys.argv[1:3])
    if not os.path.exists(control_plane + "/kubeconfig"):
        print("skipped: there is no control plane in", control_plane)
        return 1 if os.environ.get("CI") == "true" else 77
    cluster, kubectl, runner = kube.Kube(control_plane), control_plane + "/kubectl", main_job.load_runner()
    subprocess.run([kubectl, "apply", "--server-side", "-f", str(HERE / "podgroups.yaml"), "-f",
                    str(main_job.custom_resources())], check=True, stdout=subprocess.DEVNULL)
    main_job.wait_until_served(cluster)
    for namespace in NAMESPACES:
        cluster.ensure_namespace(namespace)
    failed = [check_objects(cluster, batch, runner, native) for native in (False, True)]
    failed.append(check_read_back(cluster, kubectl, batch, runner))
    return 1 if any(failed) else 0


if __name__ == "__main__":
    sys.exit(main())
