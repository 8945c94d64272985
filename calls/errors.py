"""Errors of calls. Each class says whose fault it is and whether trying again can help."""

from __future__ import annotations


class CallsError(Exception):
    """Root of this app's errors. ``message`` may be shown to people; it says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FieldRefusedError(CallsError):
    """What a person asked for cannot be done as asked. ``field`` names the input at fault; empty: the whole of it."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ClickToCallRefusedError(FieldRefusedError):
    """This click must not become a call; the message is for the agent. Asking again without a change does not help."""


class IdempotencyConflictError(ClickToCallRefusedError):
    """The key was used before for something else (HTTP 409): the asker's fault; a fresh key helps."""


class DispositionError(FieldRefusedError):
    """The disposition cannot be saved as given; the message is for the agent."""


class ResendError(CallsError):
    """This outbound request must not be sent again; the message is for the administrator."""


class TokenError(CallsError):
    """The token URL refused to give an access token: the template's authentication has to be mended."""


class TokenUnavailableError(CallsError):
    """No access token could be asked for, so nothing was sent; asking later may help.

    ``retry_after_seconds`` is what the token URL asked us to wait, None when it said nothing.
    """

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
