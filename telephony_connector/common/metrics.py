"""Prometheus metrics, counted in the database at scrape time so that any process can answer for all."""

import hmac
import ipaddress
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from telephony_connector.common.health import CHECKS


class HealthCollector:
    """One gauge per dependency: 1 is fine, 0 is not."""

    def collect(self) -> Iterator[Metric]:
        """Run the readiness checks."""
        family = GaugeMetricFamily("telephony_connector_ready", "1 when the dependency is fine", labels=["check"])
        for name, check in CHECKS.items():
            family.add_metric([name], float(check().ok))
        yield family


def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics for a scraper with the token or an allowed address; 403 for anybody else."""
    if not (_has_token(request) or _has_allowed_address(request)):
        return HttpResponse("METRICS_TOKEN or METRICS_ALLOWED_ADDRESSES must let you in.\n", status=403)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(HealthCollector())
    for path in settings.METRICS_COLLECTORS:
        registry.register(import_string(path)())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode()
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given, expected)


def _has_allowed_address(request: HttpRequest) -> bool:
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    # Behind a proxy every request comes from the proxy's address, so an address proves nothing there.
    is_forwarded = "HTTP_X_FORWARDED_FOR" in request.META
    networks = (ipaddress.ip_network(entry, strict=False) for entry in settings.METRICS_ALLOWED_ADDRESSES)
    return not is_forwarded and any(address in network for network in networks)
