"""Fixtures that every test may use; the real services live in `tests/environment`."""

import os
from collections.abc import Iterator

import pytest

# Playwright's synchronous API runs an event loop in the test's thread, where Django suspects asynchronous callers.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

pytest_plugins = ["tests.environment.fixtures"]

_DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--only-database`: the short second run, on the other database."""
    parser.addoption("--only-database", action="store_true", help="run only tests that use Django's test database")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark slow tests by the fixtures that they use."""
    fixtures = set(getattr(item, "fixturenames", ()))
    is_live, is_browser = bool(fixtures & {"live_system", "start_live_system"}), "browser" in fixtures
    if is_live:
        item.add_marker("live")
    if is_browser:
        item.add_marker("browser")
    if is_live or is_browser:
        # Real processes on a busy machine: one more try, which pytest's last line counts.
        item.add_marker(pytest.mark.flaky(reruns=1))
        if not item.get_closest_marker("xdist_group"):
            # A module's tests share its running product, which is started once for all of them.
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop what the short run leaves out."""
    if config.getoption("--only-database"):
        kept = [item for item in items if _uses_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    is_live = item.get_closest_marker("live") or item.get_closest_marker("browser")
    is_using = item.get_closest_marker("django_db") or _DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(is_using) and not is_live


@pytest.fixture(autouse=True)
def look_ups_wait(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Look-ups are written by `write_look_ups` alone: their thread would outlive a test and write into the next one."""
    from webhooks import look_ups

    monkeypatch.setattr(look_ups, "_start_writer", lambda: None)
    look_ups._waiting.clear()
    yield
    look_ups._waiting.clear()
