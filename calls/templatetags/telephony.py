"""Template tags for what every page shows: icons, numbers, times, durations, states."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from calls import presentation
from calls.embedded_pages import is_web_address
from calls.models import Call, OutboundRequest
from crm import masking
from crm.models import Lead
from telephony_connector.common.phones import for_display, is_withheld

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative drawing of static/icons.svg; a word must stand beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name)


@register.filter
def phone(number: str, country: str = "") -> str:
    """The number grouped as its country does."""
    return for_display(number, country)


@register.simple_tag(takes_context=True)
def shown_number(context: template.Context, value: object, country: str = "") -> str:
    """A customer's number for the reader of the page: grouped as its country does, or masked."""
    return masking.shown_number(str(value or ""), viewer=_reader(context), country=country)


@register.simple_tag(takes_context=True)
def caller_number(context: template.Context, call: Call) -> str:
    """The number of a call's customer for the reader of the page, or in words that it was withheld."""
    if is_withheld(call.customer_number):
        return presentation.WITHHELD
    number = call.customer_number_e164 or call.customer_number
    return masking.shown_number(number, viewer=_reader(context), country=call.connector.default_country)


@register.simple_tag(takes_context=True)
def shown_text(context: template.Context, value: object) -> str:
    """Text that may hold a customer's number (a name, a note), for the reader of the page."""
    return masking.shown_text("" if value is None else str(value), viewer=_reader(context))


@register.simple_tag(takes_context=True)
def lead_name(context: template.Context, lead: Lead) -> str:
    """What the reader of the page knows the lead by: its name, else its main number, masked where need be."""
    main = None if lead.label else next(iter(lead.phones.all()), None)
    if main is None:
        return masking.shown_text(str(lead), viewer=_reader(context))
    return masking.shown_number(main.e164 or main.number, viewer=_reader(context))


@register.simple_tag(takes_context=True)
def sees_numbers(context: template.Context) -> bool:
    """Whether the reader of the page may read customers' full numbers."""
    return masking.sees_numbers(_reader(context))


def _reader(context: template.Context) -> Any:
    """The user whose page this is: one object a request, which keeps what is asked about them."""
    request: HttpRequest | None = context.get("request")
    return request.user if request is not None else context.get("user")


@register.filter
def clock(seconds: int | None) -> str:
    """Seconds as ``2:14``."""
    return presentation.clock_duration(seconds)


@register.filter
def web_address(url: str) -> bool:
    """Whether a link from outside may be offered: http and https only."""
    return is_web_address(url)


@register.simple_tag
def moment(at: datetime | None, style: str = "both") -> SafeString | str:
    """A time that the page's script turns into the reader's zone. Styles: ``time``, ``date``, ``both``, ``ago``."""
    if at is None:
        return ""
    iso = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    local = timezone.localtime(at)
    title = f"{date_format(local, 'j M Y, H:i:s')} {local.tzname()}"
    words = _in_words(local, style)
    return format_html('<time datetime="{}" data-style="{}" title="{}">{}</time>', iso, style, title, words)


def _in_words(local: datetime, style: str) -> str:
    if style == "ago":
        return ago(local)
    formats = {"time": "H:i", "date": "j M Y"}
    return date_format(local, formats.get(style, "j M, H:i"))


@register.filter
def ago(at: datetime | None) -> str:
    """``3 min ago``; the script keeps it fresh in the same words (static/js/times.js)."""
    if at is None:
        return ""
    gone = timezone.now() - at
    if gone < timedelta(minutes=1):
        return "just now"
    if gone < timedelta(hours=1):
        return f"{gone // timedelta(minutes=1)} min ago"
    if gone < timedelta(days=1):
        return f"{gone // timedelta(hours=1)} h ago"
    days = gone.days
    return "yesterday" if days == 1 else f"{days} days ago"


@register.inclusion_tag("partials/chip.html")
def status_chip(call: Call) -> dict[str, Any]:
    """The call's status: icon and word, coloured."""
    return {"look": presentation.status_look(call.status)}


@register.inclusion_tag("partials/chip.html", takes_context=True)
def dialling_chip(context: template.Context, request: OutboundRequest) -> dict[str, Any]:
    """How a click-to-call stands."""
    return {"look": _readable(presentation.dialling_look(request), context)}


@register.inclusion_tag("partials/chip.html", takes_context=True)
def disposition_chip(context: template.Context, request: OutboundRequest) -> dict[str, Any]:
    """Whether a disposition has reached the provider."""
    look = presentation.disposition_look(request)
    at = request.next_attempt_at if look.word.endswith("retry at") else None
    return {"look": _readable(look, context), "at": at}


def _readable(look: presentation.Look, context: template.Context) -> presentation.Look:
    """A provider's own words may hold the number that it was asked to call."""
    return replace(look, word=masking.shown_text(look.word, viewer=_reader(context)))


@register.filter
def status_word(status: str) -> str:
    """How a call ended, in a word within a sentence: ``not answered``."""
    return presentation.status_look(status).word.lower()


@register.inclusion_tag("partials/direction.html")
def direction_arrow(call: Call) -> dict[str, Any]:
    """Which way the call went."""
    return {"look": presentation.direction_look(call.direction)}


@register.filter
def customer(call: Call) -> str:
    """The customer's name, where one is known."""
    return presentation.customer_of(call)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's query string with these values set; None takes one out."""
    request: HttpRequest = context["request"]
    values: dict[str, Any] = {name: request.GET.getlist(name) for name in request.GET}
    for name, value in changes.items():
        values[name] = [] if value is None else [value]
    return "?" + urlencode(values, doseq=True)
