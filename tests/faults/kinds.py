# SPDX-License-Identifier: Apache-2.0
"""The kinds of faults, each at each request of a submission."""

from proxy import Fault

# At one request; the second try gets through.
ONCE = [
    *[dict(what="answer", code=code, retry_after=after) for code in (429, 503) for after in ("", "1")],
    dict(what="answer", code=500), dict(what="answer", code=504),
    *[dict(what="answer", code=code, effect=True) for code in (500, 503, 504, 429)],
    *[dict(what="answer", code=code, page="html", effect=effect)
      for code in (502, 200) for effect in (False, True)],
    dict(what="answer", code=200, page="other", effect=True),
    dict(what="answer", code=201, page="large", effect=True),
    dict(what="answer", code=201, page="empty", effect=True),
    dict(what="answer", code=409, effect=True), dict(what="answer", code=404, page="html"),
    *[dict(what=what, effect=effect) for what in ("reset", "refuse", "goaway", "taken") for effect in (False, True)],
    *[dict(what="end", way=way, effect=effect) for way in ("fin", "rst") for effect in (False, True)],
    dict(what="cut", effect=True), dict(what="cut", effect=True, way="rst"), dict(what="trim", effect=True),
    dict(what="drain"),
    *[dict(what="delay", seconds=0.4, effect=effect) for effect in (False, True)],
]

# From one request on, so that the call ends without a driver, or does not know.
LASTING = [
    *[dict(what="answer", code=code, always=True) for code in (401, 403, 422, 429, 503)],
    dict(what="answer", code=503, always=True, retry_after="1"),
    dict(what="answer", code=503, always=True, retry_after="30"),
    dict(what="answer", code=504, always=True, effect=True),
    dict(what="answer", code=502, page="html", always=True),
    dict(what="answer", code=302, page="html", always=True),
    dict(what="answer", code=200, page="html", always=True),
    *[dict(what="reset", always=True, effect=effect) for effect in (False, True)],
    dict(what="refuse", always=True),
    dict(what="trim", always=True, effect=True),
    *[dict(what="end", way=way, after=after, effect=effect) for effect in (False, True)
      for way, after in (("fin", "down"), ("rst", "down"), ("freeze", "mute"), ("fin", "mute"))],
    dict(what="end", way="freeze", effect=True),
]

# What many callers at once meet.
CROWDED = [
    *[dict(what="gone", after=after) for after in ("down", "mute", "hole")],
    *[dict(what="end", at=at, way="freeze", effect=effect, after=after)
      for at in (1, 60) for effect in (False, True) for after in ("mute", "hole", "well")],
    dict(what="answer", code=503, always=True), dict(what="answer", code=429, always=True, retry_after="1"),
    dict(what="answer", code=504, always=True, effect=True), dict(what="refuse", always=True),
    dict(what="goaway", always=True), dict(what="end", always=True, effect=True),
]


def faults(requests, lasting):
    """For a submission of so many requests."""
    return [Fault(at=at, **kind) for kind in [*ONCE, *(LASTING if lasting else [])]
            for at in range(1, requests + 1)]
