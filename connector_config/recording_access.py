"""How recordings are asked for at the provider: with which credentials, and which hosts may get them.

The address of a recording comes with a call log, and whoever can send one could name a host of their own: credentials
therefore go to the hosts that the administrator has listed, and to no other. Pure but for the model's type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from connector_config.models import Connector
from connector_config.outgoing.authentication import KINDS, secret_names, validate_authentication
from connector_config.verification.settings import Setting, SettingError, nearest, schema_errors
from telephony_connector.common.address_policy import DEFAULT_PORTS


class RecordingAuthentication(StrEnum):
    """What goes with a request for a recording; basic, bearer and header as in requests of templates."""

    NONE = "none"
    CLICK_TO_CALL = "click_to_call"
    BASIC = "basic"
    BEARER = "bearer"
    HEADER = "header"
    QUERY = "query"


_QUERY_SCHEMA = (
    Setting("parameter", "Parameter", required=True, help="Its name in the address, such as token."),
    Setting("query_value", "Parameter's value", required=True, secret=True),
)
LABELS: Mapping[str, str] = {
    RecordingAuthentication.NONE: "Nothing: the address alone opens the recording",
    RecordingAuthentication.CLICK_TO_CALL: "The same authentication as click to call",
    RecordingAuthentication.BASIC: KINDS["basic"].label,
    RecordingAuthentication.BEARER: KINDS["bearer"].label,
    RecordingAuthentication.HEADER: KINDS["header"].label,
    RecordingAuthentication.QUERY: "Token in the address: …?token=…",
}
SCHEMAS: Mapping[str, tuple[Setting, ...]] = {
    RecordingAuthentication.NONE: (),
    RecordingAuthentication.CLICK_TO_CALL: (),
    RecordingAuthentication.QUERY: _QUERY_SCHEMA,
    **{kind: KINDS[kind].settings_schema for kind in ("basic", "bearer", "header")},
}
"""The settings of each kind, in the words of ``authentication: {kind: …}``."""


def recording_secret_names(kind: str) -> frozenset[str]:
    """The settings of a kind that are never shown."""
    if kind == RecordingAuthentication.QUERY:
        return frozenset(setting.name for setting in _QUERY_SCHEMA if setting.secret)
    return secret_names(kind) if SCHEMAS.get(kind) else frozenset()


@dataclass(frozen=True, slots=True)
class CredentialHost:
    """An origin that may get the credentials; ``has_subdomains``: every name below it, and not the name itself."""

    scheme: str
    host: str
    port: int
    has_subdomains: bool = False

    def takes(self, url: str) -> bool:
        """True when the URL goes there."""
        scheme, host, port = _origin(url)
        is_host = host.endswith(f".{self.host}") if self.has_subdomains else host == self.host
        return is_host and (scheme, port) == (self.scheme, self.port)


def parse_host(entry: str) -> CredentialHost:
    """``recordings.acme.example`` (https), ``*.acme.example``, ``pbx.example:8443``, ``http://10.0.0.5:8088``.

    Raises ValueError with a sentence.
    """
    text = entry.strip()
    written = text if "://" in text else f"https://{text}"
    scheme, host, port = _origin(written)
    name = host.removeprefix("*.")
    has_rest = written.partition("://")[2].strip("/").count("/") or any(mark in written for mark in "?#@ ")
    if scheme not in DEFAULT_PORTS or not name or not port or "*" in name or has_rest:
        raise ValueError(f"{entry!r} is no host; write recordings.example.com, *.example.com or http://10.0.0.5:8088")
    if host != name and "." not in name:
        raise ValueError(f"{entry!r} takes in every host of the Internet below .{name}; name a domain")
    return CredentialHost(scheme, name, port, has_subdomains=host != name)


def may_get_credentials(url: str, hosts: Iterable[str]) -> bool:
    """True when the URL goes to one of the hosts; entries that cannot be read let nothing through."""
    for entry in hosts:
        try:
            if parse_host(entry).takes(url):
                return True
        except ValueError:
            continue
    return False


def recording_errors(connector: Connector) -> Iterator[SettingError]:
    """Mistakes in the settings of the authentication; the setting is ``kind``, one of the schema, or ``hosts[0]``."""
    kind = connector.recording_authentication
    if kind not in SCHEMAS:
        near = nearest(kind, SCHEMAS)
        hint = f"; did you mean {near}?" if near else f"; known are {', '.join(SCHEMAS)}"
        yield SettingError("kind", f"recordings know no such authentication{hint}")
        return
    if kind == RecordingAuthentication.QUERY or not SCHEMAS[kind]:
        yield from schema_errors(SCHEMAS[kind], connector.recording_settings)
    else:
        yield from validate_authentication(kind, connector.recording_settings)
    if SCHEMAS[kind] and not connector.recording_hosts:
        yield SettingError("hosts", "is required: the hosts that get the credentials, such as recordings.example.com")
    for index, entry in enumerate(connector.recording_hosts):
        try:
            parse_host(str(entry))
        except ValueError as error:
            yield SettingError(f"hosts[{index}]", str(error))


def _origin(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        return scheme, (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(scheme, 0)
    except ValueError:
        return "", "", 0
