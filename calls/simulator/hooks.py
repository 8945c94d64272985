"""Posts events to the hook URLs of a running instance, with the connector's own credential."""

from __future__ import annotations

import base64
import http.client
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlsplit

from django.utils import timezone

from calls.simulator.script import Step
from connector_config.models import Connector
from connector_config.verification import (
    SignedRequest,
    VerificationError,
    VerificationSettings,
    settings_for,
    verifier_for,
)

TIMEOUT_SECONDS = 10.0
HEADERS = {"content-type": "application/json", "user-agent": "simulate_provider"}
FORGED = "forged-credential"
FORGED_KEY = "forged-" * 6


class UnsupportedSchemeError(Exception):
    """The simulator cannot prove its requests by this scheme."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What proves the sender: headers and query parameters; empty for the scheme ``none``."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


Prove = Callable[[SignedRequest], Credential]


def _nothing(request: SignedRequest) -> Credential:
    return Credential()


@dataclass(frozen=True, slots=True)
class HookClient:
    """The hooks of one connector on the instance at ``base_url``; no credential shows in its ``repr``.

    ``prove`` gives what shows a request to be the provider's, ``forge`` what a forger would send: None where the path
    key is the only credential.
    """

    base_url: str
    hook_key: str = field(repr=False)
    prove: Prove = field(default=_nothing, repr=False)
    forge: Prove | None = field(default=None, repr=False)

    def post(self, step: Step) -> str:
        """Send one event; the answer in short (``200 Success``), or why there was none."""
        request, credential = self._signed(step)
        parts = urlsplit(self.base_url)
        connections = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        connection = connections[parts.scheme](parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        try:
            headers = {**request.headers, **credential.headers}
            connection.request("POST", request.path + _query(credential.query), request.body, headers)
            answer = connection.getresponse()
            return f"{answer.status} {_words(answer.read())}".strip()
        except (OSError, http.client.HTTPException) as error:
            return f"no answer ({type(error).__name__})"
        finally:
            connection.close()

    def _signed(self, step: Step) -> tuple[SignedRequest, Credential]:
        is_guessed = step.is_forged and self.forge is None
        base = self.base_url.rstrip("/")
        path = f"/hooks/{FORGED_KEY if is_guessed else self.hook_key}/{step.endpoint}"
        request = SignedRequest(
            method="POST",
            url=base + path,
            received_at=timezone.now(),
            headers=HEADERS,
            body=json.dumps(dict(step.payload)).encode(),
            path=urlsplit(base).path + path,
        )
        prove = (self.forge or _nothing) if step.is_forged else self.prove
        return request, prove(request)


def client_for(connector: Connector, base_url: str) -> HookClient:
    """The connector's hooks with its credential. Raises UnsupportedSchemeError for schemes that it cannot speak."""
    scheme = connector.verification_scheme
    if scheme == "none":
        return HookClient(base_url, connector.hook_key)
    stored = {**connector.verification_settings, **(connector.verification_secrets or {})}
    configured = settings_for(scheme, stored)
    shown = _shown_secret(scheme, configured.values, next(iter(configured.secrets), ""))
    if shown is not None:
        wrong = _shown_secret(scheme, configured.values, FORGED) or Credential()
        return HookClient(base_url, connector.hook_key, lambda request: shown, lambda request: wrong)
    sign = _signer(scheme, configured)
    return HookClient(base_url, connector.hook_key, sign, lambda request: sign(replace(request, body=FORGED.encode())))


def _shown_secret(scheme: str, values: Mapping[str, str], secret: str) -> Credential | None:
    """The secret itself where the scheme shows it; None for the others."""
    if scheme == "bearer":
        return Credential({"Authorization": f"Bearer {secret}"})
    if scheme == "basic":
        pair = base64.b64encode(f"{values.get('username', '')}:{secret}".encode()).decode()
        return Credential({"Authorization": f"Basic {pair}"})
    if scheme == "token" and values.get("location") in {"header", "query"}:
        shown = {values["name"]: f"{values.get('prefix', '')}{secret}"}
        return Credential(headers=shown) if values["location"] == "header" else Credential(query=shown)
    return None


def _signer(scheme: str, settings: VerificationSettings) -> Prove:
    verifier = verifier_for(scheme)

    def sign(request: SignedRequest) -> Credential:
        try:
            headers = verifier.sender_headers(request, settings, uuid.uuid4().hex) if settings.secrets else None
        except VerificationError as error:
            raise UnsupportedSchemeError(f"The simulator cannot sign as the connector verifies: {error}.") from error
        if headers is None:
            raise UnsupportedSchemeError(
                f"The simulator cannot prove its requests by the scheme {scheme}; use none, token (in a header or the "
                "query), basic, bearer, hmac or standard_webhooks."
            )
        return Credential(headers)

    # Tried at once, so that an administrator hears of it before anything is sent.
    sign(SignedRequest(method="POST", url="", received_at=timezone.now(), headers=HEADERS))
    return sign


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
