"""A small sales office for browser tests and for the pictures in docs: runs inside the product (`manage.py shell`)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from calls.models import Call
from connector_config.mapping.events import CallStatus, Direction
from connector_config.models import Connector, RequestTemplate
from crm.models import Agent, Lead
from tests import factories

# Where it is day: what happened an hour ago is to have happened today.
ZONE = "Asia/Kolkata" if 2 <= datetime.now(ZoneInfo("Asia/Kolkata")).hour < 23 else "Europe/London"
HOOK_KEY = "browser-tests-0123456789-abcdefghijkl"
PASSWORD = factories.PASSWORD
ASHA, BEN, ADMINISTRATOR = "asha@example.com", "ben@example.com", "admin@example.com"
RAVI_NUMBERS = ("+919611795983", "+912261234567")
OPTIONS = ("Interested", "Call back", "Wrong number")
# who, direction, status, minutes ago, seconds, disposition, notes
_DAY: list[tuple[str, Direction, CallStatus, int, int, str, str]] = [
    ("Ravi Kumar", Direction.OUTBOUND, CallStatus.ANSWERED, 3 * 1440, 312, "Call back", "Wants the papers by e-mail."),
    ("Meera Iyer", Direction.INBOUND, CallStatus.MISSED, 12, 0, "", ""),
    ("", Direction.INBOUND, CallStatus.MISSED, 29, 0, "", ""),
    ("Sana Sheikh", Direction.INBOUND, CallStatus.VOICEMAIL, 41, 22, "", ""),
    ("Arjun Mehta", Direction.INBOUND, CallStatus.ANSWERED, 8, 134, "Interested", "Wants a test drive on Saturday."),
    ("Farah Khan", Direction.OUTBOUND, CallStatus.NOT_ANSWERED, 18, 0, "Call back", ""),
    ("Arjun Mehta", Direction.OUTBOUND, CallStatus.ANSWERED, 33, 61, "", ""),
    ("Dev Patel", Direction.INBOUND, CallStatus.ANSWERED, 47, 742, "Interested", "Second car, wants an offer."),
    ("Farah Khan", Direction.OUTBOUND, CallStatus.BUSY, 55, 0, "", ""),
]  # fmt: skip
_LEADS = {
    "Ravi Kumar": ("Acme Motors", "Qualified", RAVI_NUMBERS),
    "Meera Iyer": ("", "New", ("+919845012345",)),
    "Sana Sheikh": ("Blue Lotus Travels", "Contacted", ("+919900112233",)),
    "Arjun Mehta": ("Mehta & Sons", "Qualified", ("+918025551234",)),
    "Farah Khan": ("", "Contacted", ("+919876501234",)),
    "Dev Patel": ("Patel Logistics", "Won", ("+917922223344",)),
}


def fill(provider_url: str) -> None:
    """Make the office; ``provider_url`` gets click-to-calls at /call and dispositions at /dispose."""
    asha = factories.AgentFactory(email=ASHA, name="Asha Rao", phones=["+919611795980"])
    factories.AgentFactory(email=BEN, name="Ben Thomas", phones=["+919611795981"])
    factories.UserFactory(username=ADMINISTRATOR, is_staff=True, is_superuser=True)
    connector = _connector(provider_url)
    leads = {name: _lead(asha, name, *facts) for name, facts in _LEADS.items()}
    factories.OpportunityFactory(lead=leads["Ravi Kumar"], name="Car loan", stage="Documents", owner=asha)
    for number, row in enumerate(_DAY):
        _call(asha, connector, leads.get(row[0]), number, row)


def _connector(provider_url: str) -> Connector:
    connector: Connector = factories.ConnectorFactory(
        slug="acme", name="Acme Telephony", hook_key=HOOK_KEY, time_zone="Asia/Kolkata"
    )
    factories.VirtualNumberFactory(connector=connector, number="+919020897874", tag="Website", is_default=True)
    factories.VirtualNumberFactory(connector=connector, number="+919020897875", tag="Support")
    factories.RequestTemplateFactory(
        connector=connector, url=f"{provider_url}/call?agent=@agentNumber", response_keyword="OK"
    )
    factories.RequestTemplateFactory(
        connector=connector,
        purpose=RequestTemplate.Purpose.DISPOSITION,
        url=f"{provider_url}/dispose",
        body='{"session":"@callSessionId","value":"@dispositionValue","notes":"@callNotes"}',
        field=factories.DispositionFieldFactory(name="Disposition", options=OPTIONS),
    )
    return connector


def _lead(owner: Agent, name: str, company: str, stage: str, phones: tuple[str, ...]) -> Lead:
    email = f"{name.split()[0].lower()}@example.com"
    lead: Lead = factories.LeadFactory(
        name=name, company=company, stage=stage, owner=owner, phones=phones, email=email, source="Website",
        origin="Website", city="Pune", state="Maharashtra", country="India",
    )  # fmt: skip
    return lead


def _call(agent: Agent, connector: Connector, lead: Lead | None, number: int, row: Any) -> Call:
    _, direction, status, minutes, seconds, disposition, notes = row
    phone = lead.phones.first() if lead else None
    call: Call = factories.CallFactory(
        connector=connector, session_id=f"sample-{number}", agent=agent, lead=lead, direction=direction.value,
        status=status.value, customer_number=phone.e164 if phone else "+919731200456",
        started_at=timezone.now() - timedelta(minutes=minutes), duration_seconds=seconds or None, is_over=True,
        disposition=disposition, notes=notes, display_number="+919020897874", display_number_e164="+919020897874",
        virtual_number=connector.virtual_numbers.first(),
        recording_url="https://recordings.example.com/1.mp3" if seconds > 60 else "",
    )  # fmt: skip
    return call
