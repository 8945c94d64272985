"""Importing the request templates of a connector."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from connector_config.authentication_checks import is_missing_secret
from connector_config.configuration_schema import DispositionEntry, HeaderEntry, RequestTemplateEntry
from connector_config.connector_checks import template_faults
from connector_config.masking import MASK, unmasked_body, unmasked_url
from connector_config.models import Connector, RequestHeader, RequestTemplate
from connector_config.rendering import BodyType
from connector_config.services.configuration import columns
from connector_config.services.configuration.authentication import set_authentication
from connector_config.services.configuration.problems import Problem, join
from connector_config.services.configuration.run import ImportRun

_KEYS = {**columns.keys_of(columns.DISPOSITION), "field": "field"}
_LEFT_OUT = "was left out of the file and is not stored here; enter it in the admin"


def import_template(connector: Connector, purpose: str, entry: RequestTemplateEntry | None, run: ImportRun) -> None:
    """Make or change one template. Headers, where the file gives them, are replaced as a list.

    Nothing is made for an entry that says nothing (``{}``), nor for one that is disabled and has no URL.
    """
    if entry is None:
        return
    template = _stored_template(connector, purpose)
    given = columns.given_values(entry, columns.DISPOSITION)
    if template is None and (not given or (given.get("is_enabled") is False and not given.get("url"))):
        return
    template = template or RequestTemplate(purpose=purpose)
    _set_columns(template, given, entry, run)
    if entry.authentication is not None:
        set_authentication(template, entry.authentication, join(entry.path, "authentication"), run)
    if isinstance(entry, DispositionEntry):
        _set_field(template, entry, run)
    headers = _headers(template, entry, run)
    _save(connector, template, headers, entry, run)


def _stored_template(connector: Connector, purpose: str) -> RequestTemplate | None:
    return connector.request_templates.filter(purpose=purpose).first() if connector.pk else None


def _set_columns(
    template: RequestTemplate, given: dict[str, object], entry: RequestTemplateEntry, run: ImportRun
) -> None:
    """Take what is given; ``***`` in a URL or body means what is stored there."""
    url, body = given.pop("url", None), given.pop("body", None)
    if isinstance(body, str):
        template.body = unmasked_body(body, template.body, template.body_type)
    for column, value in given.items():
        setattr(template, column, value)
    if isinstance(url, str):
        template.url = unmasked_url(url, template.url)
    if isinstance(body, str) and body and template.body_type == BodyType.NONE:
        run.remarks.append(Problem(join(entry.path, "body"), "is not sent while body_type is none"))
    for key in ("url", "body"):
        if run.is_secretless and MASK in getattr(template, key):
            run.remarks.append(Problem(join(entry.path, key), f"{MASK} {_LEFT_OUT}"))


def _set_field(template: RequestTemplate, entry: DispositionEntry, run: ImportRun) -> None:
    path = join(entry.path, "field")
    if entry.field is not None:
        template.field = run.disposition_field(entry.field, path)
    if template.is_enabled and template.field is None and entry.field is None:
        run.problems.add(path, "is required: the dropdown whose options are the dispositions")


def _headers(template: RequestTemplate, entry: RequestTemplateEntry, run: ImportRun) -> list[RequestHeader]:
    stored = {header.name.casefold(): header for header in template.headers.all()} if template.pk else {}
    if entry.headers is None:
        return list(stored.values())
    return [_header(header, stored, position, run) for position, header in enumerate(entry.headers)]


def _header(entry: HeaderEntry, stored: dict[str, RequestHeader], position: int, run: ImportRun) -> RequestHeader:
    before = stored.get(entry.name.strip().casefold())
    is_secret = entry.secret if entry.secret is not None else bool(before and before.is_secret)
    value = entry.value if entry.value is not None else before.value if before else ""
    if is_secret and not value:
        path = join(entry.path, "value")
        if run.is_secretless:
            run.remarks.append(Problem(path, _LEFT_OUT))
        else:
            run.problems.add(path, "is required: no value of this header is stored yet")
    return RequestHeader(position=position, name=entry.name.strip(), value=value, is_secret=is_secret)


def _save(
    connector: Connector,
    template: RequestTemplate,
    headers: list[RequestHeader],
    entry: RequestTemplateEntry,
    run: ImportRun,
) -> None:
    before = len(run.problems.found)
    try:
        template.full_clean(exclude=["connector"])
    except ValidationError as error:
        run.problems.add_validation(entry.path, error, _KEYS)
    faults = template_faults(template, headers)
    for fault in faults:
        path = join(entry.path, re.sub(r"\.(\d+)", r"[\1]", fault.field))
        if run.is_secretless and is_missing_secret(template, fault.field):
            run.remarks.append(Problem(path, _LEFT_OUT))
        elif fault.field != "url" or template.url:
            run.problems.add(path, fault.message)
    if not connector.pk or len(run.problems.found) > before:
        return
    template.connector = connector
    template.save()
    template.headers.all().delete()
    for header in headers:
        header.pk = None
        header.template = template
        header.full_clean()
        header.save(force_insert=True)
