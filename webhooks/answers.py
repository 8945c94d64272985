"""What a provider is answered, and the one form of its errors."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connector_config.mapping.events import FieldError

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer."""

    status: int = 200
    body: str = ""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class HookError(Exception):
    """A request that is not accepted. ``errors`` name the bad fields; ``message`` tells the sender what to change."""

    def __init__(self, status: int, exception_type: str, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.status, self.exception_type, self.message, self.errors = status, exception_type, message, tuple(errors)


def no_such_hook() -> HookError:
    """The one answer to an unknown key, a disabled connector and a hook that is not served."""
    return HookError(404, "UnknownHookException", "There is no such hook. Copy its URL from the connector's page.")


def try_again() -> HookError:
    """The answer to a request that we could not see through: our fault, and the provider is to send it again."""
    return HookError(503, "TemporaryFailureException", "The request could not be worked on just now. Send it again.")


def error_answer(error: HookError) -> Answer:
    """The error in the form of LeadSquared's API, with one entry for each bad field."""
    document = {
        "Status": "Error",
        "ExceptionType": error.exception_type,
        "ExceptionMessage": error.message,
        "Errors": [{"field": one.field, "message": one.message} for one in error.errors],
    }
    return json_answer(document, status=error.status)


def json_answer(document: object, *, status: int = 200) -> Answer:
    """A JSON document as answer."""
    return Answer(status=status, body=json.dumps(document, ensure_ascii=False))
