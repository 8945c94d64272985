"""Subscriptions that show a constant text and must be confirmed by an echo: RingCentral and Microsoft Graph."""

from __future__ import annotations

import re

from connector_config.verification.base import ChallengeReply, SignedRequest, VerificationError, Verifier
from connector_config.verification.bodies import json_body
from connector_config.verification.comparison import require_match
from connector_config.verification.settings import IP_ALLOW_LIST, Setting, VerificationSettings, secret_settings

_PRINTABLE = re.compile(r"[\x20-\x7e]{1,512}")


class RingCentralVerifier(Verifier):
    """The token chosen when subscribing, in a header of every notification.

    Source: developers.ringcentral.com/guide/notifications/webhooks (``deliveryMode.verificationToken`` is sent as
    ``Verification-Token``, the older ``validationToken`` as ``Validation-Token``).
    """

    scheme = "ringcentral"
    label = "RingCentral (verification token)"
    settings_schema = (
        *secret_settings("Verification token"),
        Setting(
            "header", "Header", default="Verification-Token", choices=("Verification-Token", "Validation-Token"),
            advanced=True, help="Validation-Token for subscriptions made with deliveryMode.validationToken.",
        ),
        IP_ALLOW_LIST,
    )  # fmt: skip

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless the header holds the token."""
        require_match([request.required_header(settings.text("header"))], settings.secrets, "token")

    def challenge(self, request: SignedRequest, settings: VerificationSettings) -> ChallengeReply | None:
        """A request with ``Validation-Token`` and no body is the registration: the header goes back."""
        token = request.header("Validation-Token")
        is_registration = not request.body.strip() and _PRINTABLE.fullmatch(token)
        return ChallengeReply(headers={"Validation-Token": token}) if is_registration else None


class TeamsVerifier(Verifier):
    """``clientState`` in each notification of the body.

    Source: learn.microsoft.com/graph/change-notifications-delivery-webhooks.
    """

    scheme = "teams"
    label = "Microsoft Teams (Graph clientState)"
    settings_schema = (*secret_settings("Client state"), IP_ALLOW_LIST)

    def check(self, request: SignedRequest, settings: VerificationSettings) -> None:
        """Raise unless every notification of the batch shows the client state."""
        states = self.presented_secrets(request, settings)
        if not states:
            raise VerificationError("the body holds no notifications")
        for state in states:
            require_match([state], settings.secrets, "client state")

    def presented_secrets(self, request: SignedRequest, settings: VerificationSettings) -> tuple[str, ...]:
        """The client state of each notification, empty where it has none."""
        tree = json_body(request.body)
        notifications = tree.get("value") if isinstance(tree, dict) else None
        states = [
            notification.get("clientState") if isinstance(notification, dict) else None
            for notification in (notifications if isinstance(notifications, list) else [])
        ]
        return tuple(state if isinstance(state, str) else "" for state in states)

    def challenge(self, request: SignedRequest, settings: VerificationSettings) -> ChallengeReply | None:
        """``POST ?validationToken=…`` is answered by the decoded token as plain text."""
        token = request.query.get("validationToken", [])
        is_validation = request.method == "POST" and len(token) == 1 and _PRINTABLE.fullmatch(token[0])
        return ChallengeReply(body=token[0].encode()) if is_validation else None
