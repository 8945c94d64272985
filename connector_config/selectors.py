"""Reads over connectors; above all the cached, immutable ConnectorConfig that the hot paths work with."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from connector_config.embed_origins import known_origins
from connector_config.mapping.document import Mapping, merge_mapping, parse_mapping
from connector_config.models import Connector, VirtualNumber
from connector_config.opening_hours import OpeningHours, parse_opening_hours
from connector_config.presets import Preset, load_preset
from crm.models import Agent
from telephony_connector.common.compiled_sql import CompiledRead
from telephony_connector.common.phones import parse_phone


@dataclass(frozen=True, slots=True)
class VirtualNumberConfig:
    """One virtual number of a connector."""

    id: int
    number: str
    tag: str
    fallback_agent_id: int | None


@dataclass(frozen=True, slots=True)
class ConnectorConfig:
    """A connector with everything that a request needs, compiled; one instance serves until ``version`` grows.

    ``agent_ids`` maps the provider's agent ids to ours; ``numbers`` look-ups go by the normal form of ``number_key``.
    """

    id: int
    version: int
    hook_key: str = field(repr=False)
    slug: str
    name: str
    time_zone: str
    default_country: str
    preset: Preset
    mapping: Mapping = field(repr=False)
    verification_scheme: str
    verification_settings: dict[str, Any] = field(repr=False)
    verification_secrets: dict[str, Any] = field(repr=False)
    server_credential: str = field(repr=False)
    previous_server_credential: str = field(repr=False)
    embed_origins: tuple[str, ...]
    ip_allow_list: tuple[str, ...]
    call_route_reply: str
    call_route_body: str
    call_route_content_type: str
    call_route_number_format: str
    opening_hours: OpeningHours
    popup_enabled: bool
    lead_creation: str
    owner_id: int | None
    virtual_numbers: dict[str, VirtualNumberConfig]
    excluded_numbers: frozenset[str]
    agent_ids: dict[str, int]
    keeps_recordings: bool

    def virtual_number(self, number: str) -> VirtualNumberConfig | None:
        """The virtual number that these digits mean, in any writing."""
        return self.virtual_numbers.get(number_key(number, self.default_country)) if number else None

    def is_internal(self, number: str) -> bool:
        """True for our own numbers, which never make or match a lead."""
        key = number_key(number, self.default_country)
        return key in self.virtual_numbers or key in self.excluded_numbers


def number_key(number: str, country: str) -> str:
    """The form by which configured numbers are compared: E.164, else the digits or the bare text."""
    parsed = parse_phone(number, country)
    return parsed.e164 if parsed else number.strip().lower()


_VERSIONS = CompiledRead(
    lambda hook_key: (
        Connector.objects.filter(hook_key=hook_key, is_enabled=True).order_by().values_list("pk", "config_version")
    )
)
_lock = threading.Lock()
_cache: dict[int, ConnectorConfig] = {}


def connector_config_by_key(hook_key: str) -> ConnectorConfig | None:
    """The enabled connector of a hook key, or None. One small query; the rest is cached while its version holds."""
    row = next(iter(_VERSIONS.rows(hook_key)), None)
    if row is None:
        return None
    cached = _cache.get(row[0])
    if cached is not None and (cached.version, cached.hook_key) == (row[1], hook_key):
        return cached
    return connector_config_by_id(row[0])


def connector_config_by_id(connector_id: int) -> ConnectorConfig:
    """The compiled configuration of a connector, enabled or not. Raises Connector.DoesNotExist."""
    return connector_config(Connector.objects.get(pk=connector_id))


def connector_config(connector: Connector) -> ConnectorConfig:
    """The compiled configuration of a connector, cached by its version."""
    with _lock:
        cached = _cache.get(connector.pk)
        # The key stands beside the version because SQLite gives the id of a deleted row to the next one.
        if cached is None or (cached.version, cached.hook_key) != (connector.config_version, connector.hook_key):
            cached = _cache[connector.pk] = build_connector_config(connector)
        return cached


def build_connector_config(connector: Connector) -> ConnectorConfig:
    """The configuration as the object says, cached nowhere. Raises InvalidMappingError and UnknownPresetError."""
    preset = load_preset(connector.preset)
    country = connector.default_country
    numbers = {number_key(row.number, country): _virtual_number(row) for row in connector.virtual_numbers.all()}
    return ConnectorConfig(
        id=connector.pk,
        version=connector.config_version,
        hook_key=connector.hook_key,
        slug=connector.slug,
        name=connector.name,
        time_zone=connector.time_zone,
        default_country=country,
        preset=preset,
        mapping=parse_mapping(merge_mapping(preset.mapping, connector.mapping)),
        verification_scheme=connector.verification_scheme,
        verification_settings=dict(connector.verification_settings),
        verification_secrets=dict(connector.verification_secrets or {}),
        server_credential=connector.server_credential,
        previous_server_credential=connector.previous_server_credential,
        embed_origins=known_origins(connector.embed_origins or ()),
        ip_allow_list=tuple(connector.ip_allow_list),
        call_route_reply=connector.call_route_reply,
        call_route_body=connector.call_route_body,
        call_route_content_type=connector.call_route_content_type,
        call_route_number_format=connector.call_route_number_format,
        opening_hours=parse_opening_hours(connector.opening_hours),
        popup_enabled=connector.popup_enabled,
        lead_creation=connector.lead_creation,
        owner_id=connector.owner_id,
        virtual_numbers=numbers,
        excluded_numbers=frozenset(number_key(number, country) for number in connector.excluded_numbers),
        agent_ids=dict(connector.agent_mappings.values_list("provider_agent_id", "agent_id")),
        keeps_recordings=connector.keeps_recordings,
    )


def _virtual_number(row: VirtualNumber) -> VirtualNumberConfig:
    return VirtualNumberConfig(id=row.pk, number=row.number, tag=row.tag, fallback_agent_id=row.fallback_agent_id)


def connectors_of(agent: Agent) -> QuerySet[Connector]:
    """Enabled connectors that the agent works with: those of their team, and those assigned to no team."""
    enabled = Connector.objects.filter(is_enabled=True)
    return (enabled.filter(teams=None) | enabled.filter(teams=agent.team_id)).distinct()
