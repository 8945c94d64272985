"""An administrator's and a provider's view of a running product, over real HTTP."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.environment.live import LiveSystem

_MAKE_TOKEN = """
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token
root, _ = User.objects.get_or_create(username="root@example.com", defaults={"is_staff": True, "is_superuser": True})
print(Token.objects.get_or_create(user=root)[0].key)
"""
_TOKEN = re.compile(r"\b[0-9a-f]{40}\b")


class ProductClient:
    """One connector of a running product, made by ``import_config``, with an administrator's API token."""

    def __init__(self, system: LiveSystem, folder: Path, document: dict[str, Any]) -> None:
        """Import the document; its first connector is the one that hooks go to. ``hook_key`` is added."""
        self.system = system
        connector = document["connectors"][0]
        connector.setdefault("hook_key", secrets.token_urlsafe(32))
        self.slug, self.hook_key = connector["slug"], connector["hook_key"]
        self.import_config(folder, document)
        self.token = self._administrator_token()

    def import_config(self, folder: Path, document: dict[str, Any]) -> None:
        """Run ``manage.py import_config`` on the document."""
        path = folder / f"{self.slug}.yaml"
        path.write_text(yaml.safe_dump({"version": 1, **document}), encoding="utf-8")
        self.system.manage("import_config", str(path))

    def _administrator_token(self) -> str:
        output = self.system.manage("shell", "-v", "0", "-c", _MAKE_TOKEN).stdout
        found = _TOKEN.search(output)
        assert found is not None
        return found[0]

    def hook(self, endpoint: str) -> str:
        """The URL of a hook."""
        return f"{self.system.base_url}/hooks/{self.hook_key}/{endpoint}"

    def send(self, endpoint: str, body: object) -> requests.Response:
        """POST a JSON body to a hook."""
        headers = {"Content-Type": "application/json"}
        return requests.post(self.hook(endpoint), data=json.dumps(body), headers=headers, timeout=30)

    def get(self, path: str, **params: str) -> Any:
        """GET from the REST API as administrator; the decoded answer."""
        response = requests.get(
            f"{self.system.base_url}/api/{path}",
            params=params,
            headers={"Authorization": f"Token {self.token}"},
            timeout=30,
        )
        response.raise_for_status()
        return response.json()

    def post(self, path: str, body: object, **headers: str) -> requests.Response:
        """POST to the REST API as administrator."""
        return requests.post(
            f"{self.system.base_url}/api/{path}",
            json=body,
            headers={"Authorization": f"Token {self.token}", **headers},
            timeout=30,
        )


def standard_document(slug: str, **connector: Any) -> dict[str, Any]:
    """A configuration of one standard connector with one agent and one lead."""
    return {
        "agents": [
            {
                "email": f"asha.{slug}@example.com",
                "name": "Asha Rao",
                "phones": ["+919611795980"],
                "agent_ids": {slug: "5071"},
                "password": "an-agents-password",
            }
        ],
        "fields": [{"name": f"Disposition {slug}", "options": ["Interested", "Call back", "Wrong number"]}],
        "leads": [{"external_id": f"L-{slug}", "name": "Ravi Kumar", "phones": ["+919611795983", "+912261234567"]}],
        "connectors": [
            {
                "slug": slug,
                "name": "Acme Telephony",
                "preset": "standard",
                "time_zone": "Asia/Kolkata",
                "default_country": "IN",
                "virtual_numbers": [{"number": "+919020897874", "tag": "Website"}],
                **connector,
            }
        ],
    }
