"""Presets against providers' documentation: what it asks for is sent, and nothing that it does not know."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from connector_config.presets import load_preset, preset_names

HERE = Path(__file__).parent
DOCUMENTED: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "documented_requests.yaml").read_text("utf-8"))
SENT: dict[str, str] = yaml.safe_load((HERE / "preset_requests.yaml").read_text("utf-8"))
"""Byte for byte what goes over the wire; test_preset_requests holds the presets to it."""


def parsed(text: str) -> tuple[str, dict[str, str], str]:
    """Request line, headers by lower-case name, body."""
    head, _, body = text.strip("\n").partition("\n\n")
    line, *rows = head.split("\n")
    return line, {name.lower(): value for name, _, value in (row.partition(": ") for row in rows)}, body


def check(text: str, documented: dict[str, Any]) -> None:
    line, headers, body = parsed(text)
    method, target, version = line.split(" ")
    url = urlsplit(target)

    assert (f"{method} {url.path}", version) == (documented["line"], "HTTP/1.1")
    assert credentials_of(headers, documented["credentials"]) == documented["credentials"]
    if "raw_query" in documented:
        assert url.query == documented["raw_query"]
        return
    only_documented(dict(parse_qsl(url.query)), documented.get("query", {}), documented)
    if "form" in documented:
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        only_documented(dict(parse_qsl(body, strict_parsing=True)), documented["form"], documented)
    elif "json" in documented:
        assert headers["content-type"] == "application/json"
        only_documented(json.loads(body), documented["json"], documented)
    else:
        assert body == ""
    assert int(headers.get("content-length", 0)) == len(body.encode())


def credentials_of(headers: dict[str, str], documented: Any) -> Any:
    if isinstance(documented, dict):
        return {name: headers.get(name) for name in documented}
    value = headers.get("authorization", "none")
    scheme, _, encoded = value.partition(" ")
    return f"basic {base64.b64decode(encoded).decode()}" if scheme == "Basic" else value


def only_documented(sent: dict[str, Any], required: dict[str, Any], documented: dict[str, Any]) -> None:
    assert {name: value for name, value in sent.items() if name in required} == required
    assert set(sent) - set(required) <= set(documented.get("may", []))


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_preset_sends_what_the_providers_documentation_asks_for(name: str) -> None:
    *before, call = SENT[name].split("\n---\n")

    check(call, DOCUMENTED[name])
    for text, documented in zip(before, filter(None, [DOCUMENTED[name].get("token")]), strict=True):
        check(text, documented)


def test_every_preset_that_makes_calls_is_held_against_documentation() -> None:
    assert sorted(DOCUMENTED) == sorted(name for name in preset_names() if load_preset(name).click_to_call)
