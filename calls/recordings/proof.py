"""What opens a connector's recordings: the credentials that go with a request, if its host may get them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from django.utils import timezone

from calls.access_tokens import access_token
from connector_config.models import Connector, RequestTemplate
from connector_config.outgoing.authentication import TOKEN_KINDS, Moment, authenticate
from connector_config.placeholders import TemplateError
from connector_config.recording_access import RecordingAuthentication, may_get_credentials
from connector_config.rendering import RenderedRequest

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The address with what belongs into it, and the headers for its origin alone.

    ``token`` is the access token among them, for a provider that may answer that it has expired; ``is_withheld``: the
    connector has credentials, and this host is none of those that may get them.
    """

    url: str = field(repr=False)
    headers: Headers = field(default=(), repr=False)
    token: str = field(default="", repr=False)
    is_withheld: bool = False


def proof_for(connector: Connector, url: str, *, refused_token: str = "") -> Proof:
    """The proof for one recording. Raises TemplateError (with AuthenticationError) for settings that cannot serve,
    DecryptionError, and what ``access_tokens.access_token`` raises. Never call it inside a database transaction."""
    kind = connector.recording_authentication
    if kind == RecordingAuthentication.NONE:
        return Proof(url)
    if kind == RecordingAuthentication.CLICK_TO_CALL:
        return _proof_of_click_to_call(connector, url, refused_token)
    if not may_get_credentials(url, connector.recording_hosts):
        return Proof(url, is_withheld=True)
    settings = connector.recording_settings
    if kind == RecordingAuthentication.QUERY:
        return Proof(_with_parameter(url, settings.get("parameter", ""), settings.get("query_value", "")))
    return Proof(url, _headers(url, kind, settings))


def _proof_of_click_to_call(connector: Connector, url: str, refused_token: str) -> Proof:
    template = connector.request_templates.filter(purpose=RequestTemplate.Purpose.CLICK_TO_CALL).first()
    if template is None:
        raise TemplateError("recordings are to be asked for like click to call, which is not set up")
    if not may_get_credentials(url, connector.recording_hosts or [_origin_text(template.url)]):
        return Proof(url, is_withheld=True)
    token = ""
    kind, settings = template.authentication_kind, template.authentication_settings
    if kind in TOKEN_KINDS:
        token = access_token(connector, kind, settings, refused=refused_token).text
    headers = _headers(url, kind, settings, token)
    taken = {name.lower() for name, _ in headers}
    literal = tuple(
        (row.name, row.value)
        for row in template.headers.filter(is_secret=True)
        # One with a merge field speaks of an agent or a call to be made.
        if row.name.lower() not in taken and "@" not in row.value
    )
    has_userinfo = "@" in urlsplit(template.url).netloc and "authorization" not in taken
    return Proof(_with_userinfo(url, template.url) if has_userinfo else url, (*headers, *literal), token)


def _headers(url: str, kind: str, settings: dict[str, object], token: str = "") -> Headers:
    request = RenderedRequest(method="GET", url=url, headers=(), body=None)
    moment = Moment(now=timezone.now(), nonce=str(uuid.uuid4()))
    return authenticate(request, kind, settings, moment, token).headers


def _with_parameter(url: str, name: str, value: str) -> str:
    bare, _, fragment = url.partition("#")
    mark = "&" if "?" in bare else "?"
    return f"{bare}{mark}{quote(name, safe='')}={quote(value, safe='')}" + (f"#{fragment}" if fragment else "")


def _with_userinfo(url: str, template_url: str) -> str:
    """User and password of the template's URL (``https://key:token@api.example.com/…``), unless they hold merge fields.

    The recording's own address may bring its own, which then count.
    """
    userinfo = urlsplit(template_url).netloc.rpartition("@")[0]
    parts = urlsplit(url)
    if "@" in userinfo or "@" in parts.netloc:
        return url
    return parts._replace(netloc=f"{userinfo}@{parts.netloc}").geturl()


def _origin_text(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
