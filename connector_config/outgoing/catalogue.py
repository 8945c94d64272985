"""Every merge field with a few words on what it gives, ready to be put into a template: help for who writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connector_config.outgoing.names import BARE_NAMES, SCOPED_NAMES, Scope

_WHOSE: Mapping[Scope, str] = MappingProxyType({
    Scope.LEAD: "the lead's",
    Scope.USER: "the agent's",
    Scope.OWNER: "the lead owner's",
    Scope.OPPORTUNITY: "the opportunity's",
    Scope.CALL: "the call's",
    Scope.CONNECTOR: "the connector's",
    Scope.VIRTUAL_NUMBER: "the virtual number's",
})  # fmt: skip

_WHAT: Mapping[str, str] = MappingProxyType({
    "Id": "id", "ProspectID": "id, under LeadSquared's name", "UserId": "id, under LeadSquared's name",
    "Name": "name", "FirstName": "first name: up to the first blank", "LastName": "last name: after the first blank",
    "EmailAddress": "e-mail address", "Phone": "first number", "Mobile": "second number", "Company": "company",
    "Stage": "stage", "Source": "source", "Origin": "origin", "City": "city", "State": "state", "Country": "country",
    "ZipCode": "postal code", "OwnerId": "owner, as an id", "OwnerIdName": "owner, by name",
    "PhoneMain": "first number", "PhoneMobile": "second number, else the first",
    "TelephonyAgentId": "id at the provider", "TeamId": "team, as an id", "TeamName": "team, by name",
    "GroupIds": "groups, as ids joined by commas", "GroupNames": "groups, by names joined by commas", "Role": "role",
    "Status": "status", "CallSessionId": "id at the provider", "Direction": "direction: Inbound or Outbound",
    "StartTime": "start, in the connector's time zone", "EndTime": "end, in the connector's time zone",
    "Duration": "duration in seconds", "Notes": "notes, as the agent wrote them", "Disposition": "disposition",
    "Number": "number as entered", "Tag": "tag",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class MergeField:
    """``text`` is what stands in a template, ``meaning`` a sentence's worth on what it gives."""

    text: str
    meaning: str


def merge_fields(free_fields: Iterable[str] = ()) -> tuple[MergeField, ...]:
    """The catalogue: names that stand alone, those in scopes, and the leads' free fields that are given."""
    bare = (MergeField(f"@{name}", meaning) for name, meaning in BARE_NAMES.items())
    free = (MergeField(_scoped(Scope.LEAD, name), "a free field of the lead") for name in free_fields)
    return (*bare, *_scoped_fields(), *free)


def _scoped_fields() -> Iterator[MergeField]:
    for scope, names in SCOPED_NAMES.items():
        for name in names:
            yield MergeField(_scoped(scope, name), f"{_WHOSE[scope]} {_WHAT[name]}")


def _scoped(scope: Scope, name: str) -> str:
    return f"@{{{scope}:{name},}}"
