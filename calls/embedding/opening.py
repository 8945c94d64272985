"""Opening an embedded page with a key of single sign-on: used up, turned into a session, and shown at once."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse

from calls.embedding.framing import let_frame
from calls.embedding.keys import KeyRefusedError, find_key, use_up
from calls.embedding.middleware import let_in
from calls.embedding.pages import refused_page, session_page
from calls.embedding.sessions import open_session
from calls.models import EmbedTarget, SsoKey
from connector_config.selectors import ConnectorConfig
from crm.matching import is_same_number
from crm.selectors import find_lead
from telephony_connector.common.refusals import count_refusal

MOST_REFUSALS_A_MINUTE = 60
TARGETS = {
    "lead-details": frozenset({EmbedTarget.LEAD}),
    "opportunity-details": frozenset({EmbedTarget.OPPORTUNITY}),
    "sso": frozenset({EmbedTarget.CONSOLE, EmbedTarget.POPUPS}),
    "console": frozenset({EmbedTarget.CONSOLE}),
    "popups": frozenset({EmbedTarget.POPUPS}),
}
"""Which keys open the page at which last part of the URL."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the URL names beside the key; empty where it names nothing."""

    lead_id: str = ""
    lead_phone: str = ""
    opportunity_id: str = ""


def open_page(
    request: HttpRequest, *, connector: ConnectorConfig, endpoint: str, key: str, asked: Asked, address: str
) -> HttpResponse:
    """The page that the key opens, with the token of a new session in it; else a page that says what to do."""
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        # A browser that looks ahead must not use the key up.
        return let_frame(HttpResponse(status=503), connector.embed_origins)
    try:
        redeemed = find_key(key=key, connector=connector, targets=TARGETS[endpoint])
        _check_asked(redeemed, asked, connector)
        use_up(redeemed)
        session, token = open_session(key=redeemed)
        let_in(request, session)
        return session_page(request, session, token=token)
    except Http404:
        refusal = KeyRefusedError("This lead is not among yours, or is there no longer.", status=403)
    except KeyRefusedError as error:
        refusal = error
    if _is_noise(address):
        # Good keys go on opening pages: a whole office may share the address with whoever tries.
        refusal = KeyRefusedError("Too many links were refused. Wait a minute.", status=429)
    else:
        logger.warning("A key of single sign-on was refused at connector %s: %s", connector.slug, refusal.message)
    return refused_page(request, refusal, connector)


def _check_asked(key: SsoKey, asked: Asked, connector: ConnectorConfig) -> None:
    """Raise KeyRefusedError when the URL names another lead or opportunity than the key was made for."""
    other = KeyRefusedError("This link was made for another lead.", status=403)
    lead = key.opportunity.lead if key.opportunity else key.lead
    if asked.lead_id and lead is not None:
        named = find_lead(asked.lead_id)
        if named is None or named.pk != lead.pk:
            raise other
    if asked.lead_phone and lead is not None:
        numbers = [phone.e164 or phone.number for phone in lead.phones.all()]
        if not any(is_same_number(asked.lead_phone, number, connector.default_country) for number in numbers):
            raise other
    known = {str(key.opportunity.pk), key.opportunity.external_id} if key.opportunity else {asked.opportunity_id}
    if asked.opportunity_id and asked.opportunity_id not in known:
        raise other


def _is_noise(address: str) -> bool:
    """Count a refusal; True once there were many. By process: keys have 256 bits, so this only keeps the log short."""
    return count_refusal(f"sso-refused:{address}", seconds=60) > MOST_REFUSALS_A_MINUTE
