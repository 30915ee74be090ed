# SPDX-License-Identifier: Apache-2.0
"""What the webhook did to the modelled pod, done to another pod or template."""

# What the webhook puts in place of what was there.
WHOLE = {"securityContext"}


class Unclear(Exception):
    pass


def is_named(items):
    return all(isinstance(item, dict) and "name" in item for item in items)


def redo_list(before, after, other):
    before, other = before or [], other or []
    if after[:len(before)] == before:
        return other + after[len(before):]
    names = [item["name"] for item in before] if is_named(before + after + other) else None
    if names is None or [item["name"] for item in after[:len(before)]] != names:
        if other == before:
            return after
        raise Unclear()
    changed = dict(zip(names, zip(before, after)))
    return [redo(*changed[item["name"]], item) if item["name"] in changed else item
            for item in other] + after[len(before):]


def redo(before, after, other):
    """other, changed as before became after."""
    if before == after:
        return other
    if isinstance(after, dict):
        before, other = before or {}, other or {}
        kept = {key: redo(before.get(key), after.get(key),
                          other.get(key) if key not in WHOLE or before.get(key) == after.get(key) else None)
                for key in set(before) | set(after) | set(other)}
        return {key: value for key, value in kept.items() if value is not None}
    return redo_list(before, after, other) if isinstance(after, list) else after
