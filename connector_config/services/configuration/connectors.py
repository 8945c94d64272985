"""Importing connectors: their columns, teams and virtual numbers."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from connector_config.configuration_schema import ConnectorEntry, VirtualNumberEntry
from connector_config.connector_checks import Fault, connector_faults
from connector_config.models import Connector, RequestTemplate, VirtualNumber
from connector_config.services.configuration import columns
from connector_config.services.configuration.preset_defaults import with_preset_defaults
from connector_config.services.configuration.problems import Problem, join
from connector_config.services.configuration.recordings import set_recording_authentication
from connector_config.services.configuration.run import ImportRun
from connector_config.services.configuration.templates import import_template
from connector_config.services.saving import touch_connector
from connector_config.verification import VERIFIERS
from telephony_connector.common.phones import to_e164

_COLUMN_PATHS = {
    **columns.keys_of(columns.CONNECTOR),
    "verification_scheme": "verification.scheme",
    "verification_settings": "verification",
    "verification_secrets": "verification",
    "ip_allow_list": "verification.ip_allow_list",
    "recording_authentication": "recordings.authentication.kind",
    "recording_settings": "recordings.authentication",
    "recording_secrets": "recordings.authentication",
}
_SECRETS = frozenset({"verification_secrets", "recording_secrets"})


def import_connector(entry: ConnectorEntry, run: ImportRun) -> None:
    """Make or change a connector and all that belongs to it; a new one takes its preset's defaults."""
    connector = Connector.objects.filter(slug=entry.slug).first()
    is_new = connector is None
    if connector is None:
        connector = Connector(slug=entry.slug)
        entry = with_preset_defaults(entry)
    former = columns.given_values(entry, columns.CONNECTOR_FORMER)
    for column, value in (former | columns.given_values(entry, columns.CONNECTOR)).items():
        setattr(connector, column, value)
    if entry.disposition is not None and entry.disposition.tasks is not None:
        connector.disposition_tasks = {
            option: {"title": rule.title, "days": rule.days or 0} for option, rule in entry.disposition.tasks.items()
        }
    connector.default_country = connector.default_country.upper()
    if entry.owner is not None:
        connector.owner = run.agent(entry.owner, join(entry.path, "owner"))
    if entry.verification is not None:
        set_verification(connector, dict(entry.verification), join(entry.path, "verification"), run)
    if entry.recordings is not None and entry.recordings.authentication is not None:
        path = join(entry.recordings.path, "authentication")
        set_recording_authentication(connector, entry.recordings.authentication, path, run)
    is_saved = _save(connector, entry, run)
    _import_teams(connector, entry, run, is_saved=is_saved)
    _import_virtual_numbers(connector, entry, run)
    import_template(connector, RequestTemplate.Purpose.CLICK_TO_CALL, entry.click_to_call, run)
    import_template(connector, RequestTemplate.Purpose.DISPOSITION, entry.disposition, run)
    if is_saved:
        touch_connector(connector.pk)
        run.count("connector", is_new=is_new)


def _save(connector: Connector, entry: ConnectorEntry, run: ImportRun) -> bool:
    """Check everything, and store the connector when nothing is wrong with it."""
    before = len(run.problems.found)
    try:
        connector.full_clean()
    except ValidationError as error:
        run.problems.add_validation(entry.path, error, _COLUMN_PATHS)
    for fault in connector_faults(connector):
        _note(fault, entry, run)
    if len(run.problems.found) > before:
        return False
    connector.save()
    return True


def _note(fault: Fault, entry: ConnectorEntry, run: ImportRun) -> None:
    dot = "" if not fault.inner or fault.inner.startswith("[") else "."
    path = f"{join(entry.path, _COLUMN_PATHS[fault.column])}{dot}{fault.inner}"
    if run.is_secretless and fault.column in _SECRETS:
        message = "was left out of the file; enter it in the admin, until then requests are refused"
        run.remarks.append(Problem(path, message))
    elif fault.column == "verification_secrets":
        run.problems.add(path, f"{fault.message} (a connector without one: verification: {{scheme: none}})")
    else:
        run.problems.add(path, fault.message)


def set_verification(connector: Connector, given: dict[str, object], path: str, run: ImportRun) -> None:
    """Replace scheme and settings; secrets that the file leaves out stay while the scheme stays."""
    scheme = given.pop("scheme", connector.verification_scheme)
    if not isinstance(scheme, str):
        run.problems.add(join(path, "scheme"), "must be a word")
        return
    connector.ip_allow_list = _word_list(given.pop("ip_allow_list", []))
    known = VERIFIERS[scheme].settings_schema if scheme in VERIFIERS else ()
    secret_names = {setting.name for setting in known if setting.secret}
    secrets = {name: str(given.pop(name)) for name in secret_names & set(given) if given[name] not in (None, "")}
    kept = connector.verification_secrets if scheme == connector.verification_scheme else {}
    connector.verification_secrets = {**kept, **secrets}
    connector.verification_settings = {name: value for name, value in given.items() if value is not None}
    connector.verification_scheme = scheme


def _word_list(value: object) -> list[str]:
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [str(item) for item in value] if isinstance(value, list) else [] if value is None else [str(value)]


def _import_teams(connector: Connector, entry: ConnectorEntry, run: ImportRun, *, is_saved: bool) -> None:
    if entry.teams is None:
        return
    path = join(entry.path, "teams")
    teams = [run.team(name, f"{path}[{index}]") for index, name in enumerate(entry.teams)]
    if is_saved:
        connector.teams.set([team for team in teams if team])


def _import_virtual_numbers(connector: Connector, entry: ConnectorEntry, run: ImportRun) -> None:
    """A default number takes that place from another one."""
    defaults = [number for number in entry.virtual_numbers or [] if number.default]
    for number in defaults[1:]:
        run.problems.add(join(number.path, "default"), f"{defaults[0].number} is the default already; keep one")
    if defaults and connector.pk:
        connector.virtual_numbers.update(is_default=False)
    for number in entry.virtual_numbers or []:
        _import_virtual_number(connector, number, run)


def _import_virtual_number(connector: Connector, entry: VirtualNumberEntry, run: ImportRun) -> None:
    """Known by its E.164 form, else by its text; numbers that the file leaves out stay."""
    e164 = to_e164(entry.number, connector.default_country)
    if not e164 and not any(letter.isdigit() for letter in entry.number):
        run.problems.add(join(entry.path, "number"), f"{entry.number!r} is no telephone number; write +919020897874")
    number = _stored_number(connector, entry.number, e164) or VirtualNumber()
    number.number, number.e164 = entry.number.strip(), e164
    if entry.tag is not None:
        number.tag = entry.tag
    if entry.default is not None:
        number.is_default = entry.default
    if entry.fallback_agent is not None:
        number.fallback_agent = run.agent(entry.fallback_agent, join(entry.path, "fallback_agent"))
    callers = None
    if entry.callers is not None:
        path = join(entry.path, "callers")
        callers = [run.agent(email, f"{path}[{index}]") for index, email in enumerate(entry.callers)]
    try:
        number.full_clean(exclude=["connector"])
    except ValidationError as error:
        run.problems.add_validation(entry.path, error)
        return
    if connector.pk:
        number.connector = connector
        number.save()
        if callers is not None:
            number.callers.set([agent for agent in callers if agent])


def _stored_number(connector: Connector, number: str, e164: str) -> VirtualNumber | None:
    if not connector.pk:
        return None
    same = connector.virtual_numbers.filter(number=number.strip()).first()
    return same or (connector.virtual_numbers.filter(e164=e164).first() if e164 else None)
