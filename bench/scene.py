"""What is measured: a connector, an agent, a thousand leads, and the requests that their provider sends."""

from __future__ import annotations

import json
import uuid

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


def popup(number: int, session_id: str) -> bytes:
    """A ringing popup of lead ``number`` for the agent."""
    return json.dumps({
        "SourceNumber": lead_phone(number), "DestinationNumber": AGENT_NUMBER, "DisplayNumber": DISPLAY_NUMBER,
        "Direction": "Inbound", "Status": "Ringing", "CallSessionId": session_id,
    }).encode()  # fmt: skip
