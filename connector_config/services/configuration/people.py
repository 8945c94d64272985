"""Importing teams, agents and their ids at providers."""

from __future__ import annotations

from django.contrib.auth.hashers import identify_hasher
from django.core.exceptions import ValidationError

from connector_config.configuration_schema import AgentEntry, TeamEntry
from connector_config.models import AgentMapping, Connector
from connector_config.services.configuration import columns
from connector_config.services.configuration.problems import join
from connector_config.services.configuration.run import ImportRun
from connector_config.services.saving import touch_connector
from crm.models import Agent, Team
from crm.services.people import Account, save_agent
from crm.services.phones import set_agent_phones

EXTENSIONS_ARE_IDS = "write +919611795980; an extension goes into agent_ids"
ADMINISTRATOR_NEEDS_STAFF = "an administrator is staff; leave staff out or make it true"


def import_team(entry: TeamEntry, run: ImportRun) -> None:
    """Make the team where it does not exist, and set what the file says of it."""
    team = Team.objects.filter(name=entry.name).first()
    is_new = team is None
    team = team or Team(name=entry.name)
    given = columns.given_values(entry, columns.TEAM)
    try:
        if is_new or given:
            for column, value in given.items():
                setattr(team, column, value)
            team.full_clean()
            team.save()
            run.count("team", is_new=is_new)
    except ValidationError as error:
        run.problems.add_validation(entry.path, error)


def import_agent(entry: AgentEntry, run: ImportRun) -> None:
    """Make or change the agent and their user; numbers that the file leaves out stay, behind those that it gives."""
    email = entry.email.strip().lower()
    if not run.check_email(email, join(entry.path, "email")):
        return
    agent = Agent.objects.filter(email__iexact=email).select_related("user").first()
    is_new = agent is None
    agent = agent or Agent(name=entry.name or email.partition("@")[0])
    for column, value in columns.given_values(entry, columns.AGENT).items():
        setattr(agent, column, value)
    if entry.team is not None:
        agent.team = run.team(entry.team, join(entry.path, "team"))
    run.check_numbers(entry.phones or [], join(entry.path, "phones"), EXTENSIONS_ARE_IDS)
    _save(entry, agent, run)
    run.count("agent", is_new=is_new)


def _save(entry: AgentEntry, agent: Agent, run: ImportRun) -> None:
    try:
        save_agent(agent=agent, account=_account(entry, run), groups=entry.groups)
        if entry.phones is not None:
            set_agent_phones(agent, entry.phones, run.country, keep_others=True)
    except ValidationError as error:
        run.problems.add_validation(entry.path, error, {**columns.keys_of(columns.AGENT), "username": "email"})


def _account(entry: AgentEntry, run: ImportRun) -> Account:
    if entry.administrator and entry.staff is False:
        run.problems.add(join(entry.path, "staff"), ADMINISTRATOR_NEEDS_STAFF)
    if entry.password_hash and not _is_hash(entry.password_hash):
        run.problems.add(join(entry.path, "password_hash"), "is no password hash of Django's; use password instead")
    return Account(
        password=entry.password or None,
        password_hash=entry.password_hash or None,
        is_staff=entry.staff,
        is_administrator=entry.administrator,
        is_active=entry.active,
    )


def _is_hash(text: str) -> bool:
    try:
        identify_hasher(text)
    except ValueError:
        return False
    return True


def import_agent_ids(entry: AgentEntry, run: ImportRun) -> None:
    """The agent's ids at a connector become those that the file gives; ids at other connectors stay."""
    agent = Agent.objects.filter(email__iexact=entry.email.strip()).first()
    for slug, given in (entry.agent_ids or {}).items():
        path = f"{entry.path}.agent_ids.{slug}"
        connector = run.connector(slug, path)
        if agent is None or connector is None:
            continue
        ids = list(dict.fromkeys(text.strip() for text in given if text.strip()))
        if _are_ids_free(connector, agent, ids, path, run):
            set_agent_ids(connector, agent, ids)


def _are_ids_free(connector: Connector, agent: Agent, ids: list[str], path: str, run: ImportRun) -> bool:
    others = AgentMapping.objects.filter(connector=connector, provider_agent_id__in=ids).exclude(agent=agent)
    for other in others.select_related("agent"):
        run.problems.add(path, f"{other.provider_agent_id!r} is the id of {other.agent.email} already")
    is_too_long = any(len(text) > 120 for text in ids)
    if is_too_long:
        run.problems.add(path, "an id has at most 120 characters")
    return not others and not is_too_long


def set_agent_ids(connector: Connector, agent: Agent, ids: list[str]) -> None:
    """Make these the agent's ids at the connector."""
    own = AgentMapping.objects.filter(connector=connector, agent=agent)
    own.exclude(provider_agent_id__in=ids).delete()
    for text in ids:
        own.get_or_create(connector=connector, agent=agent, provider_agent_id=text)
    touch_connector(connector.pk)
