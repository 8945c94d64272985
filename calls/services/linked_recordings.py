"""Recordings that a provider reports under the id of a whole conversation: the call's legs have them too.

Such a report names no numbers and no leg, and stays a row of its own that waits for a call log. Whichever comes first,
the leg finds the recording there or the recording finds the leg. A recording that a leg's own events name is never
replaced.
"""

from __future__ import annotations

from django.db.models import QuerySet

from calls.models import Call
from connector_config.mapping.events import CallEvent


def parents_of(event: CallEvent) -> set[str]:
    """The session ids of other calls under which this event's recording may be reported."""
    return {event.parent_session_id} - {"", event.session_id}


def borrow_recording(call: Call) -> None:
    """Give a call (not yet saved) without a recording that of the conversation which it is a leg of."""
    if not call.recording_url and call.parent_session_id not in ("", call.session_id):
        lenders = Call.objects.filter(connector_id=call.connector_id, session_id=call.parent_session_id)
        told = _without_parties(lenders).exclude(recording_url="").order_by("-id")
        call.recording_url = told.values_list("recording_url", flat=True).first() or ""


def lend_recording(call: Call, *, before: str) -> list[Call]:
    """Give a saved recording without a call to the legs that have none, or still the one that it was ``before``.

    Returns those legs, locked and saved.
    """
    if not call.session_id or call.source_number or call.destination_number or call.recording_url == before:
        return []
    legs = Call.objects.filter(
        connector_id=call.connector_id, parent_session_id=call.session_id, recording_url__in={"", before}
    )
    found = list(legs.exclude(pk=call.pk).order_by("pk").select_for_update(of=("self",), no_key=True))
    for leg in found:
        leg.recording_url = call.recording_url
        leg.save(update_fields=["recording_url", "updated_at"])
    return found


def _without_parties(calls: QuerySet[Call]) -> QuerySet[Call]:
    return calls.filter(source_number="", destination_number="")
