"""Models of webhooks."""

from webhooks.models.journal import JournalEntry, QuarantinedRequest

__all__ = ["JournalEntry", "QuarantinedRequest"]
