"""The door of people: passwords are checked as ever, and whoever guesses them is held back."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Any, ClassVar

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from unfold.forms import AuthenticationForm

from connector_config.client_address import client_address
from telephony_connector.common.refusals import count_refusal, forget_refusals, refusals

HOLD_SECONDS = 300
MOST_FOR_ACCOUNT = 10
"""Wrong passwords for one account from one address. Not from all: a stranger could lock everybody out."""
MOST_FROM_ADDRESS = 100
"""Wrong passwords for any accounts from one address: an office may have one for all its agents."""
HELD_BACK = "Too many wrong passwords. Wait five minutes, then try again."


class GuardedBackend(ModelBackend):
    """Users of the database. Guesses are counted by each web process for itself."""

    def authenticate(self, request: HttpRequest | None, username: Any = None, password: Any = None, **more: Any) -> Any:
        """The user, or None; without a look at the password while the account or the address is held back."""
        if request is None or not username:
            return super().authenticate(request, username, password, **more)
        limits = _limits(request, str(username))
        if any(refusals(counter) >= most for counter, most in limits.items()):
            request.is_login_held_back = True  # type: ignore[attr-defined]  # read by the pages
            raise PermissionDenied
        user = super().authenticate(request, _as_kept(str(username)), password, **more)
        if user is None:
            for counter in limits:
                count_refusal(counter, seconds=HOLD_SECONDS)
        else:
            forget_refusals(next(iter(limits)))
        return user


class AdministrationLoginForm(AuthenticationForm):  # type: ignore[misc]  # untyped base
    """People log in with their e-mail here as well, which Django calls a username; it says so when one is held back."""

    error_messages: ClassVar[dict[str, Any]] = {
        **AuthenticationForm.error_messages,
        "invalid_login": "The e-mail and the password do not fit together, or are not those of a supervisor.",
        "held_back": HELD_BACK,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"

    def get_invalid_login_error(self) -> ValidationError:
        """Why nobody was let in."""
        if getattr(self.request, "is_login_held_back", False):
            return ValidationError(self.error_messages["held_back"], code="held_back")
        return super().get_invalid_login_error()  # type: ignore[no-any-return]


def _as_kept(username: str) -> str:
    """The name of the user who is meant, whatever its capitals; where users differ by them alone, as it was typed."""
    found = User.objects.filter(username__iexact=username).values_list("username", flat=True)[:2]
    return found[0] if len(found) == 1 else username


def _limits(request: HttpRequest, username: str) -> dict[str, int]:
    """The counters that this try falls under, the account's first, and how far each may go."""
    address = _network_of(client_address(request))
    account = hashlib.sha256(f"{address} {username.casefold()}".encode("utf-8", "surrogatepass")).hexdigest()
    return {f"login-account:{account}": MOST_FOR_ACCOUNT, f"login-address:{address}": MOST_FROM_ADDRESS}


def _network_of(address: str) -> str:
    """One subscriber has a whole /64 of IPv6 addresses."""
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address
