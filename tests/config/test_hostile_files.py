"""Whatever is in a configuration file, it is imported or refused in words."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import yaml
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector_config.services.configuration import ConfigurationFileError, import_configuration

pytestmark = pytest.mark.django_db

KEYS = st.sampled_from([
    "version", "teams", "agents", "connectors", "leads", "fields", "opportunities", "slug", "name", "email", "phones",
    "verification", "scheme", "secret", "ip_allow_list", "click_to_call", "disposition", "url", "body", "headers",
    "mapping", "rules", "virtual_numbers", "number", "options", "owner", "lead", "id", "agent_ids", "preset",
    "hook_key",
    "allowed_networks", "excluded_numbers", "call_route", "reply", "values", "timeout_seconds", "default_country",
])  # fmt: skip
WORDS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.sampled_from(["standard", "acme", "a@example.com", "+919611795983", "http://127.0.0.1/@leadId", "hmac", "IN"]),
)  # fmt: skip
TREES = st.recursive(
    WORDS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=25,
)
HOSTILE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def import_or_refuse(data: bytes) -> None:
    with suppress(ConfigurationFileError), transaction.atomic():
        import_configuration(data, is_dry_run=True)


@HOSTILE
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    import_or_refuse(text.encode("utf-8", "surrogatepass"))


@HOSTILE
@given(st.binary(max_size=100))
def test_any_bytes(data: bytes) -> None:
    import_or_refuse(data)


@HOSTILE
@given(TREES, TREES, TREES)
def test_any_tree_in_the_places_of_a_file(connector: Any, agent: Any, lead: Any) -> None:
    connectors = (
        [connector, {"slug": "acme", "name": "Acme", **connector}] if isinstance(connector, dict) else connector
    )
    agents = [{"email": "a@example.com", **agent}] if isinstance(agent, dict) else agent
    leads = [{"name": "L", **lead}] if isinstance(lead, dict) else lead
    tree = {"version": 1, "connectors": connectors, "agents": agents, "leads": leads, "opportunities": lead}

    import_or_refuse(yaml.dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass"))


@HOSTILE
@given(KEYS, TREES)
def test_any_value_of_any_key_of_a_connector(key: str, value: Any) -> None:
    tree = {"version": 1, "connectors": [{"slug": "acme", "name": "Acme", key: value}]}

    import_or_refuse(yaml.dump(tree, allow_unicode=True).encode("utf-8", "surrogatepass"))
