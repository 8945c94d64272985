"""Errors of crm. Each class says whose fault it is and whether trying again can help."""

from __future__ import annotations

from collections.abc import Sequence


class CrmError(Exception):
    """Root of this app's errors. ``message`` may be shown to people; it says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LeadMergeError(CrmError):
    """These leads cannot be merged, or this merge cannot be undone; the message is for whoever asked."""


class LeadChangedError(CrmError):
    """Somebody changed the lead since it was read: look, then save again. ``columns`` differ from what was sent."""

    def __init__(self, message: str, columns: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.columns = tuple(columns)
