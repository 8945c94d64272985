"""Statements of the hot path: the ORM writes their SQL once, and later only the values are filled in.

At each request of a provider the ORM would spend more time on writing SQL than the database on executing it. What is
read, and how values go into the database and come out of it, stays the ORM's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model, QuerySet
from django.db.models.expressions import Expression

Converters = list[tuple[int, list[Callable[[Any, Expression, BaseDatabaseWrapper], Any]], Expression]]

_FIRST_MARK = 4_611_686_018_427_000_000


class _Build(Protocol):
    """Makes the queryset of a read from its values, which it must pass on to ``filter`` as they are."""

    def __call__(self, *values: Any) -> QuerySet[Any, tuple[Any, ...]]: ...


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL and parameters. ``places``: the position of each parameter that is filled in, and of its value."""

    sql: str
    parameters: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]
    converters: Converters

    def filled(self, values: Sequence[Any]) -> list[Any]:
        """The parameters with these values."""
        parameters = list(self.parameters)
        for position, index in self.places:
            parameters[position] = values[index]
        return parameters


class CompiledRead:
    """A queryset of ``values_list`` that differs from use to use in the strings and integers of its filters alone."""

    def __init__(self, build: _Build) -> None:
        self._build = build
        self._statements: dict[tuple[Any, ...], _Statement] = {}

    def rows(self, *values: str | int) -> list[tuple[Any, ...]]:
        """What the queryset of these values gives."""
        connection = connections[DEFAULT_DB_ALIAS]
        kind = (connection.vendor, *map(type, values))
        statement = self._statements.get(kind)
        if statement is None:
            statement = self._statements[kind] = self._compile(values, connection)
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.filled(values))
            rows = cursor.fetchall()
        return [_converted(row, statement.converters, connection) for row in rows] if statement.converters else rows

    def _compile(self, values: Sequence[str | int], connection: BaseDatabaseWrapper) -> _Statement:
        marks = [_mark(index, value) for index, value in enumerate(values)]
        compiler = self._build(*marks).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        places = tuple((position, marks.index(one)) for position, one in enumerate(parameters) if one in marks)
        if sorted(index for _, index in places) != list(range(len(marks))):
            raise ValueError("every value of a compiled read must stand in its SQL once, unchanged")
        columns = [column for column, _, _ in compiler.select]
        converters = [(at, *found) for at, found in compiler.get_converters(columns).items()]
        return _Statement(sql, tuple(parameters), places, converters)


def _mark(index: int, value: str | int) -> str | int:
    """A value of that type that no queryset holds by itself."""
    mark = _FIRST_MARK + index
    return mark if isinstance(value, int) else f"value {mark}"


def _converted(row: Sequence[Any], converters: Converters, connection: BaseDatabaseWrapper) -> tuple[Any, ...]:
    values = list(row)
    for position, functions, expression in converters:
        for function in functions:
            values[position] = function(values[position], expression, connection)
    return tuple(values)


class CompiledWrite:
    """Inserts rows of one model, or updates the same columns of them. Sends no signals."""

    def __init__(self, model: type[Model], *columns: str) -> None:
        """``columns``: the names of the fields that ``update`` writes."""
        fields: dict[str, Field[Any, Any]] = {one.name: one for one in model._meta.local_concrete_fields}  # noqa: SLF001 - documented
        self._table = model._meta.db_table  # noqa: SLF001 - documented
        self._key = next(one.column or "" for one in fields.values() if one.primary_key)
        self._inserted = [one for one in fields.values() if not one.primary_key]
        self._updated = [fields[name] for name in columns]
        self._statements: dict[tuple[str, str], str] = {}

    def insert(self, instance: Model) -> None:
        """Save a new object, whose key the database gives; as ``save(force_insert=True)``, without signals."""
        connection = connections[DEFAULT_DB_ALIAS]
        values = [one.get_db_prep_save(one.pre_save(instance, add=True), connection) for one in self._inserted]
        with connection.cursor() as cursor:
            cursor.execute(self._statement(connection, self._insert_sql), values)
            is_told = connection.features.can_return_columns_from_insert
            last_id = connection.ops.last_insert_id
            instance.pk = cursor.fetchone()[0] if is_told else last_id(cursor, self._table, self._key)
        instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001 - documented

    def update(self, pk: int, *values: Any) -> None:
        """Write the columns, in their order, of the row with this key."""
        connection = connections[DEFAULT_DB_ALIAS]
        prepared = [one.get_db_prep_save(value, connection) for one, value in zip(self._updated, values, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(self._statement(connection, self._update_sql), [*prepared, pk])

    def _statement(self, connection: BaseDatabaseWrapper, write: Callable[[BaseDatabaseWrapper], str]) -> str:
        kind = (write.__name__, connection.vendor)
        if kind not in self._statements:
            self._statements[kind] = write(connection)
        return self._statements[kind]

    def _insert_sql(self, connection: BaseDatabaseWrapper) -> str:
        quoted = connection.ops.quote_name
        columns = ", ".join(quoted(one.column or "") for one in self._inserted)
        places = ", ".join(["%s"] * len(self._inserted))
        is_told = connection.features.can_return_columns_from_insert
        returning = f" RETURNING {quoted(self._key)}" if is_told else ""
        return f"INSERT INTO {quoted(self._table)} ({columns}) VALUES ({places}){returning}"  # noqa: S608 - names of ours

    def _update_sql(self, connection: BaseDatabaseWrapper) -> str:
        quoted = connection.ops.quote_name
        columns = ", ".join(f"{quoted(one.column or '')} = %s" for one in self._updated)
        return f"UPDATE {quoted(self._table)} SET {columns} WHERE {quoted(self._key)} = %s"  # noqa: S608 - names of ours
