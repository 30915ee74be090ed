# SPDX-License-Identifier: Apache-2.0
"""Whether an answer is what was captured: a list of differences, empty when equal, None when
the verdict says that the case is not ours to compare."""

import json

import normalize
import redo
import refusals
import requests_of

SLOTS = ["pod", "service", "configMaps", "secrets", "pvcs", "others"]
DROPPED = {"namespace", "uid", "creationTimestamp"}


def differences(ours, theirs, path=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = []
        for key in sorted(set(ours) | set(theirs)):
            if key not in ours:
                found.append("%s.%s: missing, should be %s" % (path, key, brief(theirs[key])))
            elif key not in theirs:
                found.append("%s.%s: should be absent, is %s" % (path, key, brief(ours[key])))
            else:
                found += differences(ours[key], theirs[key], path + "." + key)
        return found
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [line for index, pair in enumerate(zip(ours, theirs))
                for line in differences(*pair, "%s[%d]" % (path, index))]
    if type(ours) is type(theirs) and ours == theirs:
        return []
    return ["%s: %s, should be %s" % (path, brief(ours), brief(theirs))]


def brief(value):
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) < 300 else text[:300] + "..."


def pruned(node, parent=None, key=None):
    """Without nulls and empty members (but emptyDir: {}), which Kubernetes ignores."""
    if isinstance(node, list):
        return [pruned(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {}
    for name, value in node.items():
        value = pruned(value, node, name)
        if value is None or (value in ({}, []) and name != "emptyDir"):
            continue
        result[name] = value
    return result


def comparable(objects):
    """Masked objects in slots: order of requests dropped, sets by kind and name."""
    result = {}
    for slot in SLOTS:
        value = pruned(objects.get(slot))
        if not value:
            continue
        for item in value if isinstance(value, list) else [value]:
            for name in DROPPED & set(item.get("metadata", {})):
                del item["metadata"][name]
            for owner in item.get("metadata", {}).get("ownerReferences", []):
                owner.pop("uid", None)
        if isinstance(value, list):
            value = {"%s/%s" % (item.get("kind"), item["metadata"].get("name")): item
                     for item in value}
        result[slot] = value
    properties = dict(objects.get("properties") or {})
    if properties.get("spark.app.submitTime", "").isdigit():
        properties["spark.app.submitTime"] = "<millis>"
    result["properties"] = properties
    return result


def separate_ids(items):
    """We draw the ConfigMap's id and the prefix's as one; the masks need to tell them apart."""
    text = json.dumps(items)
    for item in items:
        name = item["metadata"].get("name") or ""
        if name.startswith("spark-drv-") and name.endswith("-conf-map"):
            text = text.replace(name, "spark-drv-fedcba9876543210-conf-map")
    return json.loads(text)


# The captures show the submission id as given: the masks must not see it.
HIDDEN_ID = "given-submission-id"


def replaced(value, old, new):
    return json.loads(json.dumps(value).replace(old, new))


def masked(request, items):
    raw = {"id": request["id"], "exit": 0, "launcherArgv": request.get("arguments", []),
           "requests": [{"method": "POST", "path": "/x", "body": item}
                        for item in separate_ids(replaced(items, requests_of.SUBMISSION_ID, HIDDEN_ID))]}
    result = replaced(normalize.normalize(raw), HIDDEN_ID, requests_of.SUBMISSION_ID)
    return requests_of.unresolve(result)


def same_service_id(value):
    text = json.dumps(value).replace("<svc-id>", "<id>")
    return json.loads(text)


def parse_templates(objects):
    """The executor template as a document: its text has no meaning beyond."""
    for item in (objects.get("configMaps") or {}).values():
        data = item.get("data", {})
        if "podspec-configmap-key" in data:
            data["podspec-configmap-key"] = pruned(json.loads(data["podspec-configmap-key"]))


def compare_objects(request, answer, golden, template_is_text, without=()):
    items = [item for item in answer["result"]["items"]
             if (item["kind"], item["metadata"].get("name")) not in without]
    ours = same_service_id(comparable(masked(request, items)))
    theirs = same_service_id(comparable(golden))
    if not template_is_text:
        parse_templates(ours)
        parse_templates(theirs)
        # A path of the machine that submitted; templates travel in the request here.
        theirs["properties"].pop("spark.kubernetes.driver.podTemplateFile", None)
    return differences(ours, theirs)


def accepted(answer):
    if "error" in answer:
        return ["refused: %(code)s %(reason)s %(field)s: %(message)s" % answer["error"]]
    return []


# ---- operator stage ----

def operator_refusal(golden, view):
    why = [golden.get("decode_error"), golden.get("crd_errors"), golden.get("validation_error")]
    if view in ("submission", "rest"):
        why.append(golden.get("submit_error"))
    return next((reason for reason in why if reason), None)


def before_submit(golden):
    return [row["object"] for row in golden.get("extra_objects") or []
            if row["phase"] == "before_submit"]


def unhash(ours, theirs):
    """A captured text may stand as sha256:<hex> of itself."""
    import hashlib
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return {key: unhash(value, theirs.get(key)) for key, value in ours.items()}
    if isinstance(theirs, list) and isinstance(ours, list) and len(ours) == len(theirs):
        return [unhash(*pair) for pair in zip(ours, theirs)]
    if isinstance(theirs, str) and theirs.startswith("sha256:") and isinstance(ours, str):
        return "sha256:" + hashlib.sha256(ours.encode()).hexdigest()
    return ours


def compare_submission(answer, golden):
    result = answer["result"]
    theirs = {"arguments": golden["argv_cli"],
              "driverPodTemplate": golden["driver_template"],
              "executorPodTemplate": golden["executor_template"],
              "extraObjects": [dict(item, status=None) for item in before_submit(golden)]}
    ours = {key: result.get(key) for key in theirs}
    ours["extraObjects"] = [dict(item, status=None)
                            for item in unhash(ours["extraObjects"], theirs["extraObjects"])]
    return differences(pruned_extra(ours), pruned_extra(theirs))


def pruned_extra(submission):
    return dict(submission, extraObjects=[pruned(item) for item in submission["extraObjects"]])


def compare_application(answer, golden):
    ours = json.loads(json.dumps(answer["result"]))
    ours.pop("status", None)
    for name in ("uid", "creationTimestamp", "resourceVersion", "generation"):
        ours.get("metadata", {}).pop(name, None)
    return differences(ours, golden["defaulted"])


def mutation(answer, golden, expected, error):
    if error:
        return refusals.mutation(answer, golden["id"], error)
    return accepted(answer) or differences(pruned(answer["result"]), pruned(expected))


def not_found(error):
    """Whether the webhook did not get as far as the pod."""
    return (error or "").startswith("failed to get SparkApplication")


DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
SPARK_EXECUTOR = "spark-kubernetes-executor"


def compare_executor_template(answer, golden):
    """Native mutation changes the executors' template as the webhook changed the modelled pod.

    What Spark makes of it later is another matter: there is no allowance for fields that it undoes.
    """
    before, after = golden["executor_pod_in"], golden["executor_pod_mutated"]
    if requests_of.role_of(before) != "executor":
        # Labels of the user's make the webhook take it for a driver, which gets an owner.
        owners = before["metadata"].get("ownerReferences")
        after = dict(after, metadata=dict(after["metadata"], ownerReferences=owners))
    try:
        expected = redo.redo(before, after, golden["executor_template"])
    except redo.Unclear:
        return ["what the webhook did to the pod cannot be done to the template"]
    containers = expected["spec"]["containers"] or []
    if len(containers) > max(1, len(golden["executor_template"]["spec"]["containers"] or [])):
        # Spark's container will be behind the sidecars: its name is told in an annotation.
        names = [item.get("name", "") for item in containers]
        name = SPARK_EXECUTOR if SPARK_EXECUTOR in names else names[0]
        annotations = {DEFAULT_CONTAINER: name, **(expected["metadata"].get("annotations") or {})}
        expected = dict(expected, metadata=dict(expected["metadata"], annotations=annotations))
    return differences(pruned(answer["result"]["executorPodTemplate"]), pruned(expected))


def executor_template(answer, golden):
    why = operator_refusal(golden, "submission")
    if why:
        return refusals.operator(answer, golden, "submission", why)
    for error in (golden.get("driver_pod_error"), golden.get("executor_pod_error")):
        if error and not not_found(error):
            return refusals.mutation(answer, golden["id"], error)
    if not golden.get("executor_pod_in") or not_found(golden.get("executor_pod_error")):
        return None
    return accepted(answer) or compare_executor_template(answer, golden)


def operator(view, golden, request, answer):
    if view == "executor-template":
        return executor_template(answer, golden)
    if view == "webhook":
        expected = golden.get("pod_mutated")
        return mutation(answer, golden, expected, None if golden["allowed"] else golden["error"])
    why = operator_refusal(golden, view)
    if why:
        return refusals.operator(answer, golden, view, why)
    if view == "application":
        return accepted(answer) or compare_application(answer, golden)
    if view == "submission":
        return accepted(answer) or compare_submission(answer, golden)
    if view == "rest":
        return accepted(answer) or differences(answer["result"], {"arguments": golden["argv_rest"]})
    role = view[:-len("-pod")]
    error = golden.get(role + "_pod_error")
    if not golden.get(role + "_pod_in") or (error or "").startswith("failed to get SparkApplication"):
        return None
    return mutation(answer, golden, golden.get(role + "_pod_mutated"), error)


# ---- all stages ----

def verdict(stage, version, golden, request, answer, expected):
    kind = expected[0] if expected else "as golden"
    if kind == "skip":
        return None
    if kind == "refuse":
        return refusals.by_verdict(answer, expected[1])
    if stage == "operator":
        return operator(version, golden, request, answer)
    if golden.get("exit"):
        return refusals.spark_submit(answer, golden)
    if stage == "spark-submit":
        return accepted(answer) or compare_objects(request, answer, golden, True)
    extra = {(item["kind"], item["metadata"]["name"])
             for item in before_submit(golden["capture"])}
    return accepted(answer) or compare_objects(request, answer, golden, False, extra)
