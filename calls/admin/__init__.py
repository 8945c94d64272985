"""Administration pages of calls: what happened, for reading; what was given up can be sent again."""

from calls.admin.calls import CallAdmin, StoredEventAdmin
from calls.admin.outbound import OutboundRequestAdmin
from calls.admin.popups import PopupAdmin, PopupDeliveryAdmin

__all__ = ["CallAdmin", "OutboundRequestAdmin", "PopupAdmin", "PopupDeliveryAdmin", "StoredEventAdmin"]
