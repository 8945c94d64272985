"""The dry run shows exactly what would be sent, with merged values marked and secrets masked."""

from __future__ import annotations

import pytest

from connector_config.outgoing.preview import Piece, preview_request
from connector_config.placeholders import MergeContext
from connector_config.rendering import RequestSpec, render_request
from telephony_connector.common.redaction import MASK

CONTEXT = MergeContext(default_country="IN", customer_number="+919611795983", user={"Name": 'A "B" & <C>'})
URL = "https://api.example.com/@customerNumber/call?to=@PhoneNumberWithCountryCode&mode=auto"


def joined(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def merged(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces if piece.is_merged]


@pytest.mark.parametrize(
    ("body_type", "body", "values"),
    [
        ("none", "", []),
        ("json", '{"to": "@customerNumber", "n": @customerNumber}', ["9611795983", "9611795983"]),
        ("json", '{"x": @agentName}', ['"A \\"B\\" & <C>"']),
        ("form", "to=@customerNumber&n=@agentName", ["9611795983", "A%20%22B%22%20%26%20%3CC%3E"]),
        ("form", '{"to": "@customerNumber"}', ["9611795983"]),
        ("form", "t=<S>@customerNumber</S>", ["9611795983"]),
        ("xml", "<a>@agentName</a>", ["A &quot;B&quot; &amp; &lt;C&gt;"]),
        ("raw", "call @customerNumber", ["9611795983"]),
    ],
)  # fmt: skip
def test_merged_values_are_marked_and_nothing_else_changes(body_type: str, body: str, values: list[str]) -> None:
    spec = RequestSpec("POST", URL, body_type, body, (("X-To", "n=@customerNumber", False),))

    preview = preview_request(spec, CONTEXT)
    sent = render_request(spec, CONTEXT)

    assert (joined(preview.url), joined(preview.body)) == (sent.url, (sent.body or b"").decode())
    assert merged(preview.url) == ["9611795983", "%2B919611795983"]
    assert merged(preview.body) == values
    assert merged(dict(preview.headers)["X-To"]) == ["9611795983"]


def test_a_form_object_with_bare_values_is_shown_without_marks() -> None:
    preview = preview_request(RequestSpec("POST", URL, "form", '{"to": @customerNumber}'), CONTEXT)

    assert preview.body == (Piece("to=9611795983", is_merged=False),)


def test_secrets_are_masked_everywhere() -> None:
    spec = RequestSpec(
        method="POST",
        url="https://key:tok3n99@api.example.com/?api_key=tok3n88&to=@customerNumber",
        body_type="json",
        body='{"auth": "tok3n77", "to": "@customerNumber"}',
        headers=(("X-Key", "tok3n66", True),),
    )

    preview = preview_request(spec, CONTEXT)

    assert "tok3n" not in repr(preview)
    assert joined(preview.url) == f"https://{MASK}@api.example.com/?api_key={MASK}&to=9611795983"
    assert dict(preview.headers)["X-Key"] == (Piece(MASK, is_merged=False),)
