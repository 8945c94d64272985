"""The names that merge fields may have."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType


class Scope(StrEnum):
    """Before the colon of ``@{Scope:Name}``. User is the agent, Owner the lead's owner."""

    LEAD = "Lead"
    USER = "User"
    OWNER = "Owner"
    OPPORTUNITY = "Opportunity"
    CALL = "Call"
    CONNECTOR = "Connector"
    VIRTUAL_NUMBER = "VirtualNumber"


_PERSON = (
    "Id", "UserId", "Name", "FirstName", "LastName", "EmailAddress", "PhoneMain", "PhoneMobile", "TelephonyAgentId",
    "TeamId", "TeamName", "GroupIds", "GroupNames", "Role",
)  # fmt: skip

SCOPED_NAMES: Mapping[Scope, tuple[str, ...]] = MappingProxyType({
    Scope.LEAD: (
        "Id", "ProspectID", "Name", "FirstName", "LastName", "EmailAddress", "Phone", "Mobile", "Company", "Stage",
        "Source", "Origin", "City", "State", "Country", "ZipCode", "OwnerId", "OwnerIdName",
    ),
    Scope.USER: _PERSON,
    Scope.OWNER: _PERSON,
    Scope.OPPORTUNITY: ("Id", "Name", "Stage", "Status", "OwnerId"),
    Scope.CALL: ("CallSessionId", "Direction", "Status", "StartTime", "EndTime", "Duration", "Notes", "Disposition"),
    Scope.CONNECTOR: ("Name",),
    Scope.VIRTUAL_NUMBER: ("Number", "Tag"),
})  # fmt: skip

BARE_NAMES: Mapping[str, str] = MappingProxyType({
    "customerNumber": "the customer's number without country code",
    "PhoneNumberWithCountryCode": "the customer's number with country code: +919611795983",
    "customerNumberE164": "the customer's number with country code: +919611795983",
    "customerNumberDigits": "the customer's number with country code, digits only: 919611795983",
    "customerNumberNational": "the customer's number as dialled inside its country: 09611795983",
    "agentNumber": "the agent's number as entered",
    "AgentNumberWithoutCC": "the agent's number without country code",
    "agentNumberE164": "the agent's number with country code: +919611795980",
    "agentNumberDigits": "the agent's number with country code, digits only: 919611795980",
    "agentNumberNational": "the agent's number as dialled inside its country: 09611795980",
    "virtualNumber": "the virtual number as entered",
    "VirtualNumberWithoutCC": "the virtual number without country code",
    "virtualNumberE164": "the virtual number with country code: +919020897874",
    "virtualNumberDigits": "the virtual number with country code, digits only: 919020897874",
    "virtualNumberNational": "the virtual number as dialled inside its country: 09020897874",
    "VirtualNumberTag": "the tag of the virtual number",
    "agentId": "the agent's id at the provider",
    "agentName": "the agent's name",
    "agentEmail": "the agent's e-mail address",
    "leadId": "the lead's id",
    "opportunityId": "the opportunity's id",
    "callSessionId": "the provider's id of the call",
    "dispositionValue": "the disposition, in the provider's word where the value table has one",
    "callNotes": "the agent's notes",
    "requestId": "the id of this request, the same at every attempt",
    "callReference": "our reference of the call, by which a later event is matched",
})  # fmt: skip
"""Names that stand alone, ``@name``, and what each gives."""

FREE_FIELD_PREFIX = "mx_"
"""Names with this prefix are free fields of the lead: any of them may be used."""

_BARE_BY_KEY = {name.casefold(): name for name in BARE_NAMES}
_BARE_KEYS_LONGEST_FIRST = sorted(_BARE_BY_KEY, key=len, reverse=True)
_SCOPE_BY_KEY = {scope.casefold(): scope for scope in Scope}
_NAME_BY_KEY = {scope: {name.casefold(): name for name in names} for scope, names in SCOPED_NAMES.items()}


def bare_name(text: str) -> str | None:
    """The catalogue's spelling of a bare name, or None."""
    return _BARE_BY_KEY.get(text.casefold())


def longest_bare_name(word: str) -> str | None:
    """The longest bare name with which ``word`` begins, in the catalogue's spelling, or None."""
    key = word.casefold()
    return next((_BARE_BY_KEY[name] for name in _BARE_KEYS_LONGEST_FIRST if key.startswith(name)), None)


def scope_of(text: str) -> Scope | None:
    """The scope with that name, in any case, or None."""
    return _SCOPE_BY_KEY.get(text.casefold())


def scoped_name(scope: Scope, text: str, custom_fields: Collection[str] = ()) -> str | None:
    """The catalogue's spelling of a name in a scope, or None. ``custom_fields`` as in ``compile_template``."""
    key = text.casefold()
    if known := _NAME_BY_KEY[scope].get(key):
        return known
    if scope is Scope.LEAD and key.startswith(FREE_FIELD_PREFIX) and len(key) > len(FREE_FIELD_PREFIX):
        return text
    return _custom_names(scope, custom_fields).get(key)


def nearest_name(written: str, custom_fields: Collection[str] = ()) -> str:
    """The known merge field most like ``written`` (without its ``@``), ready to paste, or an empty string."""
    known = {name.casefold(): f"@{name}" for name in BARE_NAMES}
    for scope in Scope:
        for name in (*SCOPED_NAMES[scope], *_custom_names(scope, custom_fields).values()):
            known[f"{scope}:{name}".casefold()] = f"@{{{scope}:{name},}}"
    if written.casefold().startswith(FREE_FIELD_PREFIX):
        return f"@{{Lead:{written},}}"
    matches = difflib.get_close_matches(written.casefold(), known, n=1, cutoff=0.6)
    return known[matches[0]] if matches else ""


def _custom_names(scope: Scope, custom_fields: Collection[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for entry in custom_fields:
        owner, colon, name = entry.rpartition(":")
        if not colon or scope_of(owner.strip()) is scope:
            names[name.strip().casefold()] = name.strip()
    return names
