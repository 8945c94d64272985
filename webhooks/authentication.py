"""Who is calling: the connector of a hook key, and the proof that its provider sent the request."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac

from connector_config.selectors import ConnectorConfig, connector_config_by_key
from connector_config.verification import (
    ChallengeReply,
    SignedRequest,
    VerificationError,
    VerificationSettings,
    settings_for,
    verifier_for,
)
from connector_config.verification.networks import is_address_allowed
from webhooks.answers import HookError, no_such_hook
from webhooks.endpoints import HOOK_KEY
from webhooks.incoming import IncomingRequest


def connector_of(hook_key: str) -> ConnectorConfig:
    """The enabled connector of the path key. Raises HookError 404, the same for unknown and disabled ones."""
    connector = connector_config_by_key(hook_key) if HOOK_KEY.fullmatch(hook_key) else None
    if connector is None:
        raise no_such_hook()
    return connector


def challenge_of(connector: ConnectorConfig, signed: SignedRequest) -> ChallengeReply | None:
    """The answer to a provider's set-up handshake, or None for an ordinary request.

    While no secret is set, the preset's own scheme answers: providers often show the secret only after the handshake.
    """
    scheme = connector.verification_scheme
    if scheme == "none":
        scheme = str(connector.preset.verification.get("scheme", "none"))
    try:
        return verifier_for(scheme).challenge(signed, _settings(connector, scheme))
    except VerificationError:
        return None


def verify(connector: ConnectorConfig, incoming: IncomingRequest, signed: SignedRequest) -> IncomingRequest:
    """The request, proven, with the body to work on. Raises VerificationError whose reason holds no secret."""
    _check_address(connector, incoming.remote_address)
    if connector.verification_scheme == "none":
        return incoming
    scheme = connector.verification_scheme
    verifier, settings = verifier_for(scheme), _settings(connector, scheme)
    verifier.verify(signed, settings)
    key = verifier.replay_key(signed, settings)
    # Some senders give one message to several subscribers, here two hooks, under one id.
    delivery = f"{incoming.endpoint}:{key}".encode("utf-8", "surrogatepass")
    return dataclasses.replace(
        incoming,
        body=verifier.verified_body(signed, settings),
        delivery_key=hashlib.sha256(delivery).hexdigest() if key else None,
    )


def check_server_credential(connector: ConnectorConfig, authorization: str) -> None:
    """Raise HookError 401 unless the header carries the connector's server credential, the current or the previous."""
    presented = bearer_of(authorization)
    matches = [_is_same(presented, known) for known in server_credentials(connector)]
    if not presented or not any(matches):
        raise HookError(
            401, "UnauthorizedException",
            "Send the connector's server credential as a bearer token: Authorization: Bearer … It stands under "
            "“Single sign-on” on the connector's page.",
        )  # fmt: skip


def bearer_of(authorization: str) -> str:
    """The bearer token of the header; empty for another scheme."""
    scheme, _, presented = authorization.partition(" ")
    return presented.strip() if scheme.lower() == "bearer" else ""


def server_credentials(connector: ConnectorConfig) -> tuple[str, ...]:
    """The server credentials that are accepted now."""
    return tuple(filter(None, [connector.server_credential, connector.previous_server_credential]))


def _is_same(presented: str, known: str) -> bool:
    return hmac.compare_digest(presented.encode("utf-8", "surrogateescape"), known.encode())


def secrets_of(connector: ConnectorConfig) -> tuple[str, ...]:
    """The credentials that must not be kept in the journal."""
    scheme = connector.verification_scheme
    own = _settings(connector, scheme).secrets if scheme != "none" else ()
    return (*own, *server_credentials(connector))


def presented_secrets(connector: ConnectorConfig, signed: SignedRequest) -> tuple[str, ...]:
    """What the request shows as its secret: refused it may be the provider's right one, while ours is wrong."""
    scheme = connector.verification_scheme
    return verifier_for(scheme).presented_secrets(signed, _settings(connector, scheme))


def _settings(connector: ConnectorConfig, scheme: str) -> VerificationSettings:
    return settings_for(scheme, {**connector.verification_settings, **connector.verification_secrets})


def _check_address(connector: ConnectorConfig, address: str) -> None:
    if not is_address_allowed(address, "\n".join(connector.ip_allow_list)):
        raise VerificationError("the request comes from an address that is not on the connector's list")
