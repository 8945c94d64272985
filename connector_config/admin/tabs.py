"""The tabs of a connector's page, in the order of the work."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connector_config.forms import setting_field_names
from connector_config.hook_urls import hook_url
from connector_config.models import Connector
from connector_config.presets import UnknownPresetError, load_preset
from connector_config.recording_form import recording_field_names
from connector_config.verification import VERIFIERS
from telephony_connector.common.admin import installed_url

STANDARD_CALL = {
    "SourceNumber": "+919611795983",
    "DestinationNumber": "+919611795980",
    "DisplayNumber": "+919020897874",
    "StartTime": "2026-08-20 18:26:38",
    "EndTime": "2026-08-20 18:26:50",
    "CallDuration": "12",
    "Status": "Answered",
    "Direction": "Inbound",
    "CallSessionId": "080673309211440075398",
}


@dataclass(frozen=True, slots=True)
class TabSpec:
    """What stands in a tab. ``inlines`` are prefixes of formsets, ``endpoints`` hook URLs with what each is for."""

    slug: str
    title: str
    intro: str
    fields: tuple[str, ...] = ()
    inlines: tuple[str, ...] = ()
    endpoints: tuple[tuple[str, str], ...] = ()


TABS = (
    TabSpec("provider", "Provider", "Who the provider is, and where its times and numbers are at home.",
            ("name", "slug", "preset", "is_enabled", "default_country", "time_zone")),
    TabSpec("virtual-numbers", "Virtual numbers", "The numbers that customers dial or see. A tag tells agents which "
            "line rings, and becomes the origin of new leads.", inlines=("virtual_numbers",)),
    TabSpec("call-route", "Call route", "The provider asks this address to whom an incoming call should go, and is "
            "answered with the lead owner's number.",
            ("call_route_reply", "call_route_number_format", "call_route_body", "call_route_content_type",
             "opening_hours"),
            endpoints=(("call-route", "Give this URL to the provider as its call routing or “sticky agent” URL."),
                       ("opportunity-route", "The same for the owner of an opportunity."))),
    TabSpec("agent-popup", "Agent popup", "The provider tells this address that a phone rings, and the agent sees who "
            "is calling.", ("popup_enabled", "popup_external_url", "popup_page_height", "panel_url",
             "panel_height", "panel_width", "frame_permissions"),
            endpoints=(("agent-popup", "Give this URL to the provider as its popup, screen-pop or live-event URL."),)),
    TabSpec("call-log", "Call log", "The provider reports each call to this address once it is over.",
            ("lead_creation", "owner", "excluded_numbers"),
            endpoints=(("call-log", "Give this URL to the provider as its call log, CDR or end-of-call URL."),
                       ("events", "For a provider that sends everything to one URL."))),
    TabSpec("recordings", "Recordings", "Recordings are played in our own pages, through this server: only to whom the "
            "call belongs, and each play is noted.",
            ("recording_authentication", *recording_field_names(), "recording_hosts", "keeps_recordings",
             "recording_days")),
    TabSpec("click-to-call", "Click to call", "What we send to the provider when an agent clicks on a number: the "
            "provider rings the agent first, then the customer.", ("calling_hours", "allows_busy_agents"),
            inlines=("request_templates",)),
    TabSpec("disposition", "Disposition", "What we send to the provider when the agent has picked how the call went, "
            "so that it frees the agent for the next one.",
            ("requires_disposition", "auto_dispose_minutes", "auto_disposition", "disposition_tasks"),
            inlines=("request_templates-2",)),
    TabSpec("single-sign-on", "Single sign-on", "With these addresses the provider shows our screens inside its own "
            "agent desktop. They need the credential below.",
            ("server_credential", "previous_server_credential", "embed_origins"),
            endpoints=(("sso", "The provider's server posts here and gets a key that works once."),
                       ("lead-details", "A lead as JSON, by number or id; with a key, the page for the agent."),
                       ("opportunity-details", "The same for an opportunity."))),
    TabSpec("teams-and-agents", "Teams and agents", "Who uses this connector, and what the provider calls them.",
            ("teams",), inlines=("agent_mappings",)),
    TabSpec("mapping", "Mapping", "How the provider's fields are read. The preset has rules already; add your own "
            "where your account sends something else.", ("mapping",)),
    TabSpec("security", "Security", "How we know that a request comes from the provider, and where ours may go.",
            ("verification_scheme", *setting_field_names(), "show_advanced", "ip_allow_list", "hook_key",
             "allowed_networks", "ca_certificates", "rate_limit_per_minute")),
    TabSpec("test", "Test", "What is still lacking, and how to try each direction before the first customer does."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HookPanel:
    """A hook URL as shown in a tab. ``last_request_url`` answers a fragment on what came last, empty without one."""

    endpoint: str
    url: str
    note: str
    method: str
    example: str
    last_request_url: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab with what it shows. ``missing`` says what it still lacks, in words.

    ``delivery_url`` answers a fragment on how requests to the provider go, where the tab is about such requests.
    """

    spec: TabSpec
    fieldset: Any
    inlines: list[Any]
    hooks: list[HookPanel]
    error_count: int
    missing: str
    delivery_url: str


def build_tabs(
    connector: Connector, fieldsets: Iterable[Any], inlines: Iterable[Any], *, shows_urls: bool
) -> list[Tab]:
    """The tabs of a connector's page; ``fieldsets`` are Django's, named by the tabs' titles."""
    by_title = {fieldset.name: fieldset for fieldset in fieldsets}
    by_prefix = {inline.formset.prefix: inline for inline in inlines}
    tabs = []
    for spec in TABS:
        own = [by_prefix[prefix] for prefix in spec.inlines if prefix in by_prefix]
        fieldset = by_title.get(spec.title)
        hooks = [_hook(connector, endpoint, note) for endpoint, note in spec.endpoints] if shows_urls else []
        errors, missing = _error_count(fieldset, own), _missing(connector, spec.slug)
        tabs.append(Tab(spec, fieldset, own, hooks, errors, missing, _delivery_url(connector, spec.slug)))
    return tabs


def _error_count(fieldset: Any, inlines: list[Any]) -> int:
    count = 0
    if fieldset is not None:
        count += sum(len(fieldset.form.errors.get(field, ())) for line in fieldset for field in line.fields)
    for inline in inlines:
        count += sum(len(errors) for form_errors in inline.formset.errors for errors in form_errors.values())
        count += len(inline.formset.non_form_errors())
    return count


def _missing(connector: Connector, slug: str) -> str:
    purposes = {template.purpose for template in connector.request_templates.all() if template.is_enabled}
    match slug:
        case "virtual-numbers" if not connector.virtual_numbers.all():
            return "No virtual number yet: agents will not see which line rings."
        case "click-to-call" if "click_to_call" not in purposes:
            return "Not set up or not enabled: agents have no Call buttons through this provider."
        case "disposition" if "disposition" not in purposes:
            return "Not set up or not enabled: the provider is not told how a call went."
        case "disposition" if unknown := _unknown_dispositions(connector):
            return f"No option of the dropdown: {', '.join(unknown)}. What is set for it below never happens."
        case "security" if connector.verification_scheme == "none" and not connector.ip_allow_list:
            return f"Only the key in the URL protects the hooks. {_protection(connector)}"
    return ""


def _unknown_dispositions(connector: Connector) -> list[str]:
    """Dispositions of the connector's own rules that agents cannot choose, misspelt ones above all."""
    template = next((one for one in connector.request_templates.all() if one.purpose == "disposition"), None)
    if template is None or template.field is None:
        return []
    named = [*connector.disposition_tasks, *filter(None, [connector.auto_disposition])]
    options = set(template.field.options.values_list("value", flat=True)) if named else set()
    return [name for name in dict.fromkeys(named) if name not in options]


def _protection(connector: Connector) -> str:
    """What the administrator can do: the preset's own scheme, where it has one."""
    scheme = ""
    with suppress(UnknownPresetError):
        scheme = str(load_preset(connector.preset).verification.get("scheme", ""))
    if scheme in VERIFIERS and scheme != "none":
        return f"This provider can prove itself: choose “{VERIFIERS[scheme].label}” and enter its secret."
    return "Choose a verification, or list the provider's addresses."


def _hook(connector: Connector, endpoint: str, note: str) -> HookPanel:
    url = hook_url(connector, endpoint)
    method, example = _example(connector, endpoint, url)
    last_url = installed_url("admin:connector_last_request", connector.pk, endpoint)
    return HookPanel(endpoint, url, note, method, example, last_url)


def _delivery_url(connector: Connector, slug: str) -> str:
    if slug not in {"click-to-call", "disposition"}:
        return ""
    address = installed_url("admin:connector_outbox", connector.pk)
    return f"{address}?delivery" if address else ""


def _example(connector: Connector, endpoint: str, url: str) -> tuple[str, str]:
    """The HTTP method, and a curl line; for providers with fields of their own there is none of theirs to show."""
    credential = "-H 'Authorization: Bearer <server credential>'"
    match endpoint:
        case "call-route":
            return "GET", f"curl {shlex.quote(url + '?caller_id=9611795983')}"
        case "opportunity-route":
            return "GET", f"curl {shlex.quote(url + '?opportunityId=<id>')}"
        case "lead-details":
            return "GET", f"curl {credential} {shlex.quote(url + '?leadphone=9611795983')}"
        case "opportunity-details":
            return "GET", f"curl {credential} {shlex.quote(url + '?opportunityId=<id>')}"
        case "sso":
            body = {"AgentEmail": "asha@example.com", "Target": "console"}
            return "POST", f"curl {credential} -H 'Content-Type: application/json' -d '{json.dumps(body)}' {url}"
    if connector.preset != "standard":
        return "POST or GET", ""
    body = dict(STANDARD_CALL)
    if endpoint == "agent-popup":
        body = {name: value for name, value in body.items() if name not in {"StartTime", "EndTime", "CallDuration"}}
        body["Status"] = "Ringing"
    return "POST", f"curl -H 'Content-Type: application/json' -d '{json.dumps(body)}' {url}"
