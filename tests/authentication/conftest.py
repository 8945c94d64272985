"""The outbox's fixture, for requests that are authenticated."""

from tests.outbound.conftest import owed

__all__ = ["owed"]
