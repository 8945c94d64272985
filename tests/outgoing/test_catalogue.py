"""The help on merge fields: every name has a sentence, and every entry is a template that can be used."""

from __future__ import annotations

import pytest

from connector_config.connector_checks import template_faults
from connector_config.outgoing.catalogue import merge_fields
from connector_config.outgoing.names import BARE_NAMES, SCOPED_NAMES
from connector_config.placeholders import MergeContext, compile_template
from tests.factories import ConnectorFactory, LeadFactory, RequestTemplateFactory


def test_every_name_of_the_catalogue_is_listed_once_with_a_sentence() -> None:
    entries = merge_fields()

    assert len({entry.text for entry in entries}) == len(entries)
    assert len(entries) == len(BARE_NAMES) + sum(len(names) for names in SCOPED_NAMES.values())
    assert all(len(entry.meaning.split()) >= 2 for entry in entries)


@pytest.mark.parametrize("entry", merge_fields(["mx_Budget", "Plan"]), ids=lambda entry: entry.text)
def test_an_entry_can_be_put_into_a_template_as_it_stands(entry: object) -> None:
    text = getattr(entry, "text", "")

    template = compile_template(text, {"Lead:Plan"})

    assert len(template.placeholders) == 1
    assert template.render(MergeContext()) == ""


@pytest.mark.django_db
def test_a_free_field_that_leads_have_may_stand_in_a_request_and_others_may_not() -> None:
    LeadFactory(custom_fields={"Plan": "Gold"})
    template = RequestTemplateFactory(connector=ConnectorFactory(), url="https://api.example.com/?p=@{Lead:Plan,none}")

    assert template_faults(template, []) == []
    template.url = "https://api.example.com/?p=@{Lead:Plon,none}"
    assert [fault.field for fault in template_faults(template, [])] == ["url"]
