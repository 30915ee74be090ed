# SPDX-License-Identifier: Apache-2.0
"""Whether a refusal is the one that was captured: its text, and its field where the captured text
names one. A list of differences, empty when it is.
"""

import re

import requests_of

# Where our text is another on purpose. Case (a pattern), reason, field (a pattern), text (a
# pattern), why. A case that does not need its row fails.
EXCEPTIONS = [
    ("meta-generate-name-labels-invalid", "INVALID_FIELD", r"metadata\.labels",
     'Invalid value: "bad value": name part must consist of .*',
     "the API server writes 'metadata: labels', we write paths"),
    ("no-containers", "INVALID_POD_TEMPLATE", "", "the pod has no container",
     "the operator's webhook panics"),
    (r"pod-feature-step-.*|v42-volcano-.*|v42-netpol-as-user-step|typed-pod-group-.*", "UNSUPPORTED_FEATURE", r".+",
     r"the feature step '\S+' is a class that only a JVM can load; on 4\.2 and later \S+ is known here",
     "Spark names the class that it cannot load, or that is no feature step"),
    ("krb5-path-absent|v42-volcano-template-file-missing", "INVALID_FIELD", r".+",
     r"cannot read '\{\{DIR\}\}/[\w.]+': No such file or directory", "Java's words for it differ"),
    ("v42-volcano-template-json-bad", "INVALID_POD_TEMPLATE", r".*",
     "line 1, column 2: a key in double quotes is expected", "Jackson's words for it differ"),
    (r"typed-pod-group-(json-)?(min-member|queue|task-member|generation)-.*", "INVALID_FIELD", r".+",
     r"(spec|metadata)\.\S+: expected (32-bit integer|integer|string), found .*", "Jackson's words for it differ"),
    (r"typed-pod-group-(json-)?resources.*", "INVALID_FIELD", r".+",
     r"spec\.minResources\[\w+\]: Invalid quantity string format passed: .*", "Jackson says where in its classes"),
    ("typed-pod-group-(twice|two-documents|empty|json-broken)", "INVALID_POD_TEMPLATE", r".+",
     r"line \d+, column \d+: .*", "SnakeYAML's and Jackson's words for it differ"),
    ("typed-pod-group-(list|scalar)", "INVALID_FIELD", r".+", r"a PodGroup is expected, not a (list|string)",
     "Jackson's words for it differ"),
    ("typed-quantity-field-bare-M", "INVALID_POD_TEMPLATE", r".+",
     r"Could not load pod from template file\. Invalid quantity string format passed: 'M' has no number",
     "Spark finds it later, when it builds the Pod"),
    ("cli-class-missing-http|submit-main-class-from-jar", "INVALID_SPARK_SUBMIT_ARGS", r".*",
     r"Failed to get main class in JAR with error 'the JAR is not opened here'\."
     r"  Please specify one with --class\.", "Spark looks into the JAR"),
    ("more-service-11", "INVALID_SPARK_SUBMIT_ARGS", r".*",
     r"Failed to get main class in JAR with error 'File file:\{\{DIR\}\} does not exist'\."
     r"  Please specify one with --class\.", "the directory is there for Spark, but is no JAR"),
    ("cli-jars-remote-spaces-empty", "INVALID_SPARK_SUBMIT_ARGS", r".*",
     r"'file:\S+' is not a legal URI", "Java's words for it differ"),
    ("more-templates-0[05]", "INVALID_POD_TEMPLATE", r".*",
     r"Could not load pod from template file\. '\{\{DIR\}\}/executor template\.yml' is not a path",
     "Spark says what is wrong with the path, not what it was for"),
    ("more-template-null-mount", "INVALID_POD_TEMPLATE", r"\{\{DIR\}\}/driver\.yaml",
     r"volumeMounts\[0\] of the Spark container has no name", "Java says which call has no object"),
    ("cred-submission-token-file", "INVALID_FIELD", r".+",
     r"a header value must not end with '\\r' or '\\n': the token in the file ends with a line feed",
     "Spark prints the token"),
    ("cli-client-mode-class-not-found|cli-deploy-mode-missing", "UNSUPPORTED_FEATURE", r".*",
     r"deploy mode client \(the default\) would run the driver .*", "the driver would run in Spark's JVM"),
    ("cli-no-arguments|cli-usage-error-switch", "INVALID_SPARK_SUBMIT_ARGS", r".*",
     "the command line does not submit an application", "Spark prints its usage only"),
]

# What a verdict `refuse` stands for: its reason, ours, field (a pattern), text (a pattern).
VERDICTS = {
    "a key with '=' (it becomes another key)":
        ("INVALID_FIELD", r"spec\.sparkConf\[spark\.a=b\]", r"a key must not hold '=', .*"),
    "client mode": ("UNSUPPORTED_FEATURE", r"spec\.mode", r"client mode runs the driver .*"),
    "suspended (APPLICATION_SUSPENDED)":
        ("APPLICATION_SUSPENDED", r"spec\.suspend", "the application is suspended: .*"),
    "ScheduledSparkApplication": ("INVALID_MANIFEST", "kind", "a ScheduledSparkApplication is .*"),
    "keys are case-sensitive here":
        ("UNKNOWN_FIELD", r"spec\.DRIVER", r"unknown field 'DRIVER'; did you mean 'driver'\?"),
    "keytab upload": ("UNSUPPORTED_FEATURE", r"args\[\d+\]", "keytab '.*' would be uploaded .*"),
    "file upload from the submitting machine":
        ("UNSUPPORTED_FEATURE", r"args\[\d+\]",
         "('.*' is a file of|the pattern '.*' would be expanded on) the submitting machine.*"),
    "a template of another kind is no Pod's (Spark ignores the kind)":
        ("INVALID_POD_TEMPLATE", r"\{\{DIR\}\}/driver\.yaml",
         r"Could not load pod from template file\. The kind is 'Deployment', .*"),
}


def error_of(answer):
    """Ours, with the case's placeholders as in the captures."""
    return {key: requests_of.unresolve(value) for key, value in answer["error"].items()}


def is_like(error, reason, field, text):
    return (error["reason"] == reason and re.fullmatch(field, error["field"]) is not None
            and re.fullmatch(text, error["message"], re.DOTALL) is not None)


def trouble(error, why):
    return ["refused with %(reason)s %(field)s: %(message)s" % error + ", should be: " + str(why)[:600]]


def judged(case, error, equal, why):
    """equal, but for the exceptions of the case, of which one must hold."""
    rows = [row for row in EXCEPTIONS if re.fullmatch(row[0], case)]
    if rows and equal:
        return ["refused as captured: without need of its exception"]
    if equal or any(is_like(error, *row[1:4]) for row in rows):
        return []
    return trouble(error, [row[1:4] for row in rows] or why)


def accepted(why):
    return ["accepted, should be refused: " + str(why)[:300]]


# ---- operator ----

def field_in_go(text):
    """The path in an error of Go's JSON: without names of types, which are capitalised."""
    match = re.search(r"into Go struct field (\S+) of type", text)
    return match and ".".join(step for step in match[1].split(".") if not step[0].isupper())


def is_decode_error(error, text):
    """Texts about types are our own; of an item Go names the list or map."""
    field = field_in_go(text)
    if not field:
        return error["message"] == text
    return error["field"] == field or error["field"].startswith(field + "[")


def is_operators(error, golden, view):
    if error["reason"] != "INVALID_FIELD":
        return False
    if golden.get("decode_error"):
        return is_decode_error(error, golden["decode_error"])
    texts = [golden.get("validation_error"), *(golden.get("validation_error_alternatives") or [])]
    if view in ("submission", "rest"):
        texts.append(golden.get("submit_error"))
    return (error["message"] in texts
            or error["field"] + ": " + error["message"] in (golden.get("crd_errors") or []))


def operator(answer, golden, view, why):
    if "error" not in answer:
        return accepted(why)
    error = error_of(answer)
    return judged(golden["id"], error, is_operators(error, golden, view), why)


def mutation(answer, case, why):
    if "error" not in answer:
        return accepted(why)
    error = error_of(answer)
    return judged(case, error, error["reason"] == "INVALID_FIELD" and error["message"] == why, why)


# ---- spark-submit ----

# What Spark advises is no help here, and the text says so.
UPLOAD = "Please specify spark.kubernetes.file.upload.path property."


# What we add to Spark's text of a number: its units, and what was found.
BRACKET = re.compile(r" \((Spark's units: 1g, 1536m; )?found '[^']*'\)$")


def is_sparks(error, chain, printed):
    """Any link of the chain of exceptions; or the first, with a cause in our words."""
    if not chain:
        return (error["reason"] == "INVALID_SPARK_SUBMIT_ARGS"
                and BRACKET.sub("", error["message"]) == printed)
    texts = [(link["message"] or "").replace("\n", " ") for link in chain]
    texts = [text[len("Error: "):] if text.startswith("Error: ") else text for text in texts]
    if texts[0].startswith("Could not load pod from template file"):
        reasons = ["INVALID_POD_TEMPLATE"]
    else:
        reasons = ["INVALID_FIELD", "INVALID_POD_TEMPLATE", "INVALID_SPARK_SUBMIT_ARGS"]
    if error["reason"] not in reasons:
        return False
    ours = BRACKET.sub("", error["message"].replace("\n", " "))
    if texts[0] == UPLOAD:
        return ours.startswith(UPLOAD + " It would not help, though: ")
    return ours in texts or (len(texts) > 1 and texts[0] != "" and ours.startswith(texts[0] + " "))


def spark_submit(answer, golden):
    why = golden.get("error") or golden.get("printed")
    if "error" not in answer:
        return accepted(why)
    error = error_of(answer)
    return judged(golden["id"], error, is_sparks(error, golden.get("error"), golden.get("printed")),
                  why)


# ---- verdicts ----

def by_verdict(answer, reason):
    if "error" not in answer:
        return accepted(reason)
    error = error_of(answer)
    return [] if is_like(error, *VERDICTS[reason]) else trouble(error, VERDICTS[reason])
