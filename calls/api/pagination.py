"""Cursor pagination for tables whose ids are random."""

from __future__ import annotations

from telephony_connector.common.pagination import IdCursorPagination


class NewestFirstPagination(IdCursorPagination):
    """Newest first by creation time; the id settles ties."""

    ordering = ("-created_at", "-id")
