"""The demo: something to click on, loaded once into an empty system."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from connector_config.hook_urls import hook_url, hook_urls
from connector_config.models import Connector, DispositionField
from connector_config.services.configuration import import_configuration
from crm.models import Agent, Lead, Team
from crm.services.people import Account, save_agent

DEMO_SLUG = "demo"
ADMINISTRATOR = "admin@demo.invalid"
AGENTS = ("asha@demo.invalid", "tom@demo.invalid")
KNOWN_CALLER = "+442079460101"

_FILE = Path(__file__).with_name("demo.yaml")
_CREDENTIALS_HEADING = "# Demo users and the passwords that they were given. Delete the users before you go live.\n"


def is_system_empty() -> bool:
    """True when nobody has set anything up yet."""
    return not any(model.objects.exists() for model in (User, Agent, Team, Lead, DispositionField, Connector))


def load_demo() -> bool:
    """Put the demo into an empty system; False, and nothing done, when it is not empty.

    Passwords are generated and kept in ``DATA_DIR/demo-credentials.txt`` (mode 0600); those in such a file are taken
    again, and the file is never overwritten.
    """
    if not is_system_empty():
        return False
    passwords = _passwords()
    with transaction.atomic():
        import_configuration(_document())
        User.objects.create_superuser(ADMINISTRATOR, ADMINISTRATOR, passwords[ADMINISTRATOR])
        for agent in Agent.objects.select_related("user").filter(email__in=AGENTS):
            save_agent(agent=agent, account=Account(password=passwords[agent.email]))
    return True


def _document() -> bytes:
    """The demo's file, with the simulated provider at this installation's port."""
    return _FILE.read_bytes().replace(b"9109", str(settings.DEMO_PROVIDER_PORT).encode())


def has_demo() -> bool:
    """True while the demo's connector is there."""
    return Connector.objects.filter(slug=DEMO_SLUG).exists()


def startup_summary() -> list[str]:
    """What to tell at each start: demo users with their passwords, hook URLs, a curl line that makes a popup appear.

    Empty when there is no demo. A password that was changed since is not known here.
    """
    connector = Connector.objects.filter(slug=DEMO_SLUG).first()
    if connector is None:
        return []
    lines = []
    known = set(User.objects.filter(username__in=(ADMINISTRATOR, *AGENTS)).values_list("username", flat=True))
    users = {name: password for name, password in _stored_passwords().items() if name in known}
    if users:
        lines += ["", f"Demo users and their first passwords (kept in {_credentials_path()}):"]
        lines += [f"  {name:<20} {password}  ({_role(name)})" for name, password in users.items()]
    lines += ["", "Hook URLs of the demo connector:"]
    lines += [f"  {endpoint:<20} {url}" for endpoint, url in hook_urls(connector).items()]
    lines += ["", f"The demo's provider is simulated on http://127.0.0.1:{settings.DEMO_PROVIDER_PORT}/."]
    lines += [f"Log in to the console as {AGENTS[0]}, then make a popup appear:", f"  {popup_curl(connector)}"]
    return lines


def popup_curl(connector: Connector) -> str:
    """One shell line that plays the provider: a known lead calls the first demo agent."""
    body = {
        "SourceNumber": KNOWN_CALLER,
        "DestinationNumber": "+442079460011",
        "DisplayNumber": "+442079460001",
        "Direction": "Inbound",
        "Status": "Ringing",
        "CallSessionId": "demo-SECONDS",
    }
    # Each run is a call of its own: the shell puts the seconds into the session id.
    data = json.dumps(body).replace("SECONDS", "'\"$(date +%s)\"'")
    return f"curl -X POST -H 'Content-Type: application/json' -d '{data}' {hook_url(connector, 'agent-popup')}"


def _role(name: str) -> str:
    return "administrator" if name == ADMINISTRATOR else "agent"


def _credentials_path() -> Path:
    return Path(settings.DATA_DIR) / "demo-credentials.txt"


def _passwords() -> dict[str, str]:
    """Each demo user's password: from the file where it has one, else a new one, which is added to the file."""
    stored = _stored_passwords()
    fresh = {name: secrets.token_urlsafe(12) for name in (ADMINISTRATOR, *AGENTS) if name not in stored}
    if fresh:
        _append(fresh)
    return {**stored, **fresh}


def _stored_passwords() -> dict[str, str]:
    try:
        lines = _credentials_path().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return {pair[0]: pair[1] for pair in pairs if len(pair) >= 2}


def _append(passwords: dict[str, str]) -> None:
    path = _credentials_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(_CREDENTIALS_HEADING if is_new else "")
        file.writelines(f"{name} {password}\n" for name, password in passwords.items())
