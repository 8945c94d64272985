"""One genuine request for each scheme, signed here by hand, never with the code under test."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connector_config.verification import SignedRequest, VerificationSettings, settings_for

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
URL = "https://calls.example.test/hooks/k/events"
BODY = b'{"type":"call.completed","session":"S-1","note":"\xc3\xa9"}'
FORM = {"CallSid": ["CA1"], "From": ["+14155550100"], "To": ["+14155550101"]}
SECRET, OTHER_SECRET = "c3VwZXItc2VjcmV0LW9uZSEh", "YW5vdGhlci1zZWNyZXQtdHdv"


@dataclass(frozen=True)
class Case:
    """How a provider signs. ``credential`` is the header that proves it, unless ``put`` says otherwise."""

    scheme: str
    sign: Callable[[str, datetime], SignedRequest]
    credential: str = ""
    name: str = ""
    config: dict[str, object] = field(default_factory=dict)
    tamper: Callable[[SignedRequest], SignedRequest] | None = None
    put: Callable[[SignedRequest, str], SignedRequest] | None = None
    is_timed: bool = False
    has_replay_key: bool = False
    secret: str = SECRET
    other_secret: str = OTHER_SECRET

    def settings(self, *secrets: str) -> VerificationSettings:
        return settings_for(self.scheme, self.config, secrets or (self.secret,))

    def genuine(self, moment: datetime = NOW, secret: str = "") -> SignedRequest:
        return self.sign(secret or self.secret, moment)

    def with_credential(self, request: SignedRequest, text: str) -> SignedRequest:
        if self.put:
            return self.put(request, text)
        return replace(request, headers={**request.headers, self.credential: text})

    def without_credential(self, request: SignedRequest) -> SignedRequest:
        if self.put:
            return self.put(request, "")
        return replace(request, headers={k: v for k, v in request.headers.items() if k != self.credential})


def request(body: bytes = BODY, headers: dict[str, str] | None = None, **fields: object) -> SignedRequest:
    base = SignedRequest("POST", URL, NOW, headers=headers or {}, body=body, path="/hooks/k/events")
    return replace(base, **fields)  # type: ignore[arg-type]  # tests name only fields that exist


def form_request(headers: dict[str, str], form: dict[str, list[str]] | None = None) -> SignedRequest:
    fields = FORM if form is None else form
    return request(urlencode(fields, doseq=True).encode(), headers, form=fields)


def mac(secret: str | bytes, message: bytes, algorithm: str = "sha256") -> bytes:
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, message, algorithm).digest()


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def stamp(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def jwt(secret: str, claims: dict[str, object], algorithm: str = "HS256") -> str:
    head = b64url(json.dumps({"typ": "JWT", "alg": algorithm}).encode())
    text = f"{head}.{b64url(json.dumps(claims).encode())}"
    return f"{text}.{b64url(mac(secret, text.encode()))}"


def change_body(genuine: SignedRequest) -> SignedRequest:
    return replace(genuine, body=genuine.body.replace(b"S-1", b"S-2"))


def change_form(genuine: SignedRequest) -> SignedRequest:
    form = {**genuine.form, "From": ["+14155550199"]}
    return replace(genuine, form=form, body=urlencode(form, doseq=True).encode())


def _token_query(genuine: SignedRequest, text: str) -> SignedRequest:
    return replace(genuine, query={"token": [text]} if text else {})


def _token_body(genuine: SignedRequest, text: str) -> SignedRequest:
    return replace(genuine, body=json.dumps({"data": {"token": text}}).encode())


def _client_state(genuine: SignedRequest, text: str) -> SignedRequest:
    return replace(genuine, body=json.dumps({"value": [{"id": "1", "clientState": text}]}).encode())


def _whole_body(genuine: SignedRequest, text: str) -> SignedRequest:
    return replace(genuine, body=text.encode("utf-8", "surrogatepass"))


def _twilio(header: str) -> Callable[[str, datetime], SignedRequest]:
    def sign(secret: str, moment: datetime) -> SignedRequest:
        text = URL + "".join(name + FORM[name][0] for name in sorted(FORM))
        return replace(form_request({header: b64(mac(secret, text.encode(), "sha1"))}), received_at=moment)

    return sign


def _twilio_json(secret: str, moment: datetime) -> SignedRequest:
    url = f"{URL}?bodySHA256={hashlib.sha256(BODY).hexdigest()}"
    return request(headers={"x-twilio-signature": b64(mac(secret, url.encode(), "sha1"))}, url=url)


def _plivo_v3(secret: str, moment: datetime) -> SignedRequest:
    form = "".join(name + FORM[name][0] for name in sorted(FORM))
    signature = b64(mac(secret, f"{URL}?{form}.nonce-1".encode()))
    return form_request({"x-plivo-signature-v3": f"AAAA,{signature}", "x-plivo-signature-v3-nonce": "nonce-1"})


def _plivo_v2(secret: str, moment: datetime) -> SignedRequest:
    signature = b64(mac(secret, f"{URL}nonce-1".encode()))
    return form_request({"x-plivo-signature-v2": signature, "x-plivo-signature-v2-nonce": "nonce-1"})


def _vobiz(secret: str, moment: datetime) -> SignedRequest:
    signature = b64(mac(secret, f"{URL}.nonce-1".encode()))
    return form_request({"x-vobiz-signature-v3": signature, "x-vobiz-signature-v3-nonce": "nonce-1"})


def _timed(header: str, key: str = "v1") -> Callable[[str, datetime], SignedRequest]:
    def sign(secret: str, moment: datetime) -> SignedRequest:
        signature = mac(secret, stamp(moment).encode() + b"." + BODY).hex()
        return request(headers={header: f"t={stamp(moment)},{key}={signature}"})

    return sign


def _zoom(secret: str, moment: datetime) -> SignedRequest:
    signature = mac(secret, f"v0:{stamp(moment)}:".encode() + BODY).hex()
    return request(headers={"x-zm-signature": f"v0={signature}", "x-zm-request-timestamp": stamp(moment)})


def _standard(secret: str, moment: datetime) -> SignedRequest:
    signature = b64(mac(base64.b64decode(secret), f"msg_1.{stamp(moment)}.".encode() + BODY))
    return request(
        headers={
            "webhook-id": "msg_1",
            "webhook-timestamp": stamp(moment),
            "webhook-signature": f"v1a,other v1,{signature}",
        }
    )


def _sinch(secret: str, moment: datetime) -> SignedRequest:
    when = moment.isoformat().replace("+00:00", "Z")
    kind = "application/json; charset=utf-8"
    digest = b64(hashlib.md5(BODY).digest())
    text = f"POST\n{digest}\n{kind}\nx-timestamp:{when}\n/hooks/k/events"
    credential = f"Application app-1:{b64(mac(base64.b64decode(secret), text.encode()))}"
    return request(headers={"authorization": credential, "x-timestamp": when, "content-type": kind})


def _zadarma(secret: str, moment: datetime) -> SignedRequest:
    form = {"event": ["NOTIFY_START"], "caller_id": ["1"], "called_did": ["2"], "call_start": ["3"], "From": ["x"]}
    return form_request({"signature": b64(mac(secret, b"123", "sha1").hex().encode())}, form)


def _zadarma_tampered(genuine: SignedRequest) -> SignedRequest:
    return replace(genuine, form={**genuine.form, "caller_id": ["9"]})


def _vonage(secret: str, moment: datetime) -> SignedRequest:
    digest = hashlib.sha256(BODY).hexdigest()
    token = jwt(secret, {"iat": int(moment.timestamp()), "jti": "j-1", "iss": "Vonage", "payload_hash": digest})
    return request(headers={"authorization": f"Bearer {token}"})


def _justcall(secret: str, moment: datetime) -> SignedRequest:
    when = moment.strftime("%Y-%m-%d %H:%M:%S")
    text = f"{secret}|{quote(URL, safe='')}|call.completed|{when}"
    body = json.dumps({"type": "call.completed", "webhook_url": URL, "data": {}}).encode()
    return request(
        body, {"x-justcall-signature": mac(secret, text.encode()).hex(), "x-justcall-request-timestamp": when}
    )


def _justcall_tampered(genuine: SignedRequest) -> SignedRequest:
    return replace(genuine, body=genuine.body.replace(b"call.completed", b"call.missed"))


PRIVATE_KEYS = {
    b64(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)): key
    for key in (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
}
PUBLIC_KEY, OTHER_PUBLIC_KEY = PRIVATE_KEYS


def _ed25519(header: str, timestamp_header: str) -> Callable[[str, datetime], SignedRequest]:
    def sign(secret: str, moment: datetime) -> SignedRequest:
        signature = b64(PRIVATE_KEYS[secret].sign(stamp(moment).encode() + b"|" + BODY))
        return request(headers={header: signature, timestamp_header: stamp(moment)})

    return sign


def _jwt_body(secret: str, moment: datetime) -> SignedRequest:
    return request(jwt(secret, {"call_id": 1, "state": "hangup"}).encode())


def _basic(secret: str, moment: datetime) -> SignedRequest:
    return request(headers={"authorization": f"Basic {b64(f'acme:{secret}'.encode())}"})


def _generic_hmac(secret: str, moment: datetime) -> SignedRequest:
    digest = b64(hashlib.md5(BODY).digest())
    text = f"POST\n{URL}\n/hooks/k/events\n{digest}\n{stamp(moment)}\nn-1\nvalue"
    signature = mac(bytes.fromhex(secret.encode().hex()), text.encode(), "sha512")
    headers = {"x-sig": f"sha512={b64url(signature)}", "x-time": stamp(moment), "x-nonce": "n-1", "x-more": "value"}
    return request(headers=headers)


CASES = [
    Case("token", lambda s, m: request(headers={"x-webhook-token": s}), "x-webhook-token"),
    Case(
        "token", lambda s, m: request(headers={"authorization": f"Token {s}"}), "authorization", "token with prefix",
        config={"name": "Authorization", "prefix": "Token "},
    ),
    Case(
        "token", lambda s, m: _token_query(request(), s), name="token in query", put=_token_query,
        config={"location": "query", "name": "token"},
    ),
    Case(
        "token", lambda s, m: _token_body(request(), s), name="token in body", put=_token_body,
        config={"location": "body", "name": "data.token"},
    ),
    Case("basic", _basic, "authorization", config={"username": "acme"}),
    Case("bearer", lambda s, m: request(headers={"authorization": f"Bearer {s}"}), "authorization"),
    Case(
        "hmac", lambda s, m: request(headers={"x-hub-signature-256": f"sha256={mac(s, BODY).hex()}"}),
        "x-hub-signature-256", config={"header": "X-Hub-Signature-256", "prefix": "sha256="}, tamper=change_body,
    ),
    Case(
        "hmac", _generic_hmac, "x-sig", "hmac with everything", tamper=change_body, is_timed=True, has_replay_key=True,
        config={
            "header": "X-Sig", "algorithm": "sha512", "encoding": "base64url", "prefix": "sha512=",
            "template": "{method}\\n{url}\\n{path}\\n{body_md5}\\n{timestamp}\\n{nonce}\\n{header:X-More}",
            "timestamp_header": "X-Time", "nonce_header": "X-Nonce",
        },
    ),
    Case(
        "standard_webhooks", _standard, "webhook-signature", tamper=change_body, is_timed=True, has_replay_key=True
    ),
    Case("twilio", _twilio("x-twilio-signature"), "x-twilio-signature", tamper=change_form),
    Case("twilio", _twilio_json, "x-twilio-signature", "twilio with JSON", tamper=change_body),
    Case("signalwire", _twilio("x-signalwire-signature"), "x-signalwire-signature", tamper=change_form),
    Case("plivo", _plivo_v3, "x-plivo-signature-v3", tamper=change_form, has_replay_key=True),
    Case("plivo", _plivo_v2, "x-plivo-signature-v2", "plivo V2", config={"version": "V2"}, has_replay_key=True),
    Case("vobiz", _vobiz, "x-vobiz-signature-v3", has_replay_key=True),
    Case("vonage", _vonage, "authorization", tamper=change_body, is_timed=True, has_replay_key=True),
    Case(
        "telnyx", _ed25519("telnyx-signature-ed25519", "telnyx-timestamp"), "telnyx-signature-ed25519",
        tamper=change_body, is_timed=True, secret=PUBLIC_KEY, other_secret=OTHER_PUBLIC_KEY,
    ),
    Case(
        "ed25519", _ed25519("x-sig", "x-time"), "x-sig", tamper=change_body, is_timed=True,
        config={"header": "X-Sig", "timestamp_header": "X-Time"}, secret=PUBLIC_KEY, other_secret=OTHER_PUBLIC_KEY,
    ),
    Case("sinch", _sinch, "authorization", config={"application_key": "app-1"}, tamper=change_body, is_timed=True),
    Case("zadarma", _zadarma, "signature", tamper=_zadarma_tampered),
    Case("zoom", _zoom, "x-zm-signature", tamper=change_body, is_timed=True),
    Case("jwt_body", _jwt_body, put=_whole_body),
    Case("dialpad", _jwt_body, put=_whole_body),
    Case("ringcentral", lambda s, m: request(headers={"verification-token": s}), "verification-token"),
    Case("teams", lambda s, m: _client_state(request(), s), put=_client_state),
    Case("justcall", _justcall, "x-justcall-signature", tamper=_justcall_tampered, is_timed=True),
    Case(
        "callrail", lambda s, m: request(headers={"signature": b64(mac(s, BODY, "sha1"))}), "signature",
        tamper=change_body,
    ),
    Case(
        "yeastar", lambda s, m: request(headers={"x-signature": b64(mac(s, BODY))}), "x-signature", tamper=change_body
    ),
    Case("didww", _timed("x-ps-signature"), "x-ps-signature", tamper=change_body, is_timed=True),
    Case("jambonz", _timed("jambonz-signature"), "jambonz-signature", tamper=change_body, is_timed=True),
    Case("ycloud", _timed("ycloud-signature", "s"), "ycloud-signature", tamper=change_body, is_timed=True),
]  # fmt: skip
