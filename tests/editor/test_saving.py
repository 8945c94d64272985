"""Saving an edited mapping, taking it back, and replaying a request with it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from calls.models import Call
from connector_config.models import Connector
from connector_config.selectors import connector_config
from tests.editor.conftest import Ask, document_of
from webhooks.models import JournalEntry

pytestmark = pytest.mark.django_db


def test_saving_stores_only_what_differs_and_counts_the_version_up(connector: Connector, ask: Ask) -> None:
    document = document_of(connector)
    document["fields"]["tag"] = "campaign"

    answer = ask("save", document=document)

    before = connector.config_version
    connector.refresh_from_db()
    assert connector.mapping == {"fields": {"tag": "campaign"}}
    assert connector.config_version > before
    assert connector_config(connector).mapping.rules[-1].fields["tag"][0].label == "campaign"
    assert answer["stamp"]


def test_saving_over_somebody_elses_change_is_refused(connector: Connector, ask: Ask) -> None:
    Connector.objects.filter(pk=connector.pk).update(mapping={"zone": "UTC"})

    answer = ask("save", status=409)

    connector.refresh_from_db()
    assert "Somebody else" in answer["error"]
    assert connector.mapping == {"zone": "UTC"}


def test_an_unchanged_document_makes_no_version(connector: Connector, ask: Ask) -> None:
    ask("save")

    assert connector.mapping_versions.count() == 0


def test_an_earlier_version_can_be_brought_back_and_that_too(
    administrator: Client, connector: Connector, ask: Ask
) -> None:
    stamp = ask("save", document={**document_of(connector), "zone": "UTC"})["stamp"]
    version = connector.mapping_versions.get()

    answer = administrator.post(
        reverse("mapping-editor-restore", args=[connector.pk]), {"version": version.pk, "stamp": stamp}
    )

    connector.refresh_from_db()
    assert answer.status_code == 302
    assert connector.mapping == {}
    assert [one.mapping for one in connector.mapping_versions.all()] == [{"zone": "UTC"}, {}]


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "9" * 30])
def test_a_version_that_is_not_there_is_a_404(administrator: Client, connector: Connector, version: str) -> None:
    answer = administrator.post(reverse("mapping-editor-restore", args=[connector.pk]), {"version": version})

    assert answer.status_code == 404


def test_from_an_unknown_request_to_a_call_by_start_and_save_and_replay(
    connector: Connector, ask: Ask, entry: JournalEntry
) -> None:
    sample = f"journal:{entry.pk}"
    document = ask("start", sample=sample)["document"]
    document["rules"][0]["fields"]["status"]["table"]["3"] = "Answered"

    answer = ask("save", document=document, sample=sample, replay=True)

    call = Call.objects.get()
    assert answer["message"] == "Saved. The request was read again: processed."
    assert (call.session_id, call.status, call.direction) == ("QX-000918", "Answered", "Inbound")
    assert call.duration_seconds == 48


def test_a_replay_that_is_still_rejected_says_why(ask: Ask, entry: JournalEntry) -> None:
    answer = ask("save", sample=f"journal:{entry.pk}", replay=True)

    assert "still rejected: Direction is missing" in answer["message"]
