"""What the editor's page posts: bounded JSON, read into typed parts."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from connector_config.mapping.events import UnreadableBodyError
from connector_config.mapping.json_text import decode_text, parse_json


class PayloadError(ValueError):
    """The page's own request is not what it must be; the message is for the person in front of it."""


@dataclass(frozen=True, slots=True)
class Payload:
    """``document`` is the whole edited mapping, ``sample`` names the request to try it on (None: none is chosen)."""

    document: dict[str, object]
    sample: object
    record: int
    stamp: str
    is_replay_wanted: bool


def read_payload(request: HttpRequest) -> Payload:
    """The posted parts. Raises PayloadError."""
    try:
        documents = parse_json(decode_text(request.body))
    except (UnreadableBodyError, RequestDataTooBig):
        raise PayloadError("The page sent something that cannot be read. Load it again.") from None
    posted = documents[0] if len(documents) == 1 else None
    if not isinstance(posted, dict) or not isinstance(posted.get("document", {}), dict):
        raise PayloadError("The page sent something that cannot be read. Load it again.")
    document = {str(key): value for key, value in posted.get("document", {}).items()}
    _check_storable(document)
    record = posted.get("record", 0)
    return Payload(
        document=document,
        sample=posted.get("sample"),
        record=record if isinstance(record, int) and 0 <= record < 100_000 else 0,
        stamp=str(posted.get("stamp", "")),
        is_replay_wanted=posted.get("replay") is True,
    )


def _check_storable(document: dict[str, object]) -> None:
    """PostgreSQL keeps neither NUL characters nor half characters in JSON."""
    text = json.dumps(document, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PayloadError("The mapping holds a character that cannot be kept.") from None
    if "\\u0000" in text:
        raise PayloadError("The mapping holds a character that cannot be kept.")
