"""URLs and bodies of request templates without what may be a credential, for admin pages and exports.

Shown is what is merged (``@agentNumber``), what is short, and values of names that are known to be harmless. Any other
literal value, and a URL's user part, becomes ``***``. Whoever hands the masked text back means what was there before.
"""

from __future__ import annotations

import re
from itertools import count

MASK = "***"

_HARMLESS = (
    "action|app|async|call_?type|caller_?id|callerid|callback|campaign(?:_?name)?|channel|context|country|did|event|"
    "from|format|lang(?:uage)?|max_retries|method|mode|priority|queue|record|retry|ring_?time|source|status|"
    "status_?callback|timeout|time_?limit|to|type|url|virtual_?number|answer_?url"
)
_USERINFO = re.compile(r"^[a-z][a-z0-9+.-]*://(?P<secret>[^/?#]*)@(?=[^/?#@]+)", re.IGNORECASE)
_PAIR = re.compile(r"(?:^|(?<=[?&\s]))(?P<name>[^=&?#\s]+)=(?P<secret>[^&=@#\s]{6,})(?=&|#|\s|$)")
_JSON = re.compile(r'(?:"(?P<name>[^"\\]*)"\s*:|[\[,])\s*"(?P<secret>(?:[^"\\@]|\\.){6,})"(?!\s*:)')
_XML = re.compile(
    r"<(?P<name>[\w:.-]+)[^<>]*>(?P<secret>[^<>@]{6,})</|(?P<attribute>[\w:.-]+)=[\"'](?P<value>[^\"'<>@]{6,})[\"']"
)
_IS_HARMLESS = re.compile(_HARMLESS, re.IGNORECASE)

_Spans = list[tuple[int, int]]


def masked_url(url: str) -> str:
    """The URL template without user part and without literal values in its query."""
    return _masked(url, _url_secrets(url))


def masked_body(body: str, body_type: str) -> str:
    """The body template without literal values; a plain text is read like a form."""
    return _masked(body, _body_secrets(body, body_type))


def unmasked_url(url: str, stored: str) -> str:
    """What was typed, with each ``***`` replaced by what it stood for in ``stored``; unknown ones stay."""
    return _unmasked(url, [stored[start:end] for start, end in _url_secrets(stored)])


def unmasked_body(body: str, stored: str, stored_type: str) -> str:
    """As ``unmasked_url``."""
    return _unmasked(body, [stored[start:end] for start, end in _body_secrets(stored, stored_type)])


def _url_secrets(url: str) -> _Spans:
    userinfo = _USERINFO.match(url)
    spans = [userinfo.span("secret")] if userinfo and userinfo["secret"] else []
    query = url.partition("?")[0]
    return spans + [(start, end) for start, end in _pairs(url) if start > len(query)]


def _body_secrets(body: str, body_type: str) -> _Spans:
    if body_type == "json" or body.lstrip().startswith("{"):
        return [match.span("secret") for match in _JSON.finditer(body) if not _is_harmless(match["name"])]
    if body_type == "xml":
        return [
            _xml_span(match) for match in _XML.finditer(body) if not _is_harmless(match["name"] or match["attribute"])
        ]
    return _pairs(body)


def _pairs(text: str) -> _Spans:
    return [match.span("secret") for match in _PAIR.finditer(text) if not _is_harmless(match["name"])]


def _xml_span(match: re.Match[str]) -> tuple[int, int]:
    return match.span("secret") if match["name"] else match.span("value")


def _is_harmless(name: str | None) -> bool:
    return bool(name and _IS_HARMLESS.fullmatch(name))


def _masked(text: str, secrets: _Spans) -> str:
    for start, end in reversed(secrets):
        text = text[:start] + MASK + text[end:]
    return text


def _unmasked(text: str, secrets: list[str]) -> str:
    """The n-th mask stands for the n-th secret; where their numbers differ, nobody knows which is which."""
    if text.count(MASK) != len(secrets):
        return text
    position = count()
    return re.sub(re.escape(MASK), lambda _: secrets[next(position)], text)
