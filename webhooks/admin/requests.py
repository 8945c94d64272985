"""What the pages of the journal and of the quarantine have in common."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from telephony_connector.common.admin import ReadOnlyAdmin, header_block

SHOWN_BODY = 20_000


class RequestAdmin(ReadOnlyAdmin):
    """What journal and quarantine have in common."""

    list_select_related = ["connector"]
    list_filter_submit = True
    exclude = ["body", "request"]

    @display(description="Body")
    def body_text(self, entry: Any) -> SafeString:
        """The body as text, JSON with a line for each value; what is no UTF-8 is replaced."""
        text = bytes(entry.body)[:SHOWN_BODY].decode("utf-8", "replace")
        return format_html('<div class="tc-body">{}</div>', _indented(text) or "–")

    @display(description="Headers")
    def header_lines(self, entry: Any) -> SafeString:
        """One a line, as they are written on the wire."""
        return header_block(entry.headers)

    def has_replay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may change journal rows by Django's permissions may have them read again."""
        return bool(request.user.has_perm("webhooks.change_journalentry"))


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
