"""Published and derived signature vectors: each gives its own verdict (tests/payloads/signature_vectors.json)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connector_config.verification import SignedRequest, VerificationError, settings_for, verifier_for

PAYLOADS = Path(__file__).parent.parent / "payloads"
VECTORS: list[dict[str, Any]] = json.loads((PAYLOADS / "signature_vectors.json").read_text())
SCHEMES = {"standard-webhooks": "standard_webhooks", "zoom-phone": "zoom", "didww-phone.systems": "didww"}
SECRET_KEYS = ("auth_token", "signature_secret", "secret", "signing_key", "application_secret", "public_key")
MOMENTS = {"sinch": datetime(2024, 1, 19, 9, 19, 28, tzinfo=UTC), "vonage": datetime.fromtimestamp(1697634700, UTC)}
CALLRAIL_BODY = (PAYLOADS / "callrail_signed.body").read_bytes()


def moment_of(scheme: str, inputs: dict[str, Any], expected: str) -> datetime:
    stamps = [value for key, value in inputs.items() if "timestamp" in key and value.isdigit()]
    if expected.startswith("t="):
        stamps = [expected[2:].partition(",")[0]]
    return MOMENTS.get(scheme) or datetime.fromtimestamp(int(stamps[0]) if stamps else 1_700_000_000, UTC)


def headers_of(vector: dict[str, Any], version: str) -> dict[str, str]:
    inputs = vector["inputs"]
    headers = {key: value for key, value in inputs.items() if "timestamp" in key or key.startswith("webhook-")}
    headers["content-type"] = inputs.get("content_type", "")
    if "nonce" in inputs:
        headers[f"x-plivo-signature-{version}-nonce"] = inputs["nonce"]
    prefix = "Bearer " if vector["provider"] == "vonage" else ""
    return headers | {vector["header"].lower(): prefix + vector["expected"]}


def prepared(vector: dict[str, Any]) -> tuple[str, SignedRequest, dict[str, object]]:
    inputs, scheme = vector["inputs"], SCHEMES.get(vector["provider"], vector["provider"])
    config: dict[str, object] = {"secret": next(inputs[key] for key in SECRET_KEYS if key in inputs)}
    if scheme == "plivo":
        config["version"] = "V2"
    if "application_key" in inputs:
        config["application_key"] = inputs["application_key"]
    url = inputs.get("url", "https://calls.example.test/hooks/k")
    form = {name: [value] for name, value in inputs.get("form", {}).items()}
    body = CALLRAIL_BODY if scheme == "callrail" else inputs.get("body", "").encode()
    request = SignedRequest(
        method="POST", url=url, path=inputs.get("path", urlsplit(url).path), body=body, form=form,
        received_at=moment_of(scheme, inputs, vector["expected"]), headers=headers_of(vector, "v2"),
        query=parse_qs(urlsplit(url).query),
    )  # fmt: skip
    return scheme, request, config


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{v['provider']} {v['name']}" for v in VECTORS])
def test_vector_gives_its_verdict(vector: dict[str, Any]) -> None:
    scheme, request, config = prepared(vector)
    verifier, settings = verifier_for(scheme), settings_for(scheme, config)

    if "handshake" in vector["name"]:
        reply = verifier.challenge(request, settings)
        assert reply is not None
        assert json.loads(reply.body) == {
            "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
            "encryptedToken": vector["expected"],
        }
    elif vector["valid"]:
        verifier.verify(request, settings)
    else:
        with pytest.raises(VerificationError):
            verifier.verify(request, settings)


def test_justcall_vector_of_the_vendors_page() -> None:
    """developer.justcall.io/docs/dynamic-webhook-signatures."""
    url = "https://webhook.site/3bcea770-370a-4b09-8b66-426f687e08a4"
    request = SignedRequest(
        method="POST", url=url, received_at=datetime(2024, 3, 21, 17, 8, 30, tzinfo=UTC),
        body=json.dumps({"webhook_url": url, "type": "call.completed", "data": {}}).encode(),
        headers={
            "x-justcall-signature": "56761bae5b27a784a3ddd2af828bc5def7176bc0a8650199b04c737bd39bbecf",
            "x-justcall-request-timestamp": "2024-03-21 17:08:22",
        },
    )  # fmt: skip

    settings = settings_for("justcall", {"secret": "ea39089c40790e9dc7a080ec95e849b8fa0fa5fb"})

    verifier_for("justcall").verify(request, settings)
