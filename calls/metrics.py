"""Figures for operations: how far the outbox is behind, and how many rows stand where."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min
from django.db.models.functions import Coalesce
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from calls.circuit import circuits
from calls.models import Call, OutboundRequest
from calls.outbox import due_requests
from connector_config.models import Connector


def outbox_lag_seconds() -> float:
    """How long the oldest request that is due has been waiting; 0 when none is due."""
    now = timezone.now()
    due_at = due_requests(now).aggregate(oldest=Min(Coalesce("next_attempt_at", "created_at")))["oldest"]
    return max(0.0, (now - due_at).total_seconds()) if due_at else 0.0


def _open_circuits() -> Metric:
    metric = GaugeMetricFamily(
        "telephony_connector_circuit_open", "1 while a provider answers no disposition", labels=["connector"]
    )
    slugs = dict(Connector.objects.values_list("pk", "slug"))
    for connector_id, circuit in (circuits(list(slugs)) or {}).items():
        metric.add_metric([slugs[connector_id]], int(circuit.is_open))
    return metric


class CallsCollector:
    """Counted at scrape time; labels hold slugs and statuses, never numbers or names of people."""

    def collect(self) -> Iterator[Metric]:
        """The outbox by status and purpose, its lag, and the calls by connector and status."""
        yield GaugeMetricFamily("telephony_connector_outbox_lag_seconds", "Age of the oldest due", outbox_lag_seconds())
        outbound = GaugeMetricFamily(
            "telephony_connector_outbound_requests", "Requests to providers", labels=["purpose", "status"]
        )
        owed = OutboundRequest.objects.order_by().values_list("purpose", "status").annotate(number=Count("pk"))
        for purpose, status, number in owed:
            outbound.add_metric([purpose, status], number)
        yield outbound
        yield _open_circuits()
        calls = GaugeMetricFamily("telephony_connector_calls", "Calls on record", labels=["connector", "status"])
        counted = Call.objects.order_by().values_list("connector__slug", "status").annotate(number=Count("pk"))
        for slug, status, number in counted:
            calls.add_metric([slug, status], number)
        yield calls
