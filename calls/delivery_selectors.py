"""How requests to a connector's provider go, for the administration: what is owed, given up, or held back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from calls.circuit import PROBE_SECONDS, circuits
from calls.models import Call, NotShown, OutboundRequest, PopupDelivery, SendingMark
from calls.pacing import WINDOW
from connector_config.models import Connector

Status = OutboundRequest.Status


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a card. ``url`` leads to the rows that it counts; ``is_bad`` asks for attention."""

    label: str
    value: str
    url: str = ""
    is_bad: bool = False


def connector_facts(connector: Connector) -> list[Fact]:
    """Calls and popups of today, as reports count the day; what we owe the provider, and whether it answers."""
    here = timezone.localtime(timezone=timezone.get_default_timezone())
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    calls = Call.objects.filter(connector=connector, happened_at__gte=midnight)
    popups = PopupDelivery.objects.filter(popup__call__connector=connector, created_at__gte=midnight)
    popups = popups.exclude(not_shown_reason=NotShown.SWITCHED_OFF)
    shown = popups.aggregate(all=Count("pk"), shown=Count("pk", filter=Q(shown_at__isnull=False)))
    return [
        Fact("Calls today", str(calls.count())),
        Fact("Popups today", f"{shown['shown']} of {shown['all']} shown" if shown["all"] else "none"),
        Fact("Calls today without agent", str(calls.filter(agent=None).count())),
        *delivery_facts(connector),
    ]


def delivery_facts(connector: Connector) -> list[Fact]:
    """What is owed and given up, whether the provider answers, and how far the rate limit is used."""
    owed = OutboundRequest.objects.filter(connector=connector).aggregate(
        open=Count("pk", filter=Q(status__in=OutboundRequest.OPEN_STATUSES)),
        dead=Count("pk", filter=Q(status=Status.DEAD)),
    )
    facts = [
        Fact("Requests owed to the provider", str(owed["open"]), _rows(connector, Status.PENDING)),
        Fact("Requests given up", str(owed["dead"]), _rows(connector, Status.DEAD), is_bad=bool(owed["dead"])),
        _circuit_fact(connector),
    ]
    return facts + _limit_facts(connector)


def _circuit_fact(connector: Connector) -> Fact:
    known = circuits([connector.pk])
    if known is None:
        return Fact("The provider", "unknown: Redis does not answer", is_bad=True)
    circuit = known[connector.pk]
    if not circuit.is_open:
        unanswered = f", but {circuit.unanswered} unanswered of late" if circuit.unanswered else ""
        return Fact("The provider", f"takes requests{unanswered}")
    since = f" for {timesince(circuit.open_since)}" if circuit.open_since else ""
    value = (
        f"does not answer{since}: {circuit.unanswered} in a row unanswered; all wait, one every {PROBE_SECONDS} s tries"
    )
    return Fact("The provider", value, is_bad=True)


def _limit_facts(connector: Connector) -> list[Fact]:
    limit = connector.rate_limit_per_minute
    if not limit:
        return []
    sent = SendingMark.objects.filter(connector=connector, sent_at__gt=timezone.now() - WINDOW).count()
    return [Fact("Sent in the last minute", f"{sent} of {limit}", is_bad=sent >= limit)]


def _rows(connector: Connector, status: str) -> str:
    query = urlencode({"connector__id__exact": connector.pk, "status__exact": status})
    return f"{reverse('admin:calls_outboundrequest_changelist')}?{query}"
