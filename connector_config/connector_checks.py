"""What is checked when a connector or one of its request templates is saved, in the admin and from a file alike."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import phonenumbers

from connector_config.authentication_checks import authentication_faults
from connector_config.disposition_tasks import rule_faults
from connector_config.embed_origins import LIMIT, OriginError, parse_origin
from connector_config.frame_permissions import FEATURES, WINDOWS, unknown_permissions
from connector_config.mapping.document import InvalidMappingError, merge_mapping, parse_mapping
from connector_config.models import Connector, RequestHeader, RequestTemplate
from connector_config.opening_hours import OpeningHoursError, parse_opening_hours
from connector_config.outgoing.names import Scope
from connector_config.presets import UnknownPresetError, load_preset, preset_names
from connector_config.recording_access import recording_errors, recording_secret_names
from connector_config.rendering import RequestSpec
from connector_config.success_rules import SuccessRules
from connector_config.validators import (
    FieldError,
    RequestTemplateDraft,
    validate_request_template,
    validate_template_text,
    validate_url_template,
)
from connector_config.verification import SettingError, validate_settings
from connector_config.verification.networks import parse_networks
from crm.free_fields import free_fields_in_use
from telephony_connector.common.address_policy import NetworkError, parse_network
from telephony_connector.common.certificates import CertificatesError, check_certificates
from telephony_connector.common.phones import digits_of

SHORTEST_CREDENTIAL = 8
_LEAD_FIELD = re.compile(r"@\{\s*lead\s*:\s*([^,{}]+?)\s*[,}]", re.IGNORECASE)
_CONTENT_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}(; ?charset=[\w-]{1,20})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: the model's column, a sentence, and where inside the value (``rules[2].when``, ``[0]``)."""

    column: str
    message: str
    inner: str = ""


def connector_faults(connector: Connector) -> list[Fault]:
    """Everything that the model's own validation does not see. Reads no row; messages hold no secrets."""
    checks: Sequence[Callable[[Connector], Iterable[Fault]]] = (
        _preset_faults, _place_faults, _number_faults, _network_faults, _authority_faults, _route_faults, _page_faults,
        _embedding_faults,
        _calling_faults, _disposition_rule_faults, _recording_faults, _mapping_faults, verification_faults,
    )  # fmt: skip
    return [fault for check in checks for fault in check(connector)]


def _preset_faults(connector: Connector) -> Iterator[Fault]:
    if connector.preset not in preset_names():
        yield Fault("preset", f"there is no preset {connector.preset!r}; there are {', '.join(preset_names())}")


def closest_zone(written: str) -> str:
    """The time zone whose name is most like what was written, whatever its case; nothing when none is."""
    names = {name.lower(): name for name in zoneinfo.available_timezones()}
    return next((names[name] for name in difflib.get_close_matches(written.lower(), names, n=1)), "")


def _place_faults(connector: Connector) -> Iterator[Fault]:
    try:
        zoneinfo.ZoneInfo(connector.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        like = closest_zone(connector.time_zone) or "Asia/Kolkata"
        yield Fault("time_zone", f"{connector.time_zone!r} is no time zone; write one such as {like}")
    if connector.default_country not in phonenumbers.SUPPORTED_REGIONS:
        yield Fault("default_country", f"{connector.default_country!r} is no country; write two letters such as IN")


def _number_faults(connector: Connector) -> Iterator[Fault]:
    for index, number in enumerate(connector.excluded_numbers):
        if not digits_of(number):
            yield Fault("excluded_numbers", f"{number!r} is no telephone number", f"[{index}]")


def _network_faults(connector: Connector) -> Iterator[Fault]:
    for index, entry in enumerate(connector.allowed_networks):
        try:
            parse_network(entry)
        except NetworkError as error:
            yield Fault("allowed_networks", str(error), f"[{index}]")
    for index, entry in enumerate(connector.ip_allow_list):
        try:
            parse_networks(entry)
        except ValueError as error:
            yield Fault("ip_allow_list", str(error), f"[{index}]")


def _authority_faults(connector: Connector) -> Iterator[Fault]:
    try:
        check_certificates(connector.ca_certificates)
    except CertificatesError as error:
        yield Fault("ca_certificates", str(error))


def _calling_faults(connector: Connector) -> Iterator[Fault]:
    try:
        parse_opening_hours(connector.calling_hours)
    except OpeningHoursError as error:
        yield Fault("calling_hours", str(error))


def _disposition_rule_faults(connector: Connector) -> Iterator[Fault]:
    if connector.auto_dispose_minutes and not connector.auto_disposition.strip():
        yield Fault("auto_disposition", "is required: what is chosen when nobody has chosen in time")
    for option, message in rule_faults(connector.disposition_tasks):
        yield Fault("disposition_tasks", message, option)


def _recording_faults(connector: Connector) -> Iterator[Fault]:
    for error in recording_errors(connector):
        if error.setting == "kind":
            yield Fault("recording_authentication", error.message)
        elif error.setting.startswith("hosts"):
            yield Fault("recording_hosts", error.message, error.setting.removeprefix("hosts"))
        else:
            is_secret = error.setting in recording_secret_names(connector.recording_authentication)
            yield Fault("recording_secrets" if is_secret else "recording_settings", error.message, error.setting)


def _route_faults(connector: Connector) -> Iterator[Fault]:
    try:
        parse_opening_hours(connector.opening_hours)
    except OpeningHoursError as fault:
        yield Fault("opening_hours", str(fault))
    if connector.call_route_content_type and not _CONTENT_TYPE.fullmatch(connector.call_route_content_type):
        yield Fault("call_route_content_type", "is no content type; write application/xml or text/plain; charset=utf-8")
    if connector.call_route_reply != Connector.CallRouteReply.TEMPLATE:
        return
    if not connector.call_route_body.strip():
        yield Fault("call_route_body", "is required when the answer is a text of your own")
    for error in validate_template_text("call_route_body", connector.call_route_body):
        yield Fault(error.field, error.message)


def _page_faults(connector: Connector) -> Iterator[Fault]:
    for column in ("popup_external_url", "panel_url"):
        url = getattr(connector, column)
        for error in validate_url_template(column, url) if url else ():
            yield Fault(error.field, error.message)
    for word in unknown_permissions(connector.frame_permissions):
        yield Fault("frame_permissions", f"{word!r} is none of {', '.join((*FEATURES, *WINDOWS))}")


def _embedding_faults(connector: Connector) -> Iterator[Fault]:
    if len(connector.embed_origins) > LIMIT:
        yield Fault("embed_origins", f"holds {len(connector.embed_origins)} origins; at most {LIMIT} can be listed")
    for index, origin in enumerate(connector.embed_origins):
        try:
            parse_origin(str(origin))
        except OriginError as error:
            yield Fault("embed_origins", str(error), f"[{index}]")
    for column in ("server_credential", "previous_server_credential"):
        credential = getattr(connector, column)
        if credential and len(credential) < SHORTEST_CREDENTIAL:
            yield Fault(column, f"must have at least {SHORTEST_CREDENTIAL} characters")
        if not credential.isascii() or not credential.isprintable():
            yield Fault(column, "may hold plain ASCII characters only: it travels in a header")


def _mapping_faults(connector: Connector) -> Iterator[Fault]:
    try:
        preset = load_preset(connector.preset)
        parse_mapping(merge_mapping(preset.mapping, connector.mapping))
    except UnknownPresetError:
        return
    except InvalidMappingError as error:
        for fault in error.errors:
            yield Fault("mapping", fault.message, fault.path)


def verification_faults(connector: Connector) -> Iterator[Fault]:
    """Mistakes in the verification's settings; the column is verification_scheme, _settings or _secrets."""
    secrets = connector.verification_secrets
    config = {**connector.verification_settings, **secrets}
    for error in validate_settings(connector.verification_scheme, config):
        inner = "" if error.setting == "scheme" else error.setting
        yield Fault(_verification_column(error, secrets), error.message, inner)


def _verification_column(error: SettingError, secrets: Iterable[str]) -> str:
    if error.setting == "scheme":
        return "verification_scheme"
    is_secret = error.setting in secrets or error.setting in {"secret", "previous_secret"}
    return "verification_secrets" if is_secret else "verification_settings"


def _free_fields(*templates: str) -> set[str]:
    """The leads' free fields among the merge fields of the templates: these are known beside the catalogue's names."""
    names = {name for text in templates for name in _LEAD_FIELD.findall(text)}
    return {f"{Scope.LEAD}:{name}" for name in free_fields_in_use(names)}


def template_faults(template: RequestTemplate, headers: Sequence[RequestHeader]) -> list[FieldError]:
    """Every mistake of a request template; ``field`` is the file's key: ``url``, ``headers.0.name``, …"""
    spec = RequestSpec(
        method=template.method,
        url=template.url,
        body_type=template.body_type,
        body=template.body,
        headers=tuple((header.name, header.value, header.is_secret) for header in headers),
    )
    rules = SuccessRules(
        statuses=template.success_statuses,
        path=template.success_path,
        is_empty=template.expects_empty_answer,
        keyword=template.response_keyword,
        failure_keyword=template.failure_keyword,
        call_id_path=template.call_id_path,
    )
    faults = validate_request_template(
        RequestTemplateDraft(spec=spec, rules=rules, timeout_seconds=template.timeout_seconds),
        _free_fields(spec.url, spec.body, *(value for _, value, _ in spec.headers)),
    )
    return [*faults, *authentication_faults(template, headers), *_disposition_faults(template)]


def _disposition_faults(template: RequestTemplate) -> Iterator[FieldError]:
    if template.purpose != RequestTemplate.Purpose.DISPOSITION or template.field is None:
        return
    options = set(template.field.options.values_list("value", flat=True)) if template.field.pk else set()
    for option in template.values:
        if option not in options:
            yield FieldError("values", f"{option!r} is no option of {template.field.name}")
