#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An unmodified Spark Operator that submits with the self-contained drop-in:
operator_run.py FOLDER SPARK_SUBMIT [--applications N]

The operator runs as in its Pod, but for the image: a root that holds nothing but the C library, itself
and the drop-in, user 185, read-only, no capabilities, the token of a service account with exactly the
rights of its chart, the chart's defaults as flags. N applications (20) are created at once. None may
fail or be tried twice; each has one driver, with its objects. When the applications are deleted, the
garbage collector removes everything. FOLDER is for a control plane of its own.
"""

import argparse
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "release")]

import bare_root  # noqa: E402
import kube  # noqa: E402

JOBS, OWN = "jobs", "spark-operator"
ACCOUNT = "spark-operator-controller"
MOUNTED = "var/run/secrets/kubernetes.io/serviceaccount"
CREATORS = 4
# values.yaml of the chart: controller.workers, uiService, workqueueRateLimiter, kubeAPIQPS.
FLAGS = ["--namespaces=" + JOBS, "--controller-threads=10", "--enable-ui-service=true", "--leader-election=false",
         "--workqueue-ratelimiter-bucket-qps=50", "--workqueue-ratelimiter-bucket-size=500",
         "--workqueue-ratelimiter-max-delay=6h", "--health-probe-bind-address=0"]


def operator(what):
    done = subprocess.run([HERE.parent / "fixtures/spark-operator", what], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout.strip()


def wait_for(what, condition, seconds):
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in %d s: %s" % (seconds, what))
        time.sleep(0.2)


# ---- the cluster ----

def rights(source):
    """The chart's rules, of its template."""
    text = (source / "charts/spark-operator-chart/templates/controller/_helpers.tpl").read_text("utf-8")
    rules = text.partition('define "spark-operator.controller.policyRules" -}}\n')[2].partition("{{- end -}}")[0]
    return re.sub(r"\{\{- if.*?\{\{- end \}\}\n", "", rules, flags=re.DOTALL)


def prepare(cluster, kubectl, source):
    for name, accounts in ((OWN, [ACCOUNT]), (JOBS, ["spark-operator-spark"])):
        cluster.ensure_namespace(name, accounts)
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: controller, namespace: %s}\nrules:\n%s" \
        % (JOBS, rights(source))
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
               "metadata": {"name": "controller", "namespace": JOBS},
               "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "controller"},
               "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": OWN}]}
    subprocess.run([kubectl, "apply", "-f", "-"], input=role + "\n---\n" + json.dumps(binding), text=True, check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run([kubectl, "apply", "--server-side", "-f", str(source / "config/crd/bases")], check=True,
                   stdout=subprocess.DEVNULL)

    def served():
        # Of kubectl's two ways to look, the operator takes either.
        groups = {group["name"] for group in cluster.call("GET", "/apis")["groups"]}
        try:
            found = cluster.call("GET", "/apis/sparkoperator.k8s.io/v1beta2")["resources"]
        except kube.Refused:
            return False
        return "sparkoperator.k8s.io" in groups and {"sparkapplications", "scheduledsparkapplications"} <= {
            item["name"] for item in found}
    wait_for("SparkApplications are served", served, 60)


def token(cluster):
    path = "/api/v1/namespaces/%s/serviceaccounts/%s/token" % (OWN, ACCOUNT)
    return cluster.call("POST", path, {"spec": {"expirationSeconds": 3600}})["status"]["token"]


# ---- the operator ----

def make_root(root, cluster, program, spark_submit):
    bare_root.make(root)
    bare_root.add_kernel(root)
    bare_root.copy_into(root, program, "usr/bin/spark-operator")
    bare_root.copy_into(root, spark_submit, "opt/spark/bin/spark-submit")
    (root / "opt/spark/RELEASE").write_text("Spark 4.0.4 (git revision 0) built for Hadoop 3.4.1\n", "ascii")
    bare_root.copy_into(root, cluster.authority, MOUNTED + "/ca.crt")
    (root / MOUNTED / "token").write_text(token(cluster), "ascii")
    (root / MOUNTED / "namespace").write_text(OWN, "ascii")


def start_operator(root, cluster, log):
    address = urllib.parse.urlsplit(cluster.server)
    started = bare_root.command(
        root, 185, "/usr/bin/spark-operator", "controller", "start", *FLAGS, SPARK_HOME="/opt/spark",
        KUBERNETES_SERVICE_HOST=address.hostname, KUBERNETES_SERVICE_PORT=str(address.port))
    return subprocess.Popen(**started, stdout=log, stderr=subprocess.STDOUT)


# ---- the applications ----

def application(number):
    role = {"cores": 1, "memory": "512m"}
    return {"apiVersion": "sparkoperator.k8s.io/v1beta2", "kind": "SparkApplication",
            "metadata": {"name": "pi-%d" % number, "namespace": JOBS},
            "spec": {"type": "Scala", "mode": "cluster", "sparkVersion": "4.0.4", "image": "docker.io/apache/spark:4.0.4",
                     "mainClass": "org.apache.spark.examples.SparkPi",
                     "mainApplicationFile": "local:///opt/spark/examples/jars/spark-examples.jar",
                     "arguments": ["5000"], "restartPolicy": {"type": "Never"},
                     "driver": {**role, "serviceAccount": "spark-operator-spark", "labels": {"version": "4.0.4"}},
                     "executor": {**role, "instances": 1}}}


def create(cluster, numbers):
    server = urllib.parse.urlsplit(cluster.server)
    connection = http.client.HTTPSConnection(server.hostname, server.port, context=cluster.context)
    headers = {"Authorization": "Bearer " + cluster.token, "Content-Type": "application/json"}
    for number in numbers:
        connection.request("POST", cluster.path("SparkApplication", JOBS), json.dumps(application(number)), headers)
        reply = connection.getresponse()
        body = reply.read()
        assert reply.status == 201, body
    connection.close()


def state_of(item):
    return item.get("status", {}).get("applicationState", {}).get("state", "")


def own_objects(cluster):
    """What the drop-in and the operator made."""
    return [item for kind in ("Pod", "ConfigMap", "Service") for item in cluster.list(kind, JOBS)
            if item["metadata"]["name"] != "kube-root-ca.crt"]


def faults(applications, objects):
    """What is not as it should be, in words."""
    for item in applications:
        name, status = item["metadata"]["name"], item.get("status", {})
        mine = [other for other in objects
                if other["metadata"]["labels"].get("sparkoperator.k8s.io/app-name") == name
                or any(owner["uid"] == item["metadata"]["uid"] for owner in other["metadata"].get("ownerReferences", []))]
        pods = [other for other in mine if other["kind"] == "Pod"]
        if state_of(item) != "SUBMITTED":
            yield "%s is %s: %s" % (name, state_of(item) or "NEW", status.get("applicationState", {}).get("errorMessage"))
        if status.get("submissionAttempts") != 1:
            yield "%s: %s submissions" % (name, status.get("submissionAttempts"))
        if len(pods) != 1:
            yield "%s has %d drivers" % (name, len(pods))
        elif pods[0]["metadata"]["labels"].get("sparkoperator.k8s.io/submission-id") != status.get("submissionID"):
            yield "%s: its driver is of another submission" % name
        elif pods[0]["spec"].get("schedulingGates"):
            yield "%s: its driver is gated" % name


def orphans(applications, objects):
    """Objects without an owner that is there; those of a driver as of an application."""
    alive = {item["metadata"]["uid"] for item in applications + objects}
    for item in objects:
        owners = item["metadata"].get("ownerReferences", [])
        if not any(owner["uid"] in alive for owner in owners):
            yield "%s %s belongs to nothing" % (item["kind"], item["metadata"]["name"])


def run(cluster, count, process):
    start = time.monotonic()
    threads = [threading.Thread(target=create, args=(cluster, range(part, count, CREATORS))) for part in range(CREATORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    def settled():
        assert process.poll() is None, "the operator ended"
        items = cluster.list("SparkApplication", JOBS)
        return items if len(items) == count and all(map(state_of, items)) else None
    applications = wait_for("each application has a state", settled, 60 + count)
    seconds = time.monotonic() - start
    objects = own_objects(cluster)
    found = list(faults(applications, objects)) + list(orphans(applications, objects))
    kinds = [item["kind"] for item in objects]
    print("%d applications in %.1f s: %d drivers, %d ConfigMaps, %d Services, %d faults" % (
        count, seconds, kinds.count("Pod"), kinds.count("ConfigMap"), kinds.count("Service"), len(found)), flush=True)
    return found + ([] if kinds.count("Pod") == count else ["%d drivers" % kinds.count("Pod")])


def check_collected(cluster, count):
    cluster.call("DELETE", cluster.path("SparkApplication", JOBS))
    wait_for("everything is collected", lambda: not own_objects(cluster), 60 + 2 * count)
    print("all of it was collected")


def with_control_plane(folder, work, options):
    cluster = kube.Kube(folder)
    program, source = operator("program"), pathlib.Path(operator("source"))
    prepare(cluster, folder + "/kubectl", source)
    root = work / "root"
    root.mkdir()
    make_root(root, cluster, program, options.spark_submit)
    with open(work / "log", "w+", encoding="utf-8") as log:
        process = start_operator(root, cluster, log)
        try:
            found = run(cluster, options.applications, process)
            if not found:
                check_collected(cluster, options.applications)
        except AssertionError as error:
            found = [str(error)]
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        log.seek(0)
        errors = [line for line in log if "ERROR" in line]
    for line in errors[:5] + found[:20] if found else []:
        print(line[:1000])
    return 1 if found else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("spark_submit")
    parser.add_argument("--applications", type=int, default=20)
    options = parser.parse_args()
    if not bare_root.may_enter():
        print("skipped: needs root for a mount namespace and another user")
        return 1 if os.environ.get("CI") == "true" else 77
    operator("program")
    plane, folder = str(HERE.parent / "fixtures/control-plane"), os.path.abspath(options.folder)
    started = subprocess.run([plane, "start", folder, "--controller-manager"], check=False).returncode
    if started:
        return started
    try:
        with tempfile.TemporaryDirectory() as work:
            os.chmod(work, 0o755)
            return with_control_plane(folder, pathlib.Path(work), options)
    finally:
        subprocess.run([plane, "stop", folder], check=True)


if __name__ == "__main__":
    sys.exit(main())
