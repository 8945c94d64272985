"""What a provider is answered: its own success reply, and the echo that proves an address at registration."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape

_SESSION_ID = "$session_id"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to an accepted request. ``$session_id`` in the body stands for the id of its (first) call."""

    status: int = 200
    content_type: str = "application/json"
    body: str = '{"Status":"Success"}'

    def render(self, *, session_id: str = "") -> str:
        """The body with the session id in it, escaped for JSON or XML by the content type."""
        if _SESSION_ID not in self.body:
            return self.body
        value = session_id
        if "json" in self.content_type:
            value = json.dumps(session_id)[1:-1]
        elif "xml" in self.content_type or "html" in self.content_type:
            value = escape(session_id, {'"': "&quot;"})
        return self.body.replace(_SESSION_ID, value)


class ChallengeSource(StrEnum):
    """Where a registration challenge stands in the request."""

    QUERY = "query"
    HEADER = "header"
    BODY = "body"


class ChallengeAnswer(StrEnum):
    """How a challenge is answered: echoed as plain text, echoed in the same header, or signed as Zoom asks."""

    BODY = "body"
    HEADER = "header"
    ZOOM = "zoom"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge that the provider sends to prove that the address is ours: its place, its name, our answer.

    ``name`` is a query parameter, a header (lower case) or the path of a JSON key. ``ZOOM`` answers
    ``{"plainToken", "encryptedToken"}`` with the hexadecimal HMAC-SHA256 of the token under the verifier's secret.
    """

    source: ChallengeSource
    name: str
    answer: ChallengeAnswer
