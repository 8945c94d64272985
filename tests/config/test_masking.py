"""Hiding credentials inside URL and body templates, and putting them back."""

from __future__ import annotations

import pytest

from connector_config.masking import masked_body, masked_url, unmasked_body, unmasked_url

URLS = [
    ("https://user:pa55@api.example.com/call?agent=@agentNumber", "https://***@api.example.com/call?agent=@agentNumber"),
    ("https://api.example.com/call?api_key=abcdef12&to=@leadId&mode=x", "https://api.example.com/call?api_key=***&to=@leadId&mode=x"),
    ("https://api.example.com/call?type=transactional&k=longer-text#f", "https://api.example.com/call?type=transactional&k=***#f"),
    ("https://api.example.com/a=bcdefgh/call", "https://api.example.com/a=bcdefgh/call"),
    ("@{Lead:mx_Url,}", "@{Lead:mx_Url,}"),
    ("", ""),
]  # fmt: skip
BODIES = [
    ("json", '{"to":"@leadId","key":"bodysecret","n":"short","list":["abcdefgh"]}',
     '{"to":"@leadId","key":"***","n":"short","list":["***"]}'),
    ("json", '{"type":"transactional","a":"quo\\"ted text"}', '{"type":"transactional","a":"***"}'),
    ("form", "To=@leadId&Token=abcdefgh", "To=@leadId&Token=***"),
    ("xml", "<a><key>abcdefgh</key><b pin='123456'>@leadId</b></a>", "<a><key>***</key><b pin='***'>@leadId</b></a>"),
    ("raw", "password=abcdefgh hello", "password=*** hello"),
]  # fmt: skip


@pytest.mark.parametrize(("url", "shown"), URLS)
def test_urls_are_masked_and_come_back(url: str, shown: str) -> None:
    assert masked_url(url) == shown
    assert unmasked_url(shown, url) == url


@pytest.mark.parametrize(("body_type", "body", "shown"), BODIES)
def test_bodies_are_masked_and_come_back(body_type: str, body: str, shown: str) -> None:
    assert masked_body(body, body_type) == shown
    assert unmasked_body(shown, body, body_type) == body


def test_an_edit_around_a_mask_keeps_the_secret() -> None:
    assert (
        unmasked_url("https://***@new.example.com/v2", "https://u:p@old.example.com/v1")
        == "https://u:p@new.example.com/v2"
    )


def test_a_mask_too_many_stays_visible() -> None:
    assert (
        unmasked_url("https://***@a.example.com/?k=***", "https://u:p@a.example.com/")
        == "https://***@a.example.com/?k=***"
    )
