"""The configuration file as typed records (docs/configuration-file.md).

``path`` is where an entry stands in the file (``connectors[0].click_to_call``). None means "left out": the import keeps
what is stored, or takes the default for something new. The key in the file is the name of the attribute.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSION = 1

FreeForm = dict[str, object]
"""A JSON object whose inside another module checks (mapping rules, settings of verification or authentication)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamEntry:
    """A team, known by its name."""

    path: str
    name: str
    sees_full_numbers: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEntry:
    """An agent, known by e-mail. ``agent_ids`` gives one id or a list of ids by the connector's slug."""

    path: str
    email: str
    name: str | None = None
    phones: list[str] | None = None
    team: str | None = None
    groups: list[str] | None = None
    role: str | None = None
    agent_ids: dict[str, list[str]] | None = None
    on_duty: bool | None = None
    click_to_call: bool | None = None
    popups: bool | None = None
    sees_full_numbers: bool | None = None
    active: bool | None = None
    staff: bool | None = None
    administrator: bool | None = None
    password: str | None = None
    password_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEntry:
    """A dropdown of dispositions, known by its name."""

    path: str
    name: str
    options: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadEntry:
    """A lead, known by ``id``, else by ``external_id``, else by name and one of its numbers."""

    path: str
    id: str | None = None
    external_id: str | None = None
    name: str | None = None
    phones: list[str] | None = None
    owner: str | None = None
    email: str | None = None
    company: str | None = None
    stage: str | None = None
    source: str | None = None
    origin: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    zip_code: str | None = None
    do_not_call: bool | None = None
    custom_fields: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityEntry:
    """An opportunity, known by ``id``, ``external_id``, or lead and name. ``lead`` is an external id or an id."""

    path: str
    lead: str
    name: str
    id: str | None = None
    external_id: str | None = None
    owner: str | None = None
    stage: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualNumberEntry:
    """A number of the provider's, known by the number itself."""

    path: str
    number: str
    tag: str | None = None
    fallback_agent: str | None = None
    default: bool | None = None
    callers: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRouteEntry:
    """What a call-route look-up answers."""

    path: str
    reply: str | None = None
    body: str | None = None
    content_type: str | None = None
    number_format: str | None = None
    opening_hours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPopupEntry:
    """Whether popups are shown, and pages that stand in them or beside them."""

    path: str
    enabled: bool | None = None
    external_url: str | None = None
    panel_url: str | None = None
    permissions: list[str] | None = None
    external_height: int | None = None
    panel_height: int | None = None
    panel_width: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleSignOnEntry:
    """The credential of the provider's server, and whose pages may show ours in a frame."""

    path: str
    server_credential: str | None = None
    previous_server_credential: str | None = None
    embed_origins: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCallerEntry:
    """When an unknown caller becomes a lead."""

    path: str
    create_lead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsEntry:
    """How recordings are asked for, and whether copies are kept. ``authentication`` as that of a request template."""

    path: str
    authentication: FreeForm | None = None
    hosts: list[str] | None = None
    keep_copy: bool | None = None
    keep_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderEntry:
    """A custom header. A secret one may leave out its value: the stored one is kept."""

    path: str
    name: str
    value: str | None = None
    secret: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTemplateEntry:
    """A request to the provider, and when its answer counts as success."""

    path: str
    enabled: bool | None = None
    method: str | None = None
    url: str | None = None
    body_type: str | None = None
    body: str | None = None
    headers: list[HeaderEntry] | None = None
    authentication: FreeForm | None = None
    response_keyword: str | None = None
    failure_keyword: str | None = None
    success_path: str | None = None
    success_statuses: str | None = None
    success_empty: bool | None = None
    call_id_path: str | None = None
    timeout_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickToCallEntry(RequestTemplateEntry):
    """Click to call: its request, and when agents may use it."""

    calling_hours: str | None = None
    allow_busy_agents: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionTaskEntry:
    """What the agent is to do after a disposition, so many days later."""

    path: str
    title: str
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionEntry(RequestTemplateEntry):
    """The request that tells the provider how a call went; ``values`` is our option → the provider's word.

    ``tasks`` gives by option what is to be done next.
    """

    field: str | None = None
    values: dict[str, str] | None = None
    required: bool | None = None
    auto_dispose_minutes: int | None = None
    auto_disposition: str | None = None
    tasks: dict[str, DispositionTaskEntry] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorEntry:
    """A connector, known by its slug."""

    path: str
    slug: str
    name: str | None = None
    preset: str | None = None
    enabled: bool | None = None
    time_zone: str | None = None
    default_country: str | None = None
    hook_key: str | None = None
    server_credential: str | None = None
    teams: list[str] | None = None
    virtual_numbers: list[VirtualNumberEntry] | None = None
    owner: str | None = None
    excluded_numbers: list[str] | None = None
    allowed_networks: list[str] | None = None
    rate_limit_per_minute: int | None = None
    ca_certificates: str | None = None
    verification: FreeForm | None = None
    call_route: CallRouteEntry | None = None
    agent_popup: AgentPopupEntry | None = None
    unknown_caller: UnknownCallerEntry | None = None
    single_sign_on: SingleSignOnEntry | None = None
    recordings: RecordingsEntry | None = None
    click_to_call: ClickToCallEntry | None = None
    disposition: DispositionEntry | None = None
    mapping: FreeForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole file. ``secrets`` says ``omitted`` when an export left them out, so that their absence is no fault."""

    path: str
    version: int
    secrets: str | None = None
    teams: list[TeamEntry] | None = None
    agents: list[AgentEntry] | None = None
    fields: list[FieldEntry] | None = None
    leads: list[LeadEntry] | None = None
    opportunities: list[OpportunityEntry] | None = None
    connectors: list[ConnectorEntry] | None = None
