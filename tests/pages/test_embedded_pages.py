"""Pages of others inside ours, and links that providers send."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from calls.embedded_pages import is_web_address
from calls.models import PopupDelivery
from connector_config.models import Connector
from crm.models import Agent
from tests import factories

Show = Callable[..., PopupDelivery]
ClientOf = Callable[..., Client]
FRAME = re.compile(r"<iframe[^>]*>")


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://recordings.example.com/1.mp3", True),
        ("http://10.0.0.5:8080/a.wav", True),
        (" HTTPS://x.example/ ", True),
        ("javascript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//x.example/1.mp3", False),
        ("/local", False),
        ("https://", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(url: str, is_link: bool) -> None:
    assert is_web_address(url) is is_link


def test_recording_that_is_a_script_is_not_offered(asha: Agent, client_of: ClientOf) -> None:
    factories.CallFactory(agent=asha, recording_url="javascript:alert(1)")
    good = factories.CallFactory(agent=asha, recording_url="https://recordings.example.com/1.mp3")

    html = client_of(asha).get("/calls/").content.decode()

    assert "javascript:" not in html
    assert "recordings.example.com" not in html
    assert html.count("data-recording=") == 1
    assert reverse("call-recording", args=[good.pk]) in html


def test_external_page_replaces_the_content_with_its_values_escaped(
    show: Show, asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    Connector.objects.filter(pk=acme.pk).update(popup_external_url="https://crm.example.com/p/?n=@{Lead:Name,}")
    delivery = show(lead=factories.LeadFactory(name="R&D=1", company="Acme Motors"))
    client = client_of(asha)

    html = client.get(reverse("popup-card", args=[delivery.popup_id])).content.decode()
    policy = client.get("/")["Content-Security-Policy"]

    assert 'src="https://crm.example.com/p/?n=R%26D%3D1"' in html
    assert "Acme Motors" not in html
    assert "Save disposition" in html
    assert "frame-src https://crm.example.com" in policy


def test_softphone_panel_is_shown_beside_the_console(asha: Agent, acme: Connector, client_of: ClientOf) -> None:
    Connector.objects.filter(pk=acme.pk).update(panel_url="https://phone.example.com:8443/agent")

    response = client_of(asha).get("/")

    frame = FRAME.search(response.content.decode())
    assert frame is not None
    assert 'src="https://phone.example.com:8443/agent"' in frame[0]
    assert 'width="100%" height="420"' in " ".join(frame[0].split())
    assert 'allow="microphone; autoplay"' in frame[0]
    assert "allow-top-navigation" not in frame[0]
    assert "frame-src https://phone.example.com:8443" in response["Content-Security-Policy"]


def test_panel_knows_the_agent_and_has_the_size_and_permissions_that_are_set(
    asha: Agent, acme: Connector, client_of: ClientOf
) -> None:
    factories.AgentMappingFactory(connector=acme, agent=asha, provider_agent_id="50 71")
    Connector.objects.filter(pk=acme.pk).update(
        panel_url="https://phone.example.com/?id=@agentId",
        panel_width=360,
        panel_height=500,
        frame_permissions=["camera", "downloads", "top-navigation"],
    )

    frame = FRAME.search(client_of(asha).get("/").content.decode())

    assert frame is not None
    assert 'src="https://phone.example.com/?id=50%2071"' in frame[0]
    assert 'width="360" height="500"' in " ".join(frame[0].split())
    assert 'allow="camera"' in frame[0]
    assert 'sandbox="allow-scripts allow-forms allow-same-origin allow-downloads"' in frame[0]


def test_external_page_stands_in_a_sandbox(show: Show, asha: Agent, acme: Connector, client_of: ClientOf) -> None:
    Connector.objects.filter(pk=acme.pk).update(
        popup_external_url="https://crm.example.com/p/", popup_page_height=300, frame_permissions=[]
    )
    delivery = show()

    frame = FRAME.search(client_of(asha).get(reverse("popup-card", args=[delivery.popup_id])).content.decode())

    assert frame is not None
    assert 'height="300" allow="" sandbox="allow-scripts allow-forms allow-same-origin"' in " ".join(frame[0].split())


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://@customerNumber/", "ftp://x.example/"])
def test_unusable_pages_are_left_out(url: str, show: Show, asha: Agent, acme: Connector, client_of: ClientOf) -> None:
    Connector.objects.filter(pk=acme.pk).update(popup_external_url=url, panel_url="javascript:alert(1)")
    delivery = show()
    client = client_of(asha)

    card, page = client.get(reverse("popup-card", args=[delivery.popup_id])), client.get("/")

    assert b"<iframe" not in card.content
    assert b"<iframe" not in page.content
    assert "frame-src" not in page["Content-Security-Policy"]
