# SPDX-License-Identifier: Apache-2.0
"""What golden_batch is asked for a case: one dict per rendering."""

import json

FIXED = {
    "{{API}}": "http://127.0.0.1:17001",
    "{{API_TLS}}": "https://127.0.0.1:17002",
    "{{API_HOST}}": "127.0.0.1:17001",
    "{{API_TLS_HOST}}": "127.0.0.1:17002",
    "{{DIR}}": "/golden-case-directory",
    "{{SPARK_HOME}}": "/golden-spark-home",
}
UID = "5a7b1c2d-0001-4000-8000-00000000a001"
SUBMISSION_ID = "5eed5eed-1234-4567-89ab-cdef01234567"
OPERATOR_VIEWS = ["application", "submission", "rest", "driver-pod", "executor-pod", "executor-template"]


def resolve(value):
    if isinstance(value, str):
        for name, text in FIXED.items():
            value = value.replace(name, text)
        return value
    if isinstance(value, list):
        return [resolve(item) for item in value]
    if isinstance(value, dict):
        return {resolve(key): resolve(item) for key, item in value.items()}
    return value


def unresolve(value):
    """Puts the placeholders back; the longest text first, as one may contain another."""
    if isinstance(value, str):
        for name, text in sorted(FIXED.items(), key=lambda item: -len(item[1])):
            value = value.replace(text, name)
        return value
    if isinstance(value, list):
        return [unresolve(item) for item in value]
    if isinstance(value, dict):
        return {unresolve(key): unresolve(item) for key, item in value.items()}
    return value


def command(case, version):
    env = {"SPARK_HOME": "{{SPARK_HOME}}", "SPARK_CONF_DIR": "{{DIR}}/conf",
           "SPARK_USER": "submitter", "HADOOP_USER_NAME": "hadoop-user",
           "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_SCALA_VERSION": "2.13"}
    env.update(case.get("env") or {})
    env = {name: value for name, value in env.items() if value is not None}
    files = {"{{DIR}}/" + path: text for path, text in (case.get("files") or {}).items()}
    return resolve({"id": case["id"], "arguments": case["argv"], "env": env, "files": files,
                    "user": "hadoop-user", "cwd": "{{DIR}}", "spark_version": version,
                    "view": "plain"})


def manifest_request(manifest, golden, view):
    given = golden.get("operator_options") or {}
    host = given.get("kubernetes_service_host", "10.96.0.1")
    if ":" in host and not host.startswith("["):
        host = "[%s]" % host
    port = given.get("kubernetes_service_port", "443")
    known = dict(given, master="k8s://https://%s:%s" % (host, port) if host else "")
    if isinstance(known.get("kube_scheduler_names"), list):
        known["kube_scheduler_names"] = ",".join(known["kube_scheduler_names"])
    return {"id": golden["id"], "manifest": manifest, "view": view, "operator_options": known,
            "uid": UID, "submission_id": SUBMISSION_ID, "warn_unknown": bool(golden.get("pruned_fields"))}


def operator(manifest, golden, view):
    request = manifest_request(manifest, golden, view)
    if view.endswith("-pod"):
        role = view[:-len("-pod")]
        pod = golden.get(role + "_pod_in") or {}
        request.update(view="mutation", role=role_of(pod) or role, pod=pod)
    if view == "executor-template":
        owned = dict(request["operator_options"], executor_owner_reference=True)  # as this operator does
        request.update(view="submission", native=True, operator_options=owned)
    return request


def role_of(pod):
    return ((pod.get("metadata") or {}).get("labels") or {}).get("spark-role")


def webhook(golden):
    return {"id": golden["id"], "manifest": json.dumps(golden["manifest"]), "view": "mutation",
            "operator_options": {}, "uid": UID, "submission_id": SUBMISSION_ID,
            "pod": golden["pod_in"], "role": role_of(golden["pod_in"]) or "",
            "passes": golden["passes"] or 1}


def composed(manifest, capture, version):
    request = manifest_request(manifest, capture, "plain")
    request.update(spark_version=version, user="hadoop-user", env={"SPARK_USER": "submitter"})
    return request
