"""What goes with a row that is deleted in the administration: counted by kind before, because nothing brings it back.

Django lists every single row instead, and refuses when one of them stands on a page that only shows: a connector with
calls, or an agent with popups, could never be deleted.
"""

# ruff: noqa: SLF001 - models tell of themselves by _meta, Django's own protocol
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import CASCADE, Model, QuerySet
from django.http import HttpRequest

_DEEPEST = 5


class CountingDeletion:
    """For an administration page whose rows take much with them; who may delete the row may delete what is its own."""

    def get_deleted_objects(
        self, objs: Sequence[Model] | QuerySet[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """The rows by name, how many go by kind, and (Django's form) no permission wanting, nothing protected."""
        rows = list(objs)
        counts = {str(rows[0]._meta.verbose_name_plural): len(rows)} if rows else {}
        for model, count in lost_with(rows):
            name = str(model._meta.verbose_name_plural)
            counts[name] = counts.get(name, 0) + count
        return [str(row) for row in rows], counts, set(), []


def lost_with(rows: Sequence[Model]) -> Iterator[tuple[type[Model], int]]:
    """The models whose rows are deleted with these, and how many of each; a row reached by two ways counts twice."""
    if rows:
        first = type(rows[0])
        yield from _lost(first, first._base_manager.filter(pk__in=[row.pk for row in rows]), _DEEPEST)


def _lost(model: type[Model], rows: QuerySet[Any], depth: int) -> Iterator[tuple[type[Model], int]]:
    for related, column in _owned(model) if depth else ():
        found = related._base_manager.filter(**{f"{column}__in": rows.values("pk")})
        if count := found.count():
            yield related, count
            yield from _lost(related, found, depth - 1)


def _owned(model: type[Model]) -> Iterable[tuple[type[Model], str]]:
    """The models that hold a key to this one and go with it, among them those without a name for the way back."""
    for relation in model._meta.get_fields(include_hidden=True):
        related = getattr(relation, "related_model", None)
        is_owned = relation.auto_created and getattr(relation, "on_delete", None) is CASCADE
        if is_owned and related is not None and not related._meta.auto_created:
            yield related, relation.field.name  # type: ignore[union-attr]
