"""How many SQL statements a request costs."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import scene


def count(paths: Mapping[str, str]) -> dict[str, int]:
    """Statements by contestant for a warm request, BEGIN and COMMIT among them; Django must be set up."""
    client = Client(headers={"host": "127.0.0.1"})
    counts = {}
    for name, path in paths.items():
        for number in range(2):  # the first one fills caches
            with CaptureQueriesContext(
                connection,
            ) as queries:
                response = client.post(path, scene.call_log(number), content_type="application/json")
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}: {response.content[:300]!r}")
        counts[name] = len(queries)
    return counts
