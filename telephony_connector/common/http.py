"""The one door out: every HTTP request that the product makes goes through ``send``.

Names are resolved once, every answer is judged (``address_policy``), and the connection goes to a judged address, so
that a second DNS answer changes nothing. Nothing is taken from the environment: no proxy, no netrc; redirects are
answers like any other; TLS is verified; the whole exchange has one deadline. Why ssrfguard's adapter and no session:
docs/adr/0012-one-http-door.md.
"""

from __future__ import annotations

import base64
import os
import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from django.conf import settings
from requests.exceptions import SSLError
from requests.structures import CaseInsensitiveDict
from ssrfguard import Policy, SSRFGuardError
from urllib3.exceptions import HTTPError

from telephony_connector.common.address_policy import DEFAULT_PORTS, MAX_CONNECTION_ATTEMPTS, parse_networks, policy_for
from telephony_connector.common.charsets import known_charset
from telephony_connector.common.http_connection import MAX_CONNECT_SECONDS, Exchange, WatchedAdapter, bracketed, resolve

MAX_ANSWER_BYTES = 1_000_000
USER_AGENT = "telephony-connector/1"

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CHUNK = 16_384
_STREAM_CHUNK = 65_536


class HttpDoorError(Exception):
    """A request that got no answer. The message names host and port, never path, query, headers or body."""


class InvalidRequestError(HttpDoorError):
    """The request itself cannot be sent (malformed URL, line break in a header). Not sent; mend the template."""


class AddressRefusedError(HttpDoorError):
    """The host is, or resolves to, an address that may not be reached. Not sent; allow the network or mend the URL."""


class ConnectFailedError(HttpDoorError):
    """No connection was made (name unknown, refused, unreachable, slow): certainly not delivered; may be repeated."""


class TlsError(ConnectFailedError):
    """The connection is not trustworthy (certificate, protocol): certainly not delivered; repeating will not help."""


class OutcomeUnknownError(HttpDoorError):
    """The request went out, and no complete answer came back: it may have been carried out.

    ``status`` is the answer's status when at least that was read, else None.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """What to send. ``timeout_seconds`` is for the whole exchange. ``allowed_networks`` adds to the settings' list.

    Userinfo in the URL becomes Basic authentication unless Authorization is given. ``ca_bundle`` is the path of
    the certificates to trust instead of the usual ones, for a provider with its own authority.
    """

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout_seconds: float = 10.0
    allowed_networks: tuple[str, ...] = ()
    ca_bundle: str = ""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back, of any status. ``body`` holds at most 1 MB; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    elapsed_ms: int
    is_truncated: bool = False

    @property
    def text(self) -> str:
        """The body as text in its declared charset, else UTF-8; what cannot be read becomes U+FFFD."""
        declared = re.search(r"charset=[\"']?([A-Za-z0-9_\-]+)", self.headers.get("content-type", ""))
        charset = known_charset(declared[1]) if declared else ""
        return self.body.decode(charset or "utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Destination:
    """The URL taken apart: ``url`` is without userinfo."""

    url: str
    host: str
    port: int
    userinfo: str = field(repr=False)

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}"


class StreamedAnswer:
    """An answer of any status whose body is still to be read; close it in any case, best by ``contextlib.closing``.

    Header names are in lower case. ``is_encoded``: the body was compressed, so that lengths and ranges that the
    headers tell are not those of ``chunks``.
    """

    def __init__(
        self, response: requests.Response, exchange: Exchange, release: Callable[[], None], max_bytes: int
    ) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = _lowered(response)
        self.is_encoded = self.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}
        self._response, self._exchange, self._release, self._max_bytes = response, exchange, release, max_bytes

    def chunks(self) -> Iterator[bytes]:
        """The body, decoded, piece by piece. Raises OutcomeUnknownError when it breaks off, stalls or is too large."""
        left = self._max_bytes
        reason = ""
        try:
            for chunk in self._response.raw.stream(_STREAM_CHUNK, decode_content=True):
                left -= len(chunk)
                if left < 0:
                    reason = f"is larger than {self._max_bytes} bytes"
                    break
                yield chunk
        except (HTTPError, OSError, ValueError):  # the last: a chunk of a length below nothing
            reason = "broke off"
        if reason or self._exchange.is_expired:
            raise OutcomeUnknownError(f"the answer {reason or 'broke off'} after status {self.status}", self.status)

    def close(self) -> None:
        """Free the connection, whatever has been read; more than once does no harm."""
        # Pulled first: a close alone waits for a read that another thread is in.
        self._exchange.expire()
        self._exchange.release()
        self._response.close()
        self._release()


def send(request: OutgoingRequest) -> HttpAnswer:
    """Send once and read the answer, of whatever status; a redirect is an answer, not followed.

    Raises InvalidRequestError, AddressRefusedError, ConnectFailedError (with TlsError) when nothing was delivered, and
    OutcomeUnknownError when that cannot be told. Never call it inside a database transaction.
    """
    exchange = Exchange(request.timeout_seconds)
    with exchange.watched():
        answer, adapter = _answered(request, exchange)
        try:
            with closing(answer):
                body, is_truncated = _read(answer, exchange)
        finally:
            adapter.close()
    return HttpAnswer(answer.status_code, MappingProxyType(_lowered(answer)), body, exchange.elapsed_ms, is_truncated)


def open_stream(
    request: OutgoingRequest, *, max_bytes: int, idle_seconds: float = 15.0, longest_seconds: float = 600.0
) -> StreamedAnswer:
    """Send once and give the answer as soon as its head is there, for bodies that are too large to hold.

    ``timeout_seconds`` of the request is for the head; then no read may take longer than ``idle_seconds``, nor all of
    it longer than ``longest_seconds``. Address policy, redirects and errors as in ``send``. Whoever gets the answer
    closes it.
    """
    exchange = Exchange(request.timeout_seconds, idle_seconds=idle_seconds)
    exchange.watch()
    try:
        response, adapter = _answered(request, exchange)
    except BaseException:
        exchange.release()
        raise
    exchange.prolong(longest_seconds)
    return StreamedAnswer(response, exchange, adapter.close, max_bytes)


def _answered(request: OutgoingRequest, exchange: Exchange) -> tuple[requests.Response, WatchedAdapter]:
    """The answer's head, and what is to be closed after its body. Raises as ``send`` does."""
    destination = _destination(request.url)
    prepared = _prepared(request, destination)
    policy = policy_for(
        destination.port, parse_networks([*settings.OUTBOUND_ALLOWED_NETWORKS, *request.allowed_networks])
    )
    failure: HttpDoorError
    try:
        return _exchange_once(request, prepared, destination, policy, exchange)
    except SSRFGuardError as refused:
        failure = AddressRefusedError(f"{destination} may not be reached: {getattr(refused, 'reason', '')}")
    except (requests.RequestException, HTTPError, OSError) as error:
        failure = _failure(error, destination, exchange, request.timeout_seconds)
    # Raised out here so that the libraries' errors, which quote the whole URL, are not carried along as its context.
    raise failure


def _exchange_once(
    request: OutgoingRequest,
    prepared: requests.PreparedRequest,
    destination: _Destination,
    policy: Policy,
    exchange: Exchange,
) -> tuple[requests.Response, WatchedAdapter]:
    answers = resolve(destination.host, destination.port, policy, exchange)
    attempts = min(len(answers), MAX_CONNECTION_ATTEMPTS)
    connect_seconds = min(exchange.remaining / attempts, MAX_CONNECT_SECONDS)
    exchange.target = prepared.path_url
    adapter = WatchedAdapter(exchange=exchange, policy=policy, resolver=lambda *_: answers)
    try:
        response = adapter.send(
            prepared,
            stream=True,
            timeout=(connect_seconds, min(request.timeout_seconds, exchange.idle_seconds)),
            verify=request.ca_bundle or _ca_bundle(),
        )
    except BaseException:
        adapter.close()
        raise
    return response, adapter


def _lowered(response: requests.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _read(response: requests.Response, exchange: Exchange) -> tuple[bytes, bool]:
    """At most 1 MB of the body. Raises OutcomeUnknownError when it breaks off."""
    body = bytearray()
    broke_off = False
    try:
        for chunk in response.raw.stream(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                return bytes(body[:MAX_ANSWER_BYTES]), True
    except (HTTPError, OSError, ValueError):
        broke_off = True
    if broke_off or exchange.is_expired:
        raise OutcomeUnknownError(f"the answer broke off after status {response.status_code}", response.status_code)
    return bytes(body), False


def _failure(error: Exception, destination: _Destination, exchange: Exchange, seconds: float) -> HttpDoorError:
    is_late = exchange.is_expired or isinstance(error, requests.Timeout | TimeoutError)
    if exchange.is_connected:
        if is_late:
            return OutcomeUnknownError(f"{destination} did not answer within {seconds:g} seconds")
        return OutcomeUnknownError(f"{destination} closed the connection without an answer")
    if is_late:
        return ConnectFailedError(f"{destination} could not be reached in time")
    if isinstance(error, SSLError):
        return TlsError(f"no trustworthy TLS connection to {destination}: {_tls_reason(error)}")
    return ConnectFailedError(f"{destination} could not be reached: {_connect_reason(error)}")


def _connect_reason(error: Exception) -> str:
    root = _root(error)
    if isinstance(root, socket.gaierror):
        return "its name is unknown"
    return (root.strerror or "no connection").lower() if isinstance(root, OSError) else "no connection"


def _tls_reason(error: Exception) -> str:
    root = _root(error)
    return str(getattr(root, "verify_message", "") or getattr(root, "reason", "") or "the TLS handshake failed")


def _root(error: BaseException) -> BaseException:
    """The operating system's error beneath the libraries' own."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = getattr(error, "reason", None) if not isinstance(error, OSError) or error.args else None
        inner = inner if isinstance(inner, BaseException) else None
        first = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = inner or first or error.__cause__ or error
    return error


def _destination(url: str) -> _Destination:
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
        host = parts.hostname or ""
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:
        raise InvalidRequestError("the URL is malformed") from None
    if _CONTROL.search(url) or " " in url or not host or port is None:
        raise InvalidRequestError("the URL is malformed")
    userinfo = parts.netloc.rpartition("@")[0]
    shown_port = f":{parts.port}" if parts.port else ""
    bare = parts._replace(netloc=f"{bracketed(host)}{shown_port}", fragment="").geturl()
    return _Destination(url=bare, host=host, port=port, userinfo=userinfo)


def _prepared(request: OutgoingRequest, destination: _Destination) -> requests.PreparedRequest:
    """A request object that keeps our bytes: its own preparation would normalise path and percent-encoding."""
    prepared = requests.PreparedRequest()
    prepared.method = request.method.upper()
    prepared.url = destination.url
    headers = _headers(request.headers, destination)
    prepared.headers = CaseInsensitiveDict(headers)  # type: ignore[arg-type]  # the stubs know no header values in bytes
    prepared.prepare_content_length(request.body)
    prepared.body = request.body
    return prepared


def _headers(given: Iterable[tuple[str, str]], destination: _Destination) -> dict[str, str | bytes]:
    headers: dict[str, str | bytes] = {"User-Agent": USER_AGENT, "Accept": "*/*", "Connection": "close"}
    for name, value in given:
        if _CONTROL.search(name + value):
            raise InvalidRequestError("a header holds a line break or another control character")
        # Beyond ASCII, UTF-8 is what servers expect today; http.client alone would refuse or write Latin-1.
        headers[name] = value.strip().encode()
    if destination.userinfo and not any(name.lower() == "authorization" for name in headers):
        token = base64.b64encode(unquote_to_bytes(destination.userinfo)).decode()
        headers["Authorization"] = f"Basic {token}"
    return headers


def _ca_bundle() -> str | bool:
    """The trusted certificates: a bundle named by the environment, else the packaged ones."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True
