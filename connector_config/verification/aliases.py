"""Providers whose signature is the generic HMAC scheme with settings of their own: data, no code."""

from __future__ import annotations

from connector_config.verification.hmac_signature import HmacVerifier

_TIMED = {"template": "{timestamp}.{body}", "signature_key": "v1"}

HMAC_ALIASES = (
    # apidocs.callrail.com#validating-payloads
    HmacVerifier("callrail", "CallRail", defaults={"header": "Signature", "algorithm": "sha1", "encoding": "base64"}),
    # help.yeastar.com monitor-events-via-webhook
    HmacVerifier("yeastar", "Yeastar P-Series", defaults={"header": "X-Signature", "encoding": "base64"}),
    # doc.didww.com/phone-systems/Settings/webhooks
    HmacVerifier("didww", "DIDWW phone.systems", defaults={"header": "X-PS-Signature", **_TIMED}),
    # jambonz client libraries, verifyJambonzSignature
    HmacVerifier("jambonz", "jambonz (hosted)", defaults={"header": "Jambonz-Signature", **_TIMED}),
    # docs.ycloud.com, webhooks
    HmacVerifier("ycloud", "YCloud", defaults={"header": "YCloud-Signature", **_TIMED, "signature_key": "s"}),
)
