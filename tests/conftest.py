"""Fixtures that every test may use; the real services live in `tests/environment`."""

import os

import pytest

# Playwright's synchronous API runs an event loop in the test's thread, where Django suspects asynchronous callers.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

pytest_plugins = ["tests.environment.fixtures"]

_DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--only-database`: the short second run, on the other database."""
    parser.addoption("--only-database", action="store_true", help="run only tests that use Django's test database")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark slow tests by the fixtures that they use, and drop what the short run leaves out."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"live_system", "start_live_system"}:
            item.add_marker("live")
        if "browser" in fixtures:
            item.add_marker("browser")
        if item.get_closest_marker("live") or item.get_closest_marker("browser"):
            # Real processes on a busy machine: one more try, which pytest's last line counts.
            item.add_marker(pytest.mark.flaky(reruns=1))
            if not item.get_closest_marker("xdist_group"):
                # A module's tests share its running product, which is started once for all of them.
                item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    if config.getoption("--only-database"):
        kept = [item for item in items if _uses_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    is_live = item.get_closest_marker("live") or item.get_closest_marker("browser")
    is_using = item.get_closest_marker("django_db") or _DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(is_using) and not is_live
