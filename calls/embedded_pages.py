"""Pages of others inside ours: the page that replaces a popup's content, and a provider's softphone panel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from calls.merge_context import MergeSubjects, masked_merge_context, merge_context
from calls.models import Call
from connector_config.frame_permissions import FrameAttributes, frame_attributes
from connector_config.models import Connector
from connector_config.outgoing.address import UrlTemplate, compile_url
from connector_config.outgoing.context import MergeContext
from connector_config.placeholders import TemplateError
from connector_config.selectors import connectors_of
from crm.masking import sees_numbers
from crm.models import Agent

_WEB_SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class EmbeddedPage:
    """A page to be shown in a frame: whose it is, what it may do there, and its size in pixels (None: all there is)."""

    name: str
    url: str
    frame: FrameAttributes
    height: int
    width: int | None = None


def is_web_address(url: str) -> bool:
    """True for http and https with a host: a link that a provider sends must never be a script."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in _WEB_SCHEMES and bool(parts.hostname)


def popup_page(call: Call, agent: Agent | None) -> EmbeddedPage | None:
    """The page that replaces the popup's content, with its merge fields filled in; None when there is none to show.

    ``agent`` is the reader: one who must not learn customers' numbers gets them masked in the URL too.
    """
    template = _template(call.connector.popup_external_url, call)
    subjects = MergeSubjects(
        connector=call.connector,
        customer_number=call.customer_number_e164 or call.customer_number,
        agent=agent or call.agent,
        lead=call.lead,
        opportunity=call.opportunity,
        call=call,
    )
    is_masked = agent is not None and not sees_numbers(agent.user)
    values = masked_merge_context(subjects) if is_masked else merge_context(subjects)
    if (url := _rendered(template, values)) is None:
        return None  # a value that the path cannot carry: our own content serves
    connector = call.connector
    return EmbeddedPage(connector.name, url, frame_attributes(connector.frame_permissions), connector.popup_page_height)


def panel_pages(agent: Agent | None) -> list[EmbeddedPage]:
    """The softphone pages of the agent's providers."""
    if agent is None:
        return []
    rows = connectors_of(agent).exclude(panel_url="").order_by("name")
    return [page for row in rows if (page := _panel(row, agent)) is not None]


def _panel(connector: Connector, agent: Agent) -> EmbeddedPage | None:
    url = _rendered(_template(connector.panel_url), merge_context(MergeSubjects(connector=connector, agent=agent)))
    if url is None:
        return None
    frame = frame_attributes(connector.frame_permissions)
    return EmbeddedPage(connector.name, url, frame, connector.panel_height, connector.panel_width)


def _rendered(template: UrlTemplate | None, values: MergeContext) -> str | None:
    try:
        return template.render(values) if template else None
    except TemplateError:
        return None


def frame_sources(connectors: Iterable[Connector]) -> list[str]:
    """The origins of these connectors' pages, which the content security policy lets into frames."""
    templates = [_template(url) for row in connectors for url in (row.popup_external_url, row.panel_url) if url]
    return sorted({f"{template.scheme}://{template.host}" for template in templates if template})


def _template(url: str, call: Call | None = None) -> UrlTemplate | None:
    """The URL read; None for none, and for one that cannot be read (the administrator is told when saving it)."""
    names = call.lead.custom_fields if call is not None and call.lead is not None else ()
    try:
        return compile_url(url, names) if url else None
    except TemplateError:
        return None
