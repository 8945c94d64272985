"""Making and changing agents, together with the users as whom they log in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from crm.models import Agent, AgentGroup
from crm.services.phones import DEFAULT_COUNTRY, set_agent_phones

__all__ = ["Account", "is_account_free", "save_agent", "set_agent_phones", "set_groups"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is to change in an agent's user; None leaves it as it is.

    ``is_staff`` lets them see everybody's calls and leads, ``is_administrator`` lets them change settings.
    """

    password: str | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)
    is_staff: bool | None = None
    is_administrator: bool | None = None
    is_active: bool | None = None


UNCHANGED = Account()


@transaction.atomic
def save_agent(
    *,
    agent: Agent,
    account: Account = UNCHANGED,
    phones: Iterable[str] | None = None,
    groups: Iterable[str] | None = None,
    country: str = DEFAULT_COUNTRY,
) -> Agent:
    """Check and store an agent whose columns are set, new or known, and their user (user name = e-mail).

    A user of that name who is nobody's agent yet becomes this agent's; a new one without password cannot log in.
    ``phones`` and ``groups`` replace what was there, None leaves it. Raises django's ValidationError by field.
    """
    agent.email = agent.email.strip().lower()
    agent.full_clean(exclude=["user"])
    agent.user = _saved_user(agent, account)
    agent.save()
    if phones is not None:
        set_agent_phones(agent, phones, country)
    if groups is not None:
        set_groups(agent, groups)
    return agent


def set_groups(agent: Agent, names: Iterable[str]) -> None:
    """Make these the agent's groups; groups that do not exist yet are made."""
    wanted = [AgentGroup.objects.get_or_create(name=name)[0] for name in dict.fromkeys(names)]
    agent.groups.set(wanted)


def is_account_free(email: str, agent: Agent | None = None) -> bool:
    """True when no user of another agent logs in by this e-mail."""
    others = Agent.objects.filter(user__username__iexact=email.strip())
    return not (others.exclude(pk=agent.pk) if agent else others).exists()


def _saved_user(agent: Agent, account: Account) -> User:
    if not is_account_free(agent.email, agent):
        raise ValidationError({"email": "Another agent logs in by this e-mail."})
    user = agent.user if agent.user_id else _user_named(agent.email)
    _apply(account, user)
    user.username = user.email = agent.email
    user.first_name, _, user.last_name = (part[:150] for part in agent.name.partition(" "))
    user.full_clean(exclude=["password"])
    user.save()
    return user


def _user_named(email: str) -> User:
    user = User.objects.filter(username__iexact=email).first()
    if user is None:
        user = User()
        user.set_unusable_password()
    return user


def _apply(account: Account, user: User) -> None:
    if account.password_hash:
        user.password = account.password_hash
    if account.password and not (user.has_usable_password() and user.check_password(account.password)):
        # A new hash of the same password would end the user's sessions.
        user.set_password(account.password)
    if account.is_staff is not None:
        user.is_staff = account.is_staff
    if account.is_administrator is not None:
        user.is_superuser = account.is_administrator
        user.is_staff = user.is_staff or account.is_administrator
    if account.is_active is not None:
        user.is_active = account.is_active
