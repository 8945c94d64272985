"""What the flows share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.environment.provider import ProviderServer


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderServer]:
    """One provider for the module: its address stands in the product's templates."""
    server = ProviderServer()
    yield server
    server.stop()
