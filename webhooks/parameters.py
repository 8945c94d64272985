"""What a look-up asks: query and body by folded names."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from connector_config.mapping.events import NormalisationError
from connector_config.mapping.values import storable_text
from webhooks.incoming import IncomingRequest


def parameters_of(incoming: IncomingRequest) -> dict[str, str]:
    """Query and body by folded names; a blank before digits was an unescaped plus. An unreadable body says nothing."""
    sent: dict[str, object] = dict(parse_qsl(incoming.query_string, keep_blank_values=True))
    try:
        for body in incoming.parsed().bodies:
            sent.update(body)
    except NormalisationError:
        pass
    return {name.lower().replace("_", "").replace("-", ""): _text(value) for name, value in sent.items()}


def first_of(sent: dict[str, str], names: Iterable[str]) -> str:
    """The first of these that is given and not empty."""
    return next((sent[name] for name in names if sent.get(name)), "")


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    raw = str(value)
    text = storable_text(raw)
    return f"+{text}" if raw.startswith(" ") and text.isdigit() else text
