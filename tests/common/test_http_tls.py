"""The HTTP door verifies certificates, by name, on the pinned connection."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from telephony_connector.common.certificates import bundle_path
from telephony_connector.common.http import ConnectFailedError, OutcomeUnknownError, OutgoingRequest, TlsError, send
from tests.common.raw_server import RawServer, serving


def certificate_for(folder: Path, name: str) -> Path:
    """A self-signed certificate with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name[0].isdigit():
        names = [x509.IPAddress(ipaddress.ip_address(name))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def https_request(server: RawServer, host: str, ca_bundle: str = "") -> OutgoingRequest:
    return OutgoingRequest(
        "GET", f"https://{host}:{server.port}/", allowed_networks=("127.0.0.1",), ca_bundle=ca_bundle, timeout_seconds=3
    )


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_trusted_certificate_for_the_very_host_is_accepted(tmp_path: Path, host: str) -> None:
    certificate = certificate_for(tmp_path, host)

    with serving(lambda it: it.answering(OK), server_context(certificate)) as server:
        answer = send(https_request(server, host, str(certificate)))

    assert answer.status == 200


def test_the_environment_may_name_the_trusted_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = certificate_for(tmp_path, "localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))

    with serving(lambda it: it.answering(OK), server_context(certificate)) as server:
        assert send(https_request(server, "localhost")).status == 200


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    certificate = certificate_for(tmp_path, "localhost")

    with (
        serving(lambda it: it.answering(OK), server_context(certificate)) as server,
        pytest.raises(TlsError) as refused,
    ):
        send(https_request(server, "localhost"))

    assert server.received == []
    assert "self-signed" in str(refused.value)


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    certificate = certificate_for(tmp_path, "other.example")

    with serving(lambda it: it.answering(OK), server_context(certificate)) as server, pytest.raises(TlsError):
        send(https_request(server, "localhost", str(certificate)))

    assert server.received == []


def test_a_server_without_tls_is_refused() -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with serving(lambda _: behave) as server, pytest.raises(TlsError):
        send(https_request(server, "localhost"))


def test_a_handshake_that_never_ends_was_certainly_not_delivered() -> None:
    with serving(lambda it: it.waiting) as server, pytest.raises(ConnectFailedError, match="in time"):
        send(
            OutgoingRequest(
                "GET", f"https://127.0.0.1:{server.port}/", allowed_networks=("127.0.0.1",), timeout_seconds=0.3
            )
        )


def test_silence_after_the_handshake_ends_with_the_time(tmp_path: Path) -> None:
    certificate = certificate_for(tmp_path, "localhost")

    with (
        serving(lambda it: it.dripping(b""), server_context(certificate)) as server,
        pytest.raises(OutcomeUnknownError),
    ):
        send(
            OutgoingRequest(
                "GET",
                f"https://localhost:{server.port}/",
                allowed_networks=("127.0.0.1",),
                ca_bundle=str(certificate),
                timeout_seconds=0.5,
            )
        )


def test_certificates_from_the_settings_are_trusted_for_their_connector(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    certificate = certificate_for(tmp_path, "127.0.0.1")
    public = x509.load_pem_x509_certificate(certificate.read_bytes()).public_bytes(serialization.Encoding.PEM).decode()

    with serving(lambda it: it.answering(OK), server_context(certificate)) as server:
        answer = send(https_request(server, "127.0.0.1", ca_bundle=bundle_path(public)))

    assert answer.status == 200
