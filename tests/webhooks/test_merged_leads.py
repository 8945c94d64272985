"""Requests that name a lead which went into another, and calls entered by hand when they are folded again."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from calls.models import Call, StoredEvent
from calls.services.lead_merging import merge_leads, undo_merge
from calls.services.manual_calls import ManualCall, change_manual_call, log_manual_call
from connector_config.mapping.events import CallStatus, Direction
from connector_config.models import Connector
from crm.models import Lead
from tests.factories import AgentFactory, ConnectorFactory, LeadFactory, OpportunityFactory
from tests.webhooks.test_call_log import SAMPLE, post

pytestmark = pytest.mark.django_db
RAVI = "+919611795983"


@pytest.fixture
def connector() -> Connector:
    made: Connector = ConnectorFactory(time_zone="Asia/Kolkata")
    return made


@pytest.mark.parametrize("name", ["our id", "external id"])
def test_lead_id_of_a_merged_lead_means_the_kept_one(name: str, connector: Connector) -> None:
    kept, former = LeadFactory(), LeadFactory(external_id="L-2")
    sent = str(former.pk) if name == "our id" else "L-2"
    merge = merge_leads(kept=kept, former=former)

    post(connector, {**SAMPLE, "LeadId": sent})

    call = Call.objects.get()
    assert call.lead == kept
    assert "lead_unknown" not in call.flags
    undo_merge(merge=merge)
    post(connector, {**SAMPLE, "LeadId": sent, "CallSessionId": "after"})
    assert Call.objects.get(session_id="after").lead == Lead.objects.get(pk=former.pk)


def test_late_event_of_a_merged_leads_call_stays_with_the_kept_lead(connector: Connector) -> None:
    former = LeadFactory(phones=[RAVI])
    post(connector, {**SAMPLE, "LeadId": str(former.pk), "ResourceURL": ""})
    kept = LeadFactory()
    merge_leads(kept=kept, former=former)

    post(connector, {"CallSessionId": SAMPLE["CallSessionId"], "ResourceURL": "https://server/late.mp3"})

    call = Call.objects.get()
    assert call.recording_url == "https://server/late.mp3"
    assert (call.lead, call.candidates) == (kept, [])


def test_number_of_a_merged_lead_finds_the_kept_one(connector: Connector) -> None:
    kept = LeadFactory(phones=["+912261234567"])
    merge_leads(kept=kept, former=LeadFactory(phones=[RAVI]))

    post(connector, SAMPLE)

    assert Call.objects.get().lead == kept


def _entry(connector: Connector, lead: Lead, **values: Any) -> ManualCall:
    return ManualCall(
        **{
            "lead": lead,
            "connector": connector,
            "direction": Direction.OUTBOUND,
            "status": CallStatus.ANSWERED,
            "started_at": timezone.now(),
            "customer_number": RAVI,
            **values,
        }
    )


def test_manual_call_is_folded_from_its_one_event_whatever_is_changed(connector: Connector) -> None:
    agent, lead = AgentFactory(phones=["+919611795980"]), LeadFactory(phones=[RAVI])
    other = OpportunityFactory(lead=LeadFactory(phones=[RAVI]))
    call = log_manual_call(entry=_entry(connector, lead, duration_seconds=5), agent=agent, user=agent.user)

    entry = _entry(connector, other.lead, opportunity=other, direction=Direction.INBOUND)
    changed = change_manual_call(call=call, entry=entry, user=agent.user)

    event = StoredEvent.objects.get()
    assert (changed.pk, event.call_id) == (call.pk, call.pk)
    assert event.journal_id < 0
    assert (changed.lead, changed.opportunity, changed.agent) == (other.lead, other, agent)
    assert (changed.direction, changed.duration_seconds, changed.is_manual) == ("Inbound", None, True)
    assert changed.entered_by == agent.user


def test_provider_reports_do_not_mix_with_calls_entered_by_hand(connector: Connector) -> None:
    agent, lead = AgentFactory(phones=["+919611795980"]), LeadFactory(phones=[RAVI])
    log_manual_call(entry=_entry(connector, lead), agent=agent, user=agent.user)

    post(connector, {**SAMPLE, "CallSessionId": ""})

    assert Call.objects.filter(is_manual=True).count() == Call.objects.filter(is_manual=False).count() == 1
