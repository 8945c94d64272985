"""Exporting the configuration as YAML that import_configuration reads back to the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Model

from connector_config.configuration_schema import VERSION
from connector_config.masking import masked_body, masked_url
from connector_config.models import Connector, DispositionField, RequestTemplate
from connector_config.services.configuration import columns
from connector_config.services.configuration.authentication import exported_authentication
from connector_config.services.configuration.recordings import exported_recording_authentication
from crm.models import Agent, Lead, Opportunity, Team
from crm.models.phones import StoredPhone
from crm.services.phones import home_country
from telephony_connector.common.phones import to_e164

_Entry = dict[str, Any]


@transaction.atomic
def export_configuration(*, with_secrets: bool = False) -> str:
    """Teams, agents, fields, leads, opportunities and connectors as YAML, in a stable order.

    Without secrets, what is or may be a credential is left out or ``***``, and an import keeps what it finds stored.
    """
    country = home_country()
    document: _Entry = {
        "version": VERSION,
        "secrets": "included" if with_secrets else "omitted",
        "teams": [{"name": team.name} | _columns(team, columns.TEAM) for team in Team.objects.order_by("name")],
        "agents": [_agent(agent, country, with_secrets=with_secrets) for agent in _agents()],
        "fields": [_field(field) for field in DispositionField.objects.prefetch_related("options").order_by("name")],
        "leads": [_lead(lead, country) for lead in _leads()],
        "opportunities": [_opportunity(item) for item in _opportunities()],
        "connectors": [_connector(connector, with_secrets=with_secrets) for connector in _connectors()],
    }
    return yaml.dump(
        document,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=110,
        default_flow_style=False,
    )


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # one of two classes
    """Writes no aliases, which the import refuses."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _agents() -> Iterable[Agent]:
    related = ("phones", "groups", "provider_ids__connector")
    return Agent.objects.select_related("user", "team").prefetch_related(*related).order_by("email")


def _leads() -> Iterable[Lead]:
    return Lead.objects.select_related("owner").prefetch_related("phones").order_by("id").iterator(chunk_size=1000)


def _opportunities() -> Iterable[Opportunity]:
    return Opportunity.objects.select_related("owner", "lead").order_by("id").iterator(chunk_size=1000)


def _connectors() -> Iterable[Connector]:
    numbers = ("virtual_numbers__fallback_agent", "virtual_numbers__callers")
    related = ("teams", *numbers, "request_templates__headers", "request_templates__field")
    return Connector.objects.select_related("owner").prefetch_related(*related).order_by("slug")


def _columns(row: Model, table: Mapping[str, str], left_out: Iterable[str] = ()) -> _Entry:
    """The row's columns under the file's keys; ``a.b`` becomes a key inside ``a``."""
    entry: _Entry = {}
    for key, column in table.items():
        if key in left_out:
            continue
        outer, dot, inner = key.partition(".")
        target = entry.setdefault(outer, {}) if dot else entry
        target[inner if dot else key] = getattr(row, column)
    return entry


def _email_of(agent: Agent | None) -> str:
    return agent.email if agent else ""


def _numbers(phones: Iterable[StoredPhone], country: str) -> list[str]:
    """As they are written; in E.164 those whose writing the import would take for a number of this country."""
    return [
        phone.number if to_e164(phone.number, country) == phone.e164 else phone.e164 or phone.number for phone in phones
    ]


def _agent(agent: Agent, country: str, *, with_secrets: bool) -> _Entry:
    ids: dict[str, Any] = {}
    for mapping in sorted(agent.provider_ids.all(), key=lambda row: (row.connector.slug, row.pk)):
        ids.setdefault(mapping.connector.slug, []).append(mapping.provider_agent_id)
    user = agent.user
    entry = _columns(agent, columns.AGENT) | {
        "phones": _numbers(agent.phones.all(), country),
        "team": agent.team.name if agent.team else "",
        "groups": sorted(group.name for group in agent.groups.all()),
        "agent_ids": {slug: several[0] if len(several) == 1 else several for slug, several in ids.items()},
        "active": user.is_active,
        "staff": user.is_staff,
        "administrator": user.is_superuser,
    }
    if with_secrets and user.has_usable_password():
        entry["password_hash"] = user.password
    return entry


def _field(field: DispositionField) -> _Entry:
    return {"name": field.name, "options": [option.value for option in field.options.all()]}


def _identity(row: Lead | Opportunity) -> _Entry:
    return {"id": str(row.pk)} | ({"external_id": row.external_id} if row.external_id else {})


def _lead(lead: Lead, country: str) -> _Entry:
    texts = {key: value for key, value in _columns(lead, columns.LEAD).items() if value not in ("", {}, False)}
    phones = _numbers(lead.phones.all(), country)
    return _identity(lead) | texts | {"phones": phones, "owner": _email_of(lead.owner)}


def _opportunity(opportunity: Opportunity) -> _Entry:
    people = {"lead": str(opportunity.lead_id), "owner": _email_of(opportunity.owner)}
    return _identity(opportunity) | _columns(opportunity, columns.OPPORTUNITY) | people


def _connector(connector: Connector, *, with_secrets: bool) -> _Entry:
    entry: _Entry = {"slug": connector.slug}
    entry |= _columns(connector, columns.CONNECTOR, () if with_secrets else columns.CONNECTOR_SECRETS)
    mapping = entry.pop("mapping")
    entry["teams"] = sorted(team.name for team in connector.teams.all())
    entry["virtual_numbers"] = [
        {"number": row.number, "tag": row.tag, "fallback_agent": _email_of(row.fallback_agent)}
        | ({"default": True} if row.is_default else {})
        | ({"callers": callers} if (callers := sorted(agent.email for agent in row.callers.all())) else {})
        for row in connector.virtual_numbers.all()
    ]
    entry["owner"] = _email_of(connector.owner)
    entry["verification"] = _verification(connector, with_secrets=with_secrets)
    entry["recordings"] = {
        "authentication": exported_recording_authentication(connector, with_secrets=with_secrets),
        **entry.pop("recordings"),
    }
    templates = {template.purpose: template for template in connector.request_templates.all()}
    for purpose in RequestTemplate.Purpose.values:
        rules = entry.pop(purpose)
        entry[purpose] = _template(templates.get(purpose), with_secrets=with_secrets) | rules
    return entry | {"mapping": mapping}


def _verification(connector: Connector, *, with_secrets: bool) -> _Entry:
    entry: _Entry = {"scheme": connector.verification_scheme, **connector.verification_settings}
    if with_secrets:
        entry |= connector.verification_secrets
    return entry | ({"ip_allow_list": connector.ip_allow_list} if connector.ip_allow_list else {})


def _template(template: RequestTemplate | None, *, with_secrets: bool) -> _Entry:
    """Empty where there is no template: a new connector then takes none from its preset either."""
    if template is None:
        return {}
    is_disposition = template.purpose == RequestTemplate.Purpose.DISPOSITION
    entry = _columns(template, columns.DISPOSITION if is_disposition else columns.TEMPLATE)
    if not with_secrets:
        entry["url"] = masked_url(template.url)
        entry["body"] = masked_body(template.body, template.body_type)
    if is_disposition:
        entry["field"] = template.field.name if template.field else ""
    entry["headers"] = [
        {"name": header.name, "secret": header.is_secret}
        | ({"value": header.value} if with_secrets or not header.is_secret else {})
        for header in template.headers.all()
    ]
    entry["authentication"] = exported_authentication(template, with_secrets=with_secrets)
    return entry
