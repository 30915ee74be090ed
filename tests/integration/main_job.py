#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The main job on real input: main_job.py CONTROL_PLANE SERVER CTL LIBRARY_PROGRAM

docker/examples, and the operator's own where SPK_GOLDEN_EXTRA names captures of them, are stored as
SparkApplications on a real API server, read back, and submitted through grpcurl, sparksubmitctl and a C
program for three Spark lines. What is stored then equals what the API server stores when it is given the
objects of the real operator and the real spark-submit.
"""

import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "golden")]

import compare  # noqa: E402
import kube  # noqa: E402
import normalize  # noqa: E402

EXTRA = os.environ.get("SPK_GOLDEN_EXTRA", "").split(":")[0]
VERSIONS = ["3.5.8", "4.0.3", "4.1.4"]
SUBMISSION_ID = "5eed5eed-1234-4567-89ab-cdef01234567"
ACCOUNTS = ["default", "spark-operator-spark", "spark"]
CHILDREN = ["ConfigMap", "Service", "PersistentVolumeClaim"]
POD_GROUPS = ["scheduling.volcano.sh/v1beta1", "scheduling.x-k8s.io/v1alpha1"]
OURS = "spark-submit.internal/"


def load_runner():
    loader = importlib.machinery.SourceFileLoader("golden_run", str(HERE.parent / "golden/run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("golden_run", loader))
    loader.exec_module(module)
    return module


def custom_resources():
    """The folder of the operator's types: of the captures, else of its release."""
    if EXTRA:
        return pathlib.Path(EXTRA, "operator/upstream/crd")
    done = subprocess.run([HERE.parent / "fixtures/spark-operator", "source"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return pathlib.Path(done.stdout.strip(), "config/crd/bases")


# ---- the service and its callers ----

class Service:
    def __init__(self, program, folder, kubeconfig):
        self.socket = str(folder / "run" / "grpc.sock")
        (folder / "run").mkdir(mode=0o750)
        self.log = open(folder / "log", "wb")
        self.process = subprocess.Popen(
            [program, "--mode=standalone", "--listen=unix://" + self.socket,
             "--kubeconfig=" + kubeconfig, "--spark-user=submitter"], stderr=self.log)
        deadline = time.monotonic() + 20
        while not os.path.exists(self.socket):
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit("the server did not start: " + (folder / "log").read_text())
            time.sleep(0.02)

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=60)


def run(command, text):
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise AssertionError("%s: %s%s" % (command[0], done.stdout, done.stderr))


def faces(service, ctl, program):
    target = "unix:" + service.socket

    def grpcurl(application, version):
        request = json.dumps({"application": application, "spark_version": version})
        run([os.environ["GRPCURL"], "-plaintext", "-d", "@", "unix://" + service.socket,
             "spark.submit.v1.SubmitService/Submit"], request)

    def command_line(application, version):
        run([ctl, "submit", "--endpoint", target, "--spark-version", version, "-f", "-"],
            json.dumps(application))

    def library(application, version):
        run([program, target, version], json.dumps(application))

    return {"grpcurl": grpcurl, "sparksubmitctl": command_line, "library": library}


# ---- what is stored ----

def stored(cluster, namespace, kinds, selector):
    return [item for kind in kinds for item in cluster.list(kind, namespace, selector)]


def tidy(item, child):
    """Without what every stored object has for itself, and without the listed differences."""
    meta = dict(item["metadata"])
    for name in ("uid", "resourceVersion", "creationTimestamp", "managedFields", "namespace",
                 "generation"):
        meta.pop(name, None)
    for name in ("labels", "annotations"):
        kept = {key: value for key, value in (meta.get(name) or {}).items()
                if not key.startswith(OURS)
                and not (child and key == "sparkoperator.k8s.io/submission-id")}
        meta[name] = kept or None
    if child:
        meta.pop("ownerReferences", None)
    text = re.sub(r"kube-api-access-\w+", "kube-api-access", json.dumps(dict(item, metadata=meta)))
    result = json.loads(text)
    result.pop("apiVersion", None)
    data = result.get("data") or {}
    if "spark.properties" in data:
        data["spark.properties"] = comparable_properties(
            normalize.parse_properties(data["spark.properties"]))
    if "podspec-configmap-key" in data:
        data["podspec-configmap-key"] = compare.pruned(json.loads(data["podspec-configmap-key"]))
    return compare.pruned(result)


def comparable_properties(properties):
    """The master is the cluster's own; the template's path a file of who submits (difference 10)."""
    for name in ("spark.master", "spark.kubernetes.driver.podTemplateFile"):
        properties.pop(name, None)
    properties["spark.app.submitTime"] = "<millis>"
    return properties


# ---- what the real ones would have stored ----

def drawn(pod, config_maps):
    """The ids that stand for Spark's random ones."""
    name = next(item["metadata"]["name"] for item in config_maps
                if item["metadata"]["name"].startswith("spark-drv-"))
    key = name[len("spark-drv-"):-len("-conf-map")]
    local = next((item["value"] for item in pod["spec"]["containers"][-1]["env"]
                  if item["name"] == "SPARK_LOCAL_DIRS"), "")
    return {"<app-id>": pod["metadata"]["labels"]["spark-app-selector"], "<id>": key,
            "<svc-id>": key, "<conf-id>": key, "<driver-uid>": pod["metadata"]["uid"],
            "<uuid>": local.rpartition("spark-")[2]}


def filled(value, ids, uid):
    text = json.dumps(value)
    text = re.sub(r'("uid": |\\"uid\\": \\?)(\\?)"<uuid>', lambda m: m.group(0)[:-6] + uid, text)
    for name, drawn_id in ids.items():
        text = text.replace(name, drawn_id)
    return json.loads(text)


def reference(cluster, golden, ids, uid):
    """Creates the captured objects in a namespace of their own; what is stored, by kind and name."""
    golden = filled(golden, ids, uid)
    items = [golden["pod"], golden["service"]] + golden.get("configMaps", []) + golden.get("pvcs", [])
    result = {}
    for item in items:
        item["metadata"].pop("namespace", None)
        made = cluster.create("reference", item)
        made["kind"] = item["kind"]
        tidied = tidy(made, made["kind"] != "Pod")
        if "spark.properties" in (tidied.get("data") or {}):
            tidied["data"]["spark.properties"] = comparable_properties(dict(golden["properties"]))
        result[item["kind"], item["metadata"]["name"]] = tidied
        cluster.delete(item["kind"], "reference", item["metadata"]["name"])
    return result


# ---- one example ----

def store_example(cluster, kubectl, path):
    """Applies all documents of an example; the SparkApplication as the API server gives it."""
    done = subprocess.run([kubectl, "apply", "-f", str(path), "-o", "json"], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise AssertionError("kubectl apply: " + done.stderr)
    made = json.loads(done.stdout)
    items = made["items"] if made["kind"] == "List" else [made]
    application = next(item for item in items if item["kind"] == "SparkApplication")
    meta = application["metadata"]
    where = cluster.path("SparkApplication", meta["namespace"]) + "/" + meta["name"]
    status = {"status": {"submissionID": SUBMISSION_ID, "submissionAttempts": 1, "executionAttempts": 0,
                         "applicationState": {"state": ""}, "driverInfo": {}}}
    cluster.call("PATCH", where + "/status", status, "application/merge-patch+json")
    return cluster.call("GET", where)


def pod_groups(cluster, namespace):
    return [dict(item, apiVersion=version) for version in POD_GROUPS
            for item in cluster.list("PodGroup", namespace, api_version=version)]


def check_extra(cluster, capture, namespace, uid):
    """The objects of the controller steps: owners and all."""
    trouble = []
    for row in capture["extra_objects"]:
        if row["phase"] != "before_submit":
            continue
        item = json.loads(json.dumps(row["object"]).replace("5a7b1c2d-0001-4000-8000-00000000a001", uid))
        item.pop("status", None)
        found = cluster.get(item["kind"], namespace, item["metadata"]["name"], item["apiVersion"])
        ours = tidy(found, False)
        ours.pop("status", None)
        theirs = tidy(compare_hashed(item, found), False)
        trouble += compare.differences(ours, theirs, item["kind"])
    return trouble


def compare_hashed(item, found):
    """A captured text may stand as its hash: put our text there if the hash is the same."""
    import hashlib
    for key, text in (item.get("data") or {}).items():
        ours = (found.get("data") or {}).get(key, "")
        if text == "sha256:" + hashlib.sha256(ours.encode()).hexdigest():
            item["data"][key] = ours
    return item


def clean(cluster, namespace):
    for item in stored(cluster, namespace, ["Pod"] + CHILDREN, OURS + "attempt"):
        cluster.delete(item["kind"], namespace, item["metadata"]["name"])
    for item in cluster.list("ConfigMap", namespace, "sparkoperator.k8s.io/created-by-spark-operator"):
        cluster.delete("ConfigMap", namespace, item["metadata"]["name"])
    for item in pod_groups(cluster, namespace):
        cluster.delete("PodGroup", namespace, item["metadata"]["name"], item["apiVersion"])


def check(cluster, submit, application, version, golden, capture, references):
    namespace, uid = application["metadata"]["namespace"], application["metadata"]["uid"]
    submit(application, version)
    selector = OURS + "attempt"
    pods = stored(cluster, namespace, ["Pod"], selector)
    children = [item for item in stored(cluster, namespace, CHILDREN, selector)
                if not item["metadata"]["name"].endswith("-prom-conf")]
    if len(pods) != 1:
        return ["%d drivers" % len(pods)]
    trouble = check_extra(cluster, capture, namespace, uid)
    for child in children:
        owner = child["metadata"]["ownerReferences"]
        if [(ref["kind"], ref["uid"]) for ref in owner] != [("SparkApplication", uid)]:
            trouble.append("owner of %s: %s" % (child["metadata"]["name"], owner))
    if version not in references:
        references[version] = reference(cluster, golden, drawn(pods[0], children), uid)
    ours = {(item["kind"], item["metadata"]["name"]): tidy(item, item["kind"] != "Pod")
            for item in pods + children}
    theirs = references[version]
    trouble += ["%s %s is not stored" % key for key in set(theirs) - set(ours)]
    trouble += ["%s %s is stored" % key for key in set(ours) - set(theirs)]
    for key in set(ours) & set(theirs):
        trouble += compare.differences(ours[key], theirs[key], key[0])
    clean(cluster, namespace)
    return trouble


def check_deleted(cluster, submit, application, version):
    """An application that is gone is not submitted."""
    try:
        submit(application, version)
        trouble = ["it was submitted"]
    except AssertionError as error:
        wanted = "there is no SparkApplication '%s'" % application["metadata"]["name"]
        trouble = [] if wanted in str(error) else [str(error)]
    pods = stored(cluster, application["metadata"]["namespace"], ["Pod"], OURS + "attempt")
    return trouble + ["there is a driver"] * len(pods)


def wait_until_served(cluster):
    """Until the API server answers for the types it was just given."""
    deadline = time.monotonic() + 30
    while True:
        try:
            cluster.list("SparkApplication", "default")
            return pod_groups(cluster, "default")
        except kube.Refused:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def upstream_goldens(version):
    with open(pathlib.Path(EXTRA) / "composed/upstream" / (version + ".jsonl"), encoding="utf-8") as lines:
        return {row["id"]: row for row in map(json.loads, lines)}


def upstream_examples():
    """(path, what the operator made, what spark-submit made by version)"""
    if not EXTRA:
        return
    by_version = {version: upstream_goldens(version) for version in VERSIONS}
    folder = pathlib.Path(EXTRA) / "operator/upstream"
    for path in sorted((folder / "manifests").glob("upstream-example-*.yaml")):
        capture = json.loads((folder / "expected" / (path.stem + ".json")).read_text("utf-8"))
        if not (capture.get("validation_error") or capture.get("crd_errors")
                or capture.get("decode_error") or capture.get("scheduled_run")):
            yield path, capture, {version: rows[path.stem] for version, rows in by_version.items()}


def own_examples():
    runner = load_runner()
    captures = runner.example_inputs()[1]
    by_version = {version: runner.read_version("examples", version) for version in VERSIONS}
    for path in sorted(runner.EXAMPLES.glob("*.yaml")):
        yield path, captures[path.stem], {version: rows[path.stem] for version, rows in by_version.items()}


def main():
    control_plane, server, ctl, program = map(os.path.abspath, sys.argv[1:5])
    if not os.path.exists(control_plane + "/kubeconfig"):
        print("skipped: there is no control plane in", control_plane)
        return 1 if os.environ.get("CI") == "true" else 77
    cluster, kubectl = kube.Kube(control_plane), control_plane + "/kubectl"
    subprocess.run([kubectl, "apply", "--server-side", "-f", str(HERE / "podgroups.yaml"), "-f",
                    str(custom_resources())], check=True, stdout=subprocess.DEVNULL)
    wait_until_served(cluster)
    cluster.ensure_namespace("default", ACCOUNTS)
    cluster.ensure_namespace("reference", ACCOUNTS)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        service = Service(server, pathlib.Path(folder), control_plane + "/kubeconfig")
        try:
            for path, capture, goldens in [*own_examples(), *upstream_examples()]:
                application = store_example(cluster, kubectl, path)
                references = {}
                for version in VERSIONS:
                    for face, submit in faces(service, ctl, program).items():
                        trouble = check(cluster, submit, application, version,
                                        goldens[version], capture, references)
                        passed, failed = passed + (not trouble), failed + bool(trouble)
                        for line in trouble[:10]:
                            print("%s %s %s: %s" % (path.stem, version, face, line))
                cluster.delete("SparkApplication", application["metadata"]["namespace"],
                               application["metadata"]["name"])
                for face, submit in faces(service, ctl, program).items():
                    for line in check_deleted(cluster, submit, application, VERSIONS[0]):
                        failed += 1
                        print("%s deleted %s: %s" % (path.stem, face, line))
        finally:
            status = service.stop()
    if status:
        print("the server ended with", status)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or status or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
