"""Posts events to the hook URLs of a running instance, with the connector's own credential."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from calls.simulator.script import Step
from connector_config.models import Connector
from connector_config.verification import settings_for

TIMEOUT_SECONDS = 10.0
FORGED = "forged-credential"
FORGED_KEY = "forged-" * 6


class UnsupportedSchemeError(Exception):
    """The simulator cannot make this scheme's signatures."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What proves the sender: headers and query parameters; empty for the scheme ``none``."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class HookClient:
    """The hooks of one connector on the instance at ``base_url``; no credential shows in its ``repr``."""

    base_url: str
    hook_key: str = field(repr=False)
    genuine: Credential = field(default_factory=Credential, repr=False)
    forged: Credential | None = field(default=None, repr=False)

    def post(self, step: Step) -> str:
        """Send one event; the answer in short (``200 Success``), or why there was none."""
        key, credential = self._key_and_credential(step)
        parts = urlsplit(self.base_url)
        path = f"{parts.path.rstrip('/')}/hooks/{key}/{step.endpoint}{_query(credential.query)}"
        headers = {"Content-Type": "application/json", "User-Agent": "simulate_provider", **credential.headers}
        connections = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        connection = connections[parts.scheme](parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", path, json.dumps(dict(step.payload)), headers)
            answer = connection.getresponse()
            return f"{answer.status} {_words(answer.read())}".strip()
        except (OSError, http.client.HTTPException) as error:
            return f"no answer ({type(error).__name__})"
        finally:
            connection.close()

    def _key_and_credential(self, step: Step) -> tuple[str, Credential]:
        if not step.is_forged:
            return self.hook_key, self.genuine
        # Where the path key is the only credential, that is what a forger has to guess.
        return (self.hook_key, self.forged) if self.forged else (FORGED_KEY, Credential())


def client_for(connector: Connector, base_url: str) -> HookClient:
    """The connector's hooks with its credential. Raises UnsupportedSchemeError for schemes that sign the body."""
    scheme = connector.verification_scheme
    if scheme == "none":
        return HookClient(base_url, connector.hook_key)
    stored = {**connector.verification_settings, **(connector.verification_secrets or {})}
    configured = settings_for(scheme, stored)
    genuine = _credential(scheme, configured.values, next(iter(configured.secrets), ""))
    return HookClient(base_url, connector.hook_key, genuine, _credential(scheme, configured.values, FORGED))


def _credential(scheme: str, values: Mapping[str, str], secret: str) -> Credential:
    if scheme == "bearer":
        return Credential({"Authorization": f"Bearer {secret}"})
    if scheme == "basic":
        pair = base64.b64encode(f"{values.get('username', '')}:{secret}".encode()).decode()
        return Credential({"Authorization": f"Basic {pair}"})
    if scheme == "token" and values.get("location") in {"header", "query"}:
        shown = {values["name"]: f"{values.get('prefix', '')}{secret}"}
        return Credential(headers=shown) if values["location"] == "header" else Credential(query=shown)
    raise UnsupportedSchemeError(
        f"The simulator cannot sign requests for the scheme {scheme}; use none, token, basic or bearer."
    )


def _query(parameters: Mapping[str, str]) -> str:
    pairs = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in parameters.items())
    return f"?{pairs}" if pairs else ""


def _words(body: bytes) -> str:
    """The reply's verdict: its Status and message when it is our JSON, else its first characters."""
    text = body.decode("utf-8", "replace").strip()
    try:
        document = json.loads(text)
    except ValueError:
        return text[:80]
    if not isinstance(document, dict):
        return text[:80]
    words = (document.get("Status"), document.get("ExceptionMessage") or document.get("Message"))
    return ", ".join(str(word) for word in words if word)
