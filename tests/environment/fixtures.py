"""Fixtures on real services; each starts on demand, or uses what `make test` has started once for all."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.environment.chromium import ARGUMENTS, find_chromium
from tests.environment.live import LiveSystem
from tests.environment.postgresql import PostgresqlServer, create_database, drop_database
from tests.environment.provider import ProviderServer
from tests.environment.valkey import ValkeyServer

LiveSystemFactory = Callable[..., LiveSystem]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server's URL; its `postgres` database serves to create others."""
    if shared := os.environ.get("TEST_POSTGRES_URL"):
        yield shared
        return
    server = PostgresqlServer()
    yield server.url()
    server.stop()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A Valkey server's URL, database 0; this test process has it for itself."""
    if shared := os.environ.get("TEST_VALKEY_URL"):
        # Each xdist worker gets 32 of the 256 databases.
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8
        yield f"{shared.rpartition('/')[0]}/{worker * 32}"
        return
    server = ValkeyServer()
    yield server.url()
    server.stop()


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> Iterator[Callable[[], str]]:
    """Makes a new, empty PostgreSQL database at each call, and drops them all in the end."""
    made: list[str] = []

    def make() -> str:
        made.append(create_database(postgres_url))
        return made[-1]

    yield make
    for url in made:
        drop_database(postgres_url, url)


@pytest.fixture(scope="session")
def start_live_system(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[LiveSystemFactory]:
    """Starts the product: `start_live_system(database="postgresql", broker="embedded", **settings)`.

    `database` is `postgresql` or `sqlite`, `broker` is `embedded` or `shared` (a Valkey over TCP). Stopped at the
    end of the session where the test has not done so.
    """
    systems: list[LiveSystem] = []
    numbers = itertools.count(1)

    def start(*, database: str = "postgresql", broker: str = "embedded", **settings: str) -> LiveSystem:
        number = next(numbers)
        urls = {"database_url": "", "redis_url": ""}
        if database == "postgresql":
            urls["database_url"] = request.getfixturevalue("database_url")()
        if broker == "shared":
            server, _, first = request.getfixturevalue("valkey_url").rpartition("/")
            urls["redis_url"] = f"{server}/{int(first) + number % 31 + 1}"
        system = LiveSystem(data_dir=tmp_path_factory.mktemp("live") / "var", **urls, **settings)
        systems.append(system)
        return system

    yield start
    for system in systems:
        system.stop()


@pytest.fixture(scope="module", params=["postgresql"])
def live_system(request: pytest.FixtureRequest, start_live_system: LiveSystemFactory) -> Iterator[LiveSystem]:
    """The product on PostgreSQL, one for all tests of a module.

    `@pytest.mark.parametrize("live_system", ["postgresql", "sqlite"], indirect=True)` runs on both.
    """
    system = start_live_system(database=request.param)
    yield system
    system.stop()


@pytest.fixture
def provider_server() -> Iterator[ProviderServer]:
    """A provider's HTTP server that records what it is asked."""
    server = ProviderServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """An installed Chromium; the test is skipped where there is none (`make test` makes sure that there is)."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, headless=True, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def browser_context(browser: Browser) -> Iterator[BrowserContext]:
    """A private window: no cookies, notifications allowed."""
    context = browser.new_context(permissions=["notifications"])
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(browser_context: BrowserContext) -> Page:
    """One tab of that window."""
    return browser_context.new_page()


@pytest.fixture
def tmp_data_dir(tmp_path: Path, settings: Any) -> Path:
    """A DATA_DIR of the test's own."""
    settings.DATA_DIR = tmp_path / "var"
    settings.DATA_DIR.mkdir()
    return tmp_path / "var"
