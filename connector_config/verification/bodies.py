"""Looking into a request's body for what a scheme hides there."""

from __future__ import annotations

import json

from connector_config.verification.base import SignedRequest


def json_body(body: bytes) -> object:
    """The parsed body, None when it is no JSON (or nested beyond reason)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def at_path(tree: object, path: str) -> object:
    """``payload.plainToken`` in a tree of objects and lists; None where the path leads nowhere."""
    for step in path.split("."):
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and step.isascii() and step.isdigit() and len(step) <= 4:
            tree = tree[int(step)] if int(step) < len(tree) else None
        else:
            return None
    return tree


def body_text(request: SignedRequest, path: str) -> str:
    """A form field, or the text at the path of a JSON body; empty when absent, repeated or not a text."""
    values = request.form.get(path)
    if values is not None:
        return values[0] if len(values) == 1 else ""
    found = at_path(json_body(request.body), path)
    return found if isinstance(found, str) else ""
