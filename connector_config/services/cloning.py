"""Cloning a connector, for a second account with the same provider."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Model

from connector_config.models import Connector, RequestTemplate
from connector_config.models.connector import new_hook_key


@transaction.atomic
def clone_connector(*, connector: Connector) -> Connector:
    """A disabled copy with a name, short name and hook key of its own; numbers, ids, templates and teams are copied.

    It has no server credential: that of another connector must not open its pages.
    """
    clone = Connector.objects.get(pk=connector.pk)
    clone.pk = None
    clone._state.adding = True  # noqa: SLF001 - Django's documented way of copying a row
    clone.slug, clone.name = _free_slug(connector.slug), f"{connector.name} (copy)"[:120]
    clone.hook_key = new_hook_key()
    clone.server_credential = clone.previous_server_credential = ""
    clone.is_enabled = False
    clone.config_version = 1
    clone.save()
    clone.teams.set(connector.teams.all())
    for number in connector.virtual_numbers.all():
        callers = list(number.callers.all())
        _copy(number, connector=clone)
        number.callers.set(callers)
    for row in connector.agent_mappings.all():
        _copy(row, connector=clone)
    for template in connector.request_templates.prefetch_related("headers"):
        _copy_template(template, clone)
    return clone


def _copy_template(template: RequestTemplate, clone: Connector) -> None:
    headers = list(template.headers.all())
    _copy(template, connector=clone)
    for header in headers:
        _copy(header, template=template)


def _copy(row: Model, **changes: Model) -> None:
    """Store the row anew under another parent; the instance becomes the copy."""
    row.pk = None
    row._state.adding = True  # noqa: SLF001 - as above
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


def _free_slug(slug: str) -> str:
    taken = set(Connector.objects.filter(slug__startswith=slug[:50]).values_list("slug", flat=True))
    candidates = (f"{slug[:50]}-copy{number if number > 1 else ''}" for number in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)
