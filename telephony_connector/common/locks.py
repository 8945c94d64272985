"""Locks that a database transaction holds until its end."""

from __future__ import annotations

from django.db import connection


def lock_for_transaction(*names: str) -> None:
    """Let one transaction at a time go on past this point for each of the names; take several in one call.

    PostgreSQL: advisory locks, in sorted order so that two callers cannot block each other. SQLite: nothing to do, a
    transaction there (IMMEDIATE) is alone from its start.
    """
    if connection.vendor != "postgresql" or not names:
        return
    with connection.cursor() as cursor:
        for name in sorted(set(names)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
