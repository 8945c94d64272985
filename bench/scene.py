"""What is measured: a connector, an agent, a thousand leads, and the requests that their provider sends."""

from __future__ import annotations

import json
import uuid
from typing import Any

HOOK_KEY = "bench-hook-key-0123456789-0123456789"
EMAIL = "agent@bench.invalid"
PASSWORD = "bench-password-only-here"
AGENT_NUMBER = "+919611790000"
DISPLAY_NUMBER = "+919020897874"
LEADS = 1000


def lead_name(number: int) -> str:
    """The name of a lead; ends in a full stop, so that no name is the beginning of another."""
    return f"Bench Lead {number % LEADS}."


def lead_phone(number: int) -> str:
    """A lead's number."""
    return f"+91961180{number % LEADS:04d}"


def build() -> None:
    """Fill an empty system; needs Django set up."""
    from connector_config.models import Connector, VirtualNumber
    from connector_config.selectors import number_key
    from crm.models import Agent, Lead, LeadPhone
    from crm.services.people import Account, save_agent
    from crm.services.phones import phone_columns

    agent = save_agent(
        agent=Agent(name="Bench Agent", email=EMAIL), account=Account(password=PASSWORD), phones=[AGENT_NUMBER]
    )
    connector = Connector.objects.create(slug="bench", name="Bench", hook_key=HOOK_KEY, time_zone="UTC")
    key = number_key(DISPLAY_NUMBER, connector.default_country)
    VirtualNumber.objects.create(connector=connector, number=DISPLAY_NUMBER, e164=key, tag="Bench")
    leads = Lead.objects.bulk_create([Lead(name=lead_name(number), owner=agent) for number in range(LEADS)])
    phones = [LeadPhone(lead=lead, **phone_columns(lead_phone(number), "IN")) for number, lead in enumerate(leads)]
    LeadPhone.objects.bulk_create(phones)


def build_agents(number: int) -> list[str]:
    """Fill an empty system with so many agents beside the rest; a session cookie for each. Needs Django set up."""
    from crm.models import Agent
    from crm.services.people import save_agent

    build()
    cookies = []
    for index in range(number):
        agent = Agent(name=f"Bench Agent {index}", email=f"agent-{index}@bench.invalid")
        cookies.append(_session_cookie(save_agent(agent=agent, phones=[agent_number(index)]).user))
    return cookies


def agent_number(index: int) -> str:
    """The telephone of an agent made by build_agents."""
    return f"+91961170{index:04d}"


def _session_cookie(user: Any) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def call_log(number: int) -> bytes:
    """A complete call log of sixteen fields about lead ``number``; no two have the same session."""
    return json.dumps({
        "SourceNumber": lead_phone(number), "DestinationNumber": AGENT_NUMBER, "DisplayNumber": DISPLAY_NUMBER,
        "StartTime": "2026-01-31 09:30:00", "EndTime": "2026-01-31 09:31:00", "CallDuration": "60",
        "Status": "Answered", "Direction": "Inbound", "CallSessionId": uuid.uuid4().hex,
        "CallNotes": "Enquired about the product", "ResourceURL": "https://recordings.example/1.mp3",
        "CallerName": "Ravi Kumar", "CallerCity": "Bengaluru", "CallerState": "Karnataka",
        "CallerSource": "Website", "Tag": "Bench",
    }).encode()  # fmt: skip


def popup(number: int, session_id: str, *, agent: int | None = None) -> bytes:
    """A ringing popup of lead ``number`` for the agent, or for one of build_agents."""
    return json.dumps({
        "SourceNumber": lead_phone(number),
        "DestinationNumber": AGENT_NUMBER if agent is None else agent_number(agent), "DisplayNumber": DISPLAY_NUMBER,
        "Direction": "Inbound", "Status": "Ringing", "CallSessionId": session_id,
    }).encode()  # fmt: skip
