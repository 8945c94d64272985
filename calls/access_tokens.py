"""Access tokens for requests: kept encrypted, fetched by one at a time, renewed before they expire (ADR 0021)."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from calls.errors import TokenError, TokenUnavailableError
from calls.models import AccessToken
from calls.retry_schedule import retry_after_seconds
from connector_config.models import Connector
from connector_config.outgoing.authentication import (
    IssuedToken,
    Moment,
    TokenRefusedError,
    read_token,
    token_request,
)
from telephony_connector.common.certificates import bundle_path
from telephony_connector.common.fields import DecryptionError
from telephony_connector.common.http import (
    ConnectFailedError,
    HttpAnswer,
    OutcomeUnknownError,
    OutgoingRequest,
    send,
)

TOKEN_TIMEOUT_SECONDS = 10
LEASE = timedelta(seconds=TOKEN_TIMEOUT_SECONDS + 5)
LONGEST_WAIT_SECONDS = int(LEASE.total_seconds()) + TOKEN_TIMEOUT_SECONDS
"""For somebody else's answer, and then for one's own."""
RENEWAL_MARGIN_SECONDS = 60
_POLL_SECONDS = 0.1
_PASSING_STATUSES = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class KeptToken:
    """An access token; ``is_new`` when it was fetched just now."""

    text: str = field(repr=False)
    is_new: bool


def access_token(connector: Connector, kind: str, config: Mapping[str, object], *, refused: str = "") -> KeptToken:
    """The connector's token for these settings, from the database or else from the token URL.

    ``refused`` is the token that the provider has just answered with 401: it is replaced, unless somebody else has
    done so. Raises TokenError (the token URL said no), TokenUnavailableError (it could not be asked; later it may be),
    AuthenticationError, InvalidRequestError and AddressRefusedError. Never call it inside a database transaction.
    """
    fingerprint = _fingerprint(kind, config)
    deadline = time.monotonic() + LEASE.total_seconds()
    while True:
        row = _row(connector, fingerprint)
        if row.token and row.token != refused and row.renew_at and row.renew_at > timezone.now():
            return KeptToken(row.token, is_new=False)
        if held_until := _claim(row):
            return KeptToken(_renewed(row, connector, kind, config, held_until), is_new=True)
        if time.monotonic() > deadline:
            raise TokenUnavailableError("another worker has been waiting for an access token for too long")
        time.sleep(_POLL_SECONDS)


def _fingerprint(kind: str, config: Mapping[str, object]) -> str:
    """Tells settings apart without giving them away to who reads the column."""
    text = json.dumps([kind, config], sort_keys=True, ensure_ascii=False)
    return salted_hmac("calls.access_tokens", text, algorithm="sha256").hexdigest()


def _row(connector: Connector, fingerprint: str) -> AccessToken:
    try:
        return AccessToken.objects.get_or_create(connector=connector, fingerprint=fingerprint)[0]
    except DecryptionError:
        # Written with a key that is gone: worth nothing, and fetched anew.
        AccessToken.objects.filter(connector=connector, fingerprint=fingerprint).delete()
        return AccessToken.objects.get_or_create(connector=connector, fingerprint=fingerprint)[0]


def _claim(row: AccessToken) -> datetime | None:
    """The right to fetch, until the time given; None when somebody else has it."""
    now = timezone.now()
    until = now + LEASE
    is_free = Q(fetching_until=None) | Q(fetching_until__lte=now)
    # A token that was stored since the row was read is not to be fetched once more.
    claimed = AccessToken.objects.filter(is_free, pk=row.pk, updated_at=row.updated_at)
    return until if claimed.update(fetching_until=until) else None


def _renewed(
    row: AccessToken, connector: Connector, kind: str, config: Mapping[str, object], held_until: datetime
) -> str:
    """Fetch and store; the row is let go whatever happens."""
    held = AccessToken.objects.filter(pk=row.pk, fetching_until=held_until)
    now = timezone.now()
    try:
        issued = _fetched(connector, kind, config, row.refresh_token, now)
    except BaseException:
        held.update(fetching_until=None)
        raise
    margin = min(RENEWAL_MARGIN_SECONDS, issued.lifetime_seconds / 10)
    held.update(
        token=issued.access_token,
        refresh_token=issued.refresh_token or row.refresh_token,
        renew_at=now + timedelta(seconds=issued.lifetime_seconds - margin),
        fetching_until=None,
        updated_at=timezone.now(),
    )
    return issued.access_token


def _fetched(
    connector: Connector, kind: str, config: Mapping[str, object], refresh_token: str, now: datetime
) -> IssuedToken:
    asked = token_request(kind, config, Moment(now=now, nonce=str(uuid.uuid4())), refresh_token)
    try:
        answer = send(
            OutgoingRequest(
                method="POST",
                url=asked.url,
                headers=asked.headers,
                body=asked.body,
                timeout_seconds=TOKEN_TIMEOUT_SECONDS,
                allowed_networks=tuple(connector.allowed_networks),
                ca_bundle=bundle_path(connector.ca_certificates),
            )
        )
    except (ConnectFailedError, OutcomeUnknownError) as error:
        raise TokenUnavailableError(f"no access token: {error}") from None
    if _may_pass(answer):
        pause = retry_after_seconds(answer.headers.get("retry-after", ""), timezone.now())
        raise TokenUnavailableError(f"no access token: the token URL answered {answer.status}", pause)
    try:
        return read_token(answer.status, answer.text, asked.secrets)
    except TokenRefusedError as error:
        raise TokenError(f"the token URL gave no access token: {error}") from None


def _may_pass(answer: HttpAnswer) -> bool:
    return answer.status >= 500 or answer.status in _PASSING_STATUSES
