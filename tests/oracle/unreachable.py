# SPDX-License-Identifier: Apache-2.0
"""Where a difference is expected: by which row of lib/spark/README.md, "Differences from spark-submit", or
because the API server has the word."""

import json

# Our refusals: (part of the text, row).
REFUSALS = [
    ("its default is not known here", 8),
    ("is a property of the submitting JVM", 8),
    ("a number does not fit 64 bits", 6),
    ("would be expanded on the submitting machine", 8),
]
# Spark's refusals of what is passed on unread here: (part of the exception, row).
ACCEPTED = [
    ("UnsupportedFileSystemException", 9),
    ("java.net.UnknownHostException", 9),
    ("S3AFileSystem not found", 9),
    ("java.util.regex.PatternSyntaxException", 9),
]


# Passed on by Spark for the API server to refuse.
OF_ANOTHER_KIND = "a PodGroup is expected, not a '"


# Spark could not even ask for a path with such a name; here names are checked before sending.
NOT_SENT = "KubernetesClientException"


def row_of(rules, text):
    return next(("by row %d" % row for part, row in rules if part in text), None)


def reason(golden, answer):
    """A few words; None: the difference is not expected."""
    if "error" in answer and not golden["exit"] and OF_ANOTHER_KIND in answer["error"]["message"]:
        return "of another kind"
    if "error" in answer and not golden["exit"]:
        return row_of(REFUSALS, answer["error"]["message"])
    if "error" not in answer and golden["exit"]:
        there = json.dumps(golden.get("error") or golden["stderr"])
        return "not sent" if NOT_SENT in there else row_of(ACCEPTED, there)
    return None
