"""Models of calls."""

from calls.models.access_token import AccessToken
from calls.models.call import Call
from calls.models.embedding import EmbeddedSession, EmbedTarget, SsoKey
from calls.models.event import StoredEvent
from calls.models.outbound import OutboundAttempt, OutboundRequest, SendingMark
from calls.models.popup import AgentStream, NotShown, Popup, PopupDelivery
from calls.models.recording import RecordingCopy, RecordingPlay

__all__ = [
    "AccessToken",
    "AgentStream",
    "Call",
    "EmbedTarget",
    "EmbeddedSession",
    "NotShown",
    "OutboundAttempt",
    "OutboundRequest",
    "Popup",
    "PopupDelivery",
    "RecordingCopy",
    "RecordingPlay",
    "SendingMark",
    "SsoKey",
    "StoredEvent",
]
