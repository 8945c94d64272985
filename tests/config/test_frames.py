"""Permissions and sizes of other people's pages inside ours, in the configuration file."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from connector_config.frame_permissions import DEFAULT, frame_attributes, unknown_permissions
from connector_config.models import Connector
from connector_config.services.configuration import (
    ConfigurationFileError,
    export_configuration,
    import_configuration,
)

pytestmark = pytest.mark.django_db


def document(**popup: Any) -> bytes:
    connector = {"slug": "acme", "name": "Acme", "preset": "standard", "agent_popup": popup}
    return yaml.safe_dump({"version": 1, "connectors": [connector]}).encode()


def test_a_new_connectors_softphone_may_use_the_microphone() -> None:
    import_configuration(document(panel_url="https://phone.example.com/?id=@agentId"))

    assert Connector.objects.get().frame_permissions == list(DEFAULT)
    assert frame_attributes(DEFAULT).allow == "microphone; autoplay"


def test_permissions_and_sizes_make_the_round_trip() -> None:
    given = {"permissions": ["camera"], "external_height": 300, "panel_height": 500, "panel_width": 360}

    import_configuration(document(**given))

    exported = yaml.safe_load(export_configuration(with_secrets=True))["connectors"][0]["agent_popup"]
    assert {name: exported[name] for name in given} == given


@pytest.mark.parametrize(
    ("popup", "path"),
    [
        ({"permissions": ["telepathy"]}, "permissions"),
        ({"permissions": ["top-navigation"]}, "permissions"),
        ({"permissions": "camera"}, "permissions"),
        ({"panel_height": 5}, "panel_height"),
        ({"external_height": 90_000}, "external_height"),
        ({"panel_width": "wide"}, "panel_width"),
        ({"panel_url": "https://phone.example.com/?id=@{User:Nonsense,}"}, "panel_url"),
    ],
)
def test_a_mistake_names_its_place(popup: dict[str, Any], path: str) -> None:
    with pytest.raises(ConfigurationFileError) as caught:
        import_configuration(document(**popup))

    assert any(problem.path.startswith(f"connectors[0].agent_popup.{path}") for problem in caught.value.problems)
    assert not Connector.objects.exists()


def test_no_word_lets_a_page_lead_ours_elsewhere() -> None:
    words = ["top-navigation", "allow-top-navigation", "popups; geolocation", 7, None]

    assert unknown_permissions(words) == [str(word) for word in words]
    assert frame_attributes(words) == frame_attributes([])
