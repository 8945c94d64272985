"""The values that merge fields take: a snapshot that can be stored beside the request that is owed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from connector_config.outgoing.names import Scope
from telephony_connector.common.phones import (
    digits_of,
    to_e164,
    with_trunk_prefix,
    without_country_code,
)

_ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "id": ("prospectid", "userid"),
    "prospectid": ("id",),
    "userid": ("id",),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class MergeContext:
    """Values by scope and name, as plain text, without secrets. Names are compared case-insensitively.

    Each scope holds names of docs/templates.md (``{"Name": "Ravi Kumar", "mx_Budget": "5"}``); a missing name or an
    empty text is "no value". FirstName and LastName come from Name when they are missing. Numbers stand as entered or
    in E.164; ``default_country`` (``IN``) reads those without a country code, so that every variant can be derived.
    ``customer_number`` is the number to be called and ``agent_number`` the one to be rung; empty, the lead's and the
    agent's first number stand in.
    """

    default_country: str = ""
    customer_number: str = ""
    agent_number: str = ""
    request_id: str = ""
    call_reference: str = ""
    lead: Mapping[str, str] = field(default_factory=dict)
    user: Mapping[str, str] = field(default_factory=dict)
    owner: Mapping[str, str] = field(default_factory=dict)
    opportunity: Mapping[str, str] = field(default_factory=dict)
    call: Mapping[str, str] = field(default_factory=dict)
    connector: Mapping[str, str] = field(default_factory=dict)
    virtual_number: Mapping[str, str] = field(default_factory=dict)

    def written(self, escaped: str) -> str:
        """Called with every value or default as it is about to be written, already escaped for its place."""
        return escaped

    def to_json(self) -> dict[str, object]:
        """The snapshot as a JSON object."""
        return {
            item.name: dict(value) if isinstance(value, Mapping) else value
            for item in dataclasses.fields(self)
            if (value := getattr(self, item.name))
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> MergeContext:
        """Read what ``to_json`` wrote; unknown keys are ignored, None is no value, lists are joined by commas."""
        values: dict[str, object] = {}
        for item in dataclasses.fields(cls):
            stored = data.get(item.name)
            if isinstance(stored, Mapping):
                values[item.name] = {str(name): text_of(value) for name, value in stored.items()}
            elif stored is not None:
                values[item.name] = text_of(stored)
        return cls(**values)  # type: ignore[arg-type]  # each field got the kind of value that it holds

    def bare_value(self, name: str) -> str:
        """The value of a bare name in the catalogue's spelling; empty when there is none."""
        return _BARE[name](self)

    def scoped_value(self, scope: Scope, name: str) -> str:
        """The value of a name in a scope; empty when there is none."""
        values = {key.casefold(): text_of(value) for key, value in self._scope(scope).items()}
        key = name.casefold()
        for candidate in (key, *_ALIASES.get(key, ())):
            if values.get(candidate):
                return values[candidate]
        return _derived_name(key, values)

    def number(self, whose: str) -> str:
        """The customer's, agent's or virtual number as entered (``whose``: ``customer``, ``agent``, ``virtual``)."""
        if whose == "virtual":
            return self.scoped_value(Scope.VIRTUAL_NUMBER, "Number")
        if whose == "agent":
            first = self.scoped_value(Scope.USER, "PhoneMain") or self.scoped_value(Scope.USER, "PhoneMobile")
            return self.agent_number or first
        first = self.scoped_value(Scope.LEAD, "Phone") or self.scoped_value(Scope.LEAD, "Mobile")
        return self.customer_number or first

    def _scope(self, scope: Scope) -> Mapping[str, str]:
        scopes = {
            Scope.LEAD: self.lead,
            Scope.USER: self.user,
            Scope.OWNER: self.owner,
            Scope.OPPORTUNITY: self.opportunity,
            Scope.CALL: self.call,
            Scope.CONNECTOR: self.connector,
            Scope.VIRTUAL_NUMBER: self.virtual_number,
        }
        return scopes[scope]


def text_of(value: object) -> str:
    """A merge value as text: None is empty, lists are joined by commas, truth is ``true`` or ``false``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(text_of(item) for item in value)
    return str(value)


def _derived_name(key: str, values: Mapping[str, str]) -> str:
    if key == "name":
        return " ".join(part for part in (values.get("firstname"), values.get("lastname")) if part)
    if key in {"firstname", "lastname"}:
        first, _, last = values.get("name", "").strip().partition(" ")
        return first if key == "firstname" else last.strip()
    return ""


def _e164(raw: str, country: str) -> str:
    return to_e164(raw, country) or raw.strip()


def _international_digits(raw: str, country: str) -> str:
    return digits_of(to_e164(raw, country) or raw)


def _number(whose: str, form: Callable[[str, str], str]) -> Callable[[MergeContext], str]:
    def value(context: MergeContext) -> str:
        raw = context.number(whose)
        return form(raw, context.default_country) if raw else ""

    return value


def _scoped(scope: Scope, name: str) -> Callable[[MergeContext], str]:
    return lambda context: context.scoped_value(scope, name)


_BARE: Mapping[str, Callable[[MergeContext], str]] = MappingProxyType({
    "customerNumber": _number("customer", without_country_code),
    "PhoneNumberWithCountryCode": _number("customer", _e164),
    "customerNumberE164": _number("customer", _e164),
    "customerNumberDigits": _number("customer", _international_digits),
    "customerNumberNational": _number("customer", with_trunk_prefix),
    "agentNumber": lambda context: context.number("agent"),
    "AgentNumberWithoutCC": _number("agent", without_country_code),
    "agentNumberE164": _number("agent", _e164),
    "agentNumberDigits": _number("agent", _international_digits),
    "agentNumberNational": _number("agent", with_trunk_prefix),
    "virtualNumber": lambda context: context.number("virtual"),
    "VirtualNumberWithoutCC": _number("virtual", without_country_code),
    "virtualNumberE164": _number("virtual", _e164),
    "virtualNumberDigits": _number("virtual", _international_digits),
    "virtualNumberNational": _number("virtual", with_trunk_prefix),
    "VirtualNumberTag": _scoped(Scope.VIRTUAL_NUMBER, "Tag"),
    "agentId": _scoped(Scope.USER, "TelephonyAgentId"),
    "agentName": _scoped(Scope.USER, "Name"),
    "agentEmail": _scoped(Scope.USER, "EmailAddress"),
    "leadId": _scoped(Scope.LEAD, "Id"),
    "opportunityId": _scoped(Scope.OPPORTUNITY, "Id"),
    "callSessionId": _scoped(Scope.CALL, "CallSessionId"),
    "dispositionValue": _scoped(Scope.CALL, "Disposition"),
    "callNotes": _scoped(Scope.CALL, "Notes"),
    "requestId": lambda context: context.request_id,
    "callReference": lambda context: context.call_reference,
})  # fmt: skip
