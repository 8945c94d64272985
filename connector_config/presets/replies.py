"""What a provider is answered when its request was accepted."""

from __future__ import annotations

import json
from dataclasses import dataclass
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
