"""Administration pages of the journal and of the quarantine."""

from webhooks.admin.journal import JournalEntryAdmin
from webhooks.admin.quarantine import QuarantinedRequestAdmin

__all__ = ["JournalEntryAdmin", "QuarantinedRequestAdmin"]
