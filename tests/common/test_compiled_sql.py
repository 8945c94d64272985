"""Statements that are compiled once: they read and write what the ORM itself would."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from calls.models import Call
from crm.models import Lead, LeadPhone
from telephony_connector.common.compiled_sql import CompiledRead, CompiledWrite
from tests import factories
from webhooks.models import JournalEntry

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 1, 31, 9, 30, 0, 123456, tzinfo=UTC)


def phones_of(*suffixes: str) -> Any:
    """Strings in a list, a join, and columns that SQLite keeps as text."""
    phones = LeadPhone.objects.filter(national_suffix__in=suffixes).order_by("lead__name", "position")
    return phones.values_list("number", "lead_id", "lead__created_at", "lead__custom_fields")


def calls_of(connector_id: int, key: str) -> Any:
    """A constant between two values."""
    return Call.objects.filter(
        session_key=key, occurrence__lt=3, connector_id=connector_id
    ).order_by("pk").values_list("pk", "happened_at", "flags")  # fmt: skip


def test_rows_are_those_of_the_queryset() -> None:
    for number in range(3):
        factories.LeadFactory(phones=[f"+91961179598{number}"], custom_fields={"a": [number]})
    suffixes = [str(phone.national_suffix) for phone in LeadPhone.objects.all()]
    compiled = CompiledRead(phones_of)

    for some in (suffixes[:1], suffixes, suffixes[::-1], ["none", "known"], suffixes[1:2]):
        assert compiled.rows(*some) == list(phones_of(*some))
    assert len(compiled.rows(*suffixes)) == 3


def test_integers_and_constants_keep_their_places(django_assert_num_queries: Any) -> None:
    call = factories.CallFactory(session_key="one", happened_at=MOMENT, flags=["manual"])
    factories.CallFactory(session_key="one")
    compiled = CompiledRead(calls_of)
    assert compiled.rows(call.connector_id, "other") == []

    with django_assert_num_queries(1):
        rows = compiled.rows(call.connector_id, "one")

    assert rows == [(call.pk, MOMENT, ["manual"])]


@pytest.mark.parametrize("text", ["it's", '"', "%s", "%", "\\", "value 4611686018427000000", "नाम", "x" * 200])
def test_values_are_only_ever_values(text: str) -> None:
    factories.LeadFactory(name=text)
    compiled = CompiledRead(lambda name: Lead.objects.filter(name=name).values_list("name"))

    assert compiled.rows(text) == [(text,)]
    assert compiled.rows("somebody") == []


@pytest.mark.parametrize(
    "build",
    [
        lambda name: Lead.objects.filter(name__contains=name).values_list("pk"),
        lambda name: Lead.objects.filter(name=name, company=name).values_list("pk"),
        lambda name: Lead.objects.values_list("pk"),
    ],
    ids=["changed", "twice", "not at all"],
)
def test_value_that_does_not_stand_in_the_sql_as_it_is_is_refused(build: Any) -> None:
    with pytest.raises(ValueError, match="once, unchanged"):
        CompiledRead(build).rows("Ravi")


def test_inserted_row_is_the_one_that_save_makes() -> None:
    saved, inserted = (
        JournalEntry(
            connector=factories.ConnectorFactory(), endpoint="call-log", method="POST", headers={"a": "ü"},
            body=b"\x00\xff", remote_address="2001:db8::1", received_at=MOMENT, errors=[{"field": "x"}],
        )
        for _ in range(2)
    )  # fmt: skip
    saved.save(force_insert=True)

    CompiledWrite(JournalEntry).insert(inserted)

    assert (inserted.pk, inserted._state.adding, inserted._state.db) == (saved.pk + 1, False, "default")
    rows = JournalEntry.objects.order_by("pk").values(*_names(JournalEntry, but=("id", "connector")))
    assert rows[0] == rows[1]
    inserted.method = "GET"
    inserted.save()
    assert JournalEntry.objects.get(pk=inserted.pk).method == "GET"


def test_columns_that_set_themselves_are_set() -> None:
    call = factories.CallFactory.build(connector=factories.ConnectorFactory(), agent=None, lead=None)

    CompiledWrite(Call).insert(call)

    assert call.created_at is not None
    assert Call.objects.get(pk=call.pk).created_at == call.created_at


def test_constraints_hold() -> None:
    entry = factories.JournalEntryFactory(delivery_key="once")
    again = JournalEntry(
        connector=entry.connector, endpoint="call-log", method="POST", received_at=MOMENT, delivery_key="once"
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        CompiledWrite(JournalEntry).insert(again)


def test_update_writes_its_columns_of_its_row() -> None:
    entry, other = factories.JournalEntryFactory(endpoint="events"), factories.JournalEntryFactory()

    CompiledWrite(JournalEntry, "verdict", "errors", "reply_status").update(entry.pk, "rejected", [{"a": 1}], 422)

    entry.refresh_from_db()
    assert (entry.endpoint, entry.verdict, entry.errors, entry.reply_status) == ("events", "rejected", [{"a": 1}], 422)
    assert JournalEntry.objects.get(pk=other.pk).verdict == other.verdict


def test_database_that_does_not_return_new_keys_is_asked_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    if connection.vendor == "sqlite":
        monkeypatch.setattr(type(connection.features), "can_return_columns_from_insert", False)
    entry = JournalEntry(connector=factories.ConnectorFactory(), endpoint="call-log", method="POST", received_at=MOMENT)

    CompiledWrite(JournalEntry).insert(entry)

    assert JournalEntry.objects.get() == entry


def _names(model: type[models.Model], *, but: tuple[str, ...]) -> list[str]:
    return [one.name for one in model._meta.local_concrete_fields if one.name not in but]
