"""A recording at the provider's: asked for through the HTTP door, and every refusal put into words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from calls.embedded_pages import is_web_address
from calls.errors import TokenError, TokenUnavailableError
from calls.models import Call
from calls.recordings.errors import RecordingError, RecordingProblem
from calls.recordings.proof import Proof, proof_for
from connector_config.placeholders import TemplateError
from telephony_connector.common.address_policy import NetworkError
from telephony_connector.common.certificates import bundle_path
from telephony_connector.common.fields import DecryptionError
from telephony_connector.common.http import (
    AddressRefusedError,
    HttpDoorError,
    InvalidRequestError,
    OutgoingRequest,
    StreamedAnswer,
)
from telephony_connector.common.http_redirects import open_following

logger = logging.getLogger(__name__)

HEAD_SECONDS = 15.0
"""Until the provider's answer begins, all redirects included."""
LONGEST_SECONDS = 600.0
READY_WITHIN = timedelta(hours=24)
"""A recording that the provider does not have so long after the call is gone rather than not ready."""

_SERVED = frozenset({200, 206, 416})
_NOT_READY = frozenset({202, 204, 404, 409, 423, 425})
_ASK_LATER = frozenset({408, 429, 503})


@contextmanager
def recording_stream(call: Call, *, range_header: str = "") -> Iterator[StreamedAnswer]:
    """The provider's answer (200, 206 or 416) for the length of a ``with`` block. Raises RecordingError.

    Never call it inside a database transaction.
    """
    with closing(open_recording(call, range_header=range_header)) as answer:
        yield answer


def open_recording(call: Call, *, range_header: str = "") -> StreamedAnswer:
    """The provider's answer (200, 206 or 416), to be closed by the caller. Raises RecordingError."""
    if not is_web_address(call.recording_url):
        raise RecordingError(RecordingProblem.NONE, "This call has no recording that could be played.")
    proof = _proof(call)
    answer = _asked(call, proof, range_header)
    if answer.status == 401 and proof.token:
        # The provider may have taken the kept access token back before its time.
        answer.close()
        proof = _proof(call, refused_token=proof.token)
        answer = _asked(call, proof, range_header)
    if answer.status in _SERVED:
        return answer
    answer.close()
    raise _refusal(call, answer.status, proof)


def largest_bytes() -> int:
    """Larger recordings are neither played nor kept."""
    return int(settings.RECORDING_MAX_MEGABYTES) * 1_000_000


def not_ready(call: Call) -> RecordingError:
    """What to tell while the provider has nothing to give yet."""
    name = call.connector.name
    if timezone.now() - call.happened_at > READY_WITHIN:
        return RecordingError(RecordingProblem.GONE, f"{name} has no recording of this call, or none any more.")
    return RecordingError(
        RecordingProblem.NOT_READY, f"The recording is not ready yet: {name} is still making it. Try again in a minute."
    )


def not_sound(call: Call, declared: str) -> RecordingError:
    """What to tell when something else came: mostly a login page."""
    return RecordingError(
        RecordingProblem.NOT_SOUND,
        f"{call.connector.name} did not send a recording but something else, a login page perhaps. {_advice(call)}",
        detail=f"Its content type was {declared.partition(';')[0][:60] or 'not told'}.",
    )


def too_large(call: Call) -> RecordingError:
    """What to tell of a recording beyond RECORDING_MAX_MEGABYTES."""
    limit = settings.RECORDING_MAX_MEGABYTES
    return RecordingError(
        RecordingProblem.TOO_LARGE, f"The recording is larger than {limit} MB and is not played here."
    )


def broken_off(call: Call) -> RecordingError:
    """What to tell when the provider's answer ended before its end."""
    message = f"{call.connector.name} broke off in the middle of the recording. Try again."
    return RecordingError(RecordingProblem.UNREACHABLE, message)


def _proof(call: Call, *, refused_token: str = "") -> Proof:
    try:
        return proof_for(call.connector, call.recording_url, refused_token=refused_token)
    except (TokenError, TemplateError, DecryptionError, HttpDoorError) as error:
        message = f"The recording cannot be asked for with the settings as they are. {_advice(call)}"
        raise RecordingError(RecordingProblem.MISCONFIGURED, message, detail=f"{error}.") from None
    except TokenUnavailableError as error:
        message = f"{call.connector.name} gives no access token at the moment. Try again in a minute."
        raise RecordingError(RecordingProblem.UNREACHABLE, message, detail=f"{error}.") from None


def _asked(call: Call, proof: Proof, range_header: str) -> StreamedAnswer:
    headers = (("Accept", "audio/*, video/mp4, application/octet-stream;q=0.9, */*;q=0.1"),)
    request = OutgoingRequest(
        method="GET",
        url=proof.url,
        headers=(*headers, *((("Range", range_header),) if range_header else ())),
        timeout_seconds=HEAD_SECONDS,
        allowed_networks=tuple(call.connector.allowed_networks),
        ca_bundle=bundle_path(call.connector.ca_certificates),
    )
    try:
        return open_following(
            request, max_bytes=largest_bytes(), credentials=proof.headers, longest_seconds=LONGEST_SECONDS
        )
    except AddressRefusedError as error:
        message = f"The recording lies at an address that this server may not reach. {_advice(call, 'Security')}"
        failure = RecordingError(RecordingProblem.ADDRESS_REFUSED, message, detail=f"{error}.")
    except (InvalidRequestError, NetworkError) as error:
        message = f"The recording's address cannot be used. {_advice(call)}"
        failure = RecordingError(RecordingProblem.MISCONFIGURED, message, detail=f"{error}.")
    except HttpDoorError as error:
        message = f"{call.connector.name} could not be reached for the recording. Try again in a minute."
        failure = RecordingError(RecordingProblem.UNREACHABLE, message, detail=f"{error}.")
    logger.warning("Recording of call %s: %s", call.pk, failure.detail)
    raise failure


def _refusal(call: Call, status: int, proof: Proof) -> RecordingError:
    name = call.connector.name
    if status in _NOT_READY:
        return not_ready(call)
    if status in _ASK_LATER:
        message = f"{name} has too much to do at the moment. Try again in a minute."
        return RecordingError(RecordingProblem.NOT_READY, message, detail=f"It answered {status}.")
    if status == 410:
        return RecordingError(RecordingProblem.GONE, f"{name} has no recording of this call any more.")
    if status in {401, 403}:
        message = f"{name} refused to hand the recording over ({status}). {_advice(call)}"
        hint = "The credentials were not sent: the recording's host is none of those listed there."
        return RecordingError(RecordingProblem.REFUSED, message, detail=hint if proof.is_withheld else "")
    message = f"{name} could not deliver the recording: it answered {status}. Try again later."
    return RecordingError(RecordingProblem.UNREACHABLE, message)


def _advice(call: Call, tab: str = "Recordings") -> str:
    what = "the credentials and their hosts" if tab == "Recordings" else "the allowed networks"
    return f"An administrator can mend it: {call.connector.name}, tab {tab}, {what}."
