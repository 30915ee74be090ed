# SPDX-License-Identifier: Apache-2.0
"""Random pod templates, written as YAML text so that every odd spelling of a scalar can occur."""

import json

STRINGS = ["plain", "two words", "'single'", '"double"', '"esc\\n\\u00e9"', "'it''s'", "yes", "no", "on",
           "off", "true", "True", "1", "0x1F", "010", "1_000", "1.50", "1e3", "1.0", "-0", "null", "~",
           "2020-01-01", "12:30:45", "''", '""', ".inf", ".5", "5.", "12345678901234567890", "a",
           "ü", "'#'", "a#b", "'{{APP_ID}}'", "$(X)", "-1", "1e-5", "0o17", "=", "'- x'", "x  y", "y", "n",
           "http://h:1/x", "\"\\x41\"", "'a: b'", "9007199254740993", "+1", ".NaN", "0.1", "100000000.0",
           "1e21", "123456789.125", "TRUE", "0b11", "1e+3", "-1.5E-7"]
BAD_STRINGS = ["[a]", "{a: b}", "[]", "{}"]
INTEGERS = ["1", "5", "0", "'8080'", "30", "600", "100"]
ODD_INTEGERS = ["abc", "5.5", "1.0", "'5.5'", "true", "null", "''", "010", "0644", "-1", "1e3", "0x10",
                "2147483648", "~", "1_000"]
BOOLEANS = ["true", "false", "'true'", "'false'"]
ODD_BOOLEANS = ["yes", "'True'", "1", "0", "null", "''", "TRUE", "abc", "~", "1.5"]
QUANTITIES = ["1", "500m", "1Gi", "0.5", "'2'", "1.5", "100Ki", "1e3", "1e9", "2G", "0", "1.50", "'1e3'", "1M"]
ODD_QUANTITIES = ["1.5e3M", "2e2m", "1e3Ki", "M", "Ki", "e3", "1Mi5", "{amount: 1, format: Mi}",
                  "{amount: null}", "''", "abc", "null", "true", "1 Gi", "-1", "~", "[1]"]

S, I, B, Q = "string", "integer", "boolean", "quantity"


class Map(dict):
    """Keys from KEYS, values of one kind."""


KEYS = ["app", "team", "'quoted'", "example.com/x", "yes", "1", "a.b", "Z", "spark-role", "1.5", "~"]

ENV = {"name": S, "value": S}
MOUNT = {"name": S, "mountPath": S, "readOnly": B, "subPath": S}
PROBE = {"httpGet": {"path": S, "port": I}, "periodSeconds": I, "initialDelaySeconds": I}
CAPABILITIES = {"add": [S], "drop": [S]}
SECURITY = {"runAsUser": I, "runAsNonRoot": B, "capabilities": CAPABILITIES, "privileged": B,
            "allowPrivilegeEscalation": B, "seccompProfile": {"type": S}}
RESOURCES = {"requests": {"cpu": Q, "memory": Q, "x.io/gpu": Q}, "limits": {"cpu": Q, "memory": Q}}
PORT = {"containerPort": I, "name": S, "protocol": S, "hostPort": I}
CONTAINER = {"name": S, "image": S, "command": [S], "args": [S], "env": [ENV], "resources": RESOURCES,
             "volumeMounts": [MOUNT], "ports": [PORT], "securityContext": SECURITY, "livenessProbe": PROBE,
             "readinessProbe": PROBE, "imagePullPolicy": S, "workingDir": S, "tty": B, "unknownOne": S,
             "envFrom": [{"prefix": S, "configMapRef": {"name": S, "optional": B}}],
             "lifecycle": {"preStop": {"exec": {"command": [S]}}}, "stdin": B}
EXPRESSION = {"key": S, "operator": S, "values": [S]}
TERM = {"labelSelector": {"matchLabels": Map(of=S), "matchExpressions": [EXPRESSION]}, "topologyKey": S,
        "namespaces": [S]}
AFFINITY = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
                             {"nodeSelectorTerms": [{"matchExpressions": [EXPRESSION]}]}},
            "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution":
                                [{"weight": I, "podAffinityTerm": TERM}]}}
VOLUME = {"name": S, "emptyDir": {"sizeLimit": Q, "medium": S}, "configMap": {"name": S, "defaultMode": I,
          "items": [{"key": S, "path": S, "mode": I}], "optional": B}, "hostPath": {"path": S, "type": S},
          "secret": {"secretName": S, "defaultMode": I}, "unknownVolume": {"a": S}}
# What operators of other releases, and others than they, put into templates.
OTHERS = {"schedulingGates": [{"name": S}], "schedulingGroup": {"podGroupName": S}}
OWNER = """{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplication","name":"app",
"uid":"5a7b1c2d-0001-4000-8000-00000000a001"}"""
SPEC = {**OTHERS, "containers": [CONTAINER], "initContainers": [CONTAINER], "volumes": [VOLUME], "affinity": AFFINITY,
        "tolerations": [{"key": S, "operator": S, "value": S, "effect": S, "tolerationSeconds": I}],
        "nodeSelector": Map(of=S), "priorityClassName": S, "priority": I, "hostNetwork": B,
        "securityContext": {"runAsUser": I, "fsGroup": I, "sysctls": [{"name": S, "value": S}],
                            "supplementalGroups": [I]},
        "serviceAccountName": S, "serviceAccount": S, "schedulerName": S, "restartPolicy": S, "dnsPolicy": S,
        "dnsConfig": {"nameservers": [S], "options": [{"name": S, "value": S}]},
        "hostAliases": [{"ip": S, "hostnames": [S]}], "imagePullSecrets": [{"name": S}],
        "terminationGracePeriodSeconds": I, "activeDeadlineSeconds": I, "overhead": Map(of=Q),
        "shareProcessNamespace": B, "enableServiceLinks": B, "runtimeClassName": S, "hostname": S,
        "topologySpreadConstraints": [{"maxSkew": I, "topologyKey": S, "whenUnsatisfiable": S}],
        "unknownField": {"a": S, "b": [S]}, "automountServiceAccountToken": B}
METADATA = {"name": S, "namespace": S, "labels": Map(of=S), "annotations": Map(of=S), "finalizers": [S],
            "generateName": S, "ownerReferences": [{"apiVersion": S, "kind": S, "name": S, "uid": S,
                                                    "controller": B}]}

POD_GROUP = {"metadata": METADATA, "newer": {"a": S, "b": [I]},
             "spec": {"minMember": I, "minTaskMember": Map(of=I), "queue": S, "priorityClassName": S,
                      "minResources": Map(of=Q), "networkTopology": {"mode": S, "highestTierAllowed": I}},
             "status": {"phase": S, "running": I, "conditions": [{"type": S, "status": S, "transitionID": S}]}}


def scalar(dice, kind, odd):
    pools = {S: (STRINGS, BAD_STRINGS), I: (INTEGERS, ODD_INTEGERS), B: (BOOLEANS, ODD_BOOLEANS),
             Q: (QUANTITIES, ODD_QUANTITIES)}
    good, bad = pools[kind]
    return dice.choice(bad if dice.random() < odd else good)


def node(dice, kind, odd, depth=0):
    """A tree of dicts, lists and scalar texts."""
    if isinstance(kind, str):
        return scalar(dice, kind, odd)
    if isinstance(kind, Map):
        return {key: scalar(dice, kind["of"], odd) for key in dice.sample(KEYS, dice.randint(0, 3))}
    if isinstance(kind, list):
        return ["null" if dice.random() < odd else node(dice, kind[0], odd, depth + 1)
                for _ in range(dice.randint(0 if depth else 1, 2))]
    share = min(0.6, 3.5 / len(kind))
    return {key: node(dice, of, odd, depth + 1) for key, of in kind.items() if dice.random() < share}


def flow(tree):
    if isinstance(tree, dict):
        return "{" + ", ".join("%s: %s" % (key, flow(value)) for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(flow(item) for item in tree) + "]"
    return tree


def block(dice, tree, indent=0):
    pad = " " * indent
    if not tree or isinstance(tree, str):
        return " " + flow(tree) + "\n"
    if indent and dice.random() < 0.15:
        return " " + flow(tree) + "\n"
    text = "\n"
    if isinstance(tree, dict):
        for key, value in tree.items():
            if dice.random() < 0.03:
                text += pad + "# a comment\n"
            if value == "plain" and dice.random() < 0.5:
                style = dice.choice(["|", ">", "|-", ">-", "|+"])
                text += "%s%s: %s\n%s  first line\n%s   second: line\n\n%s  third\n" % (
                    pad, key, style, pad, pad, pad)
            else:
                text += "%s%s:%s" % (pad, key, block(dice, value, indent + 2))
        return text
    for item in tree:
        body = block(dice, item, indent + 2)
        if body.startswith("\n"):
            body = " " + body[1:].lstrip(" ") if not body.startswith("\n#") else body
        text += pad + "-" + body
    return text


def as_json(dice, tree):
    if isinstance(tree, dict):
        return {key.strip("'"): as_json(dice, value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [as_json(dice, item) for item in tree]
    try:
        return json.loads(tree)
    except ValueError:
        return tree.strip("'")


def make(dice):
    odd = dice.choice([0, 0, 0, 0.01, 0.05])
    tree = {}
    if dice.random() < 0.9:
        tree.update(apiVersion="v1", kind="Pod")
    if dice.random() < 0.7:
        tree["metadata"] = node(dice, METADATA, odd)
    if dice.random() < 0.97:
        tree["spec"] = node(dice, SPEC, odd)
    if dice.random() < 0.05:
        tree["status"] = {"phase": "Running"}
    if dice.random() < 0.1:
        return json.dumps(as_json(dice, tree), indent=dice.choice([None, 2]))
    head = dice.choice(["", "", "", "---\n", "# head\n"])
    return head + block(dice, tree).lstrip("\n") + dice.choice(["", "", "", "---\n", "\n\n", "...\n"])


def of_executors(dice):
    """As the operator writes it, in the dialect of older releases or of newer ones."""
    owners = dice.choice(["", '"ownerReferences":[%s]' % OWNER.replace("\n", "")])
    return '{"metadata":{%s},"spec":{"containers":[{"name":"spark-kubernetes-executor","resources":{}}]}}' % owners


def pod_group(dice):
    """A PodGroup of Volcano, valid or not."""
    odd = dice.choice([0, 0, 0, 0.02, 0.1])
    tree = {key: value for key, value in (("apiVersion", "scheduling.volcano.sh/v1beta1"), ("kind", "PodGroup"))
            if dice.random() < 0.7}
    tree.update(node(dice, POD_GROUP, odd))
    if dice.random() < 0.3:
        return json.dumps(as_json(dice, tree))
    return block(dice, tree).lstrip("\n")


def container_names(text):
    return [line.split("name:")[1].strip() for line in text.splitlines() if "- name:" in line]
