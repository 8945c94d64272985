"""What a provider is answered when its request was accepted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

_PLACEHOLDERS = ("$session_id", "$hook_url")
_PLACEHOLDER = re.compile("|".join(map(re.escape, _PLACEHOLDERS)))


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to an accepted request.

    In the body ``$session_id`` stands for the id of the (first) call and ``$hook_url`` for the address of this hook.
    """

    status: int = 200
    content_type: str = "application/json"
    body: str = '{"Status":"Success"}'

    def render(self, *, session_id: str = "", hook_url: str = "") -> str:
        """The body with its placeholders filled, escaped for JSON or XML by the content type; one pass."""
        values = dict(zip(_PLACEHOLDERS, (self._escaped(session_id), self._escaped(hook_url)), strict=True))
        return _PLACEHOLDER.sub(lambda match: values[match[0]], self.body)

    def _escaped(self, value: str) -> str:
        if "json" in self.content_type:
            return json.dumps(value)[1:-1]
        if "xml" in self.content_type or "html" in self.content_type:
            return escape(value, {'"': "&quot;"})
        return value
