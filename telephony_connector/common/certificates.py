"""Certificates of a certificate authority of a provider's own, as text in the settings and as a file for TLS."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from cryptography import x509
from django.conf import settings

LONGEST_BUNDLE = 200_000


class CertificatesError(Exception):
    """The text holds no certificates that could be trusted; the message tells what to enter."""


def check_certificates(pem: str) -> None:
    """Raises CertificatesError unless the text is empty, or PEM certificates and nothing secret."""
    if not pem.strip():
        return
    if len(pem) > LONGEST_BUNDLE:
        raise CertificatesError(f"is longer than {LONGEST_BUNDLE} characters; enter the authority's certificates only")
    if "PRIVATE KEY" in pem:
        raise CertificatesError("holds a private key, which does not belong here; enter the certificates only")
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        found = []
    if not found:
        raise CertificatesError("holds no readable certificate; it begins with -----BEGIN CERTIFICATE-----")


def bundle_path(pem: str) -> str:
    """The path of a file with these certificates, made where there is none yet; empty for an empty text.

    The file is named by its content, so that workers share it and a change makes another.
    """
    if not pem.strip():
        return ""
    data = pem.strip().encode() + b"\n"
    folder = Path(settings.DATA_DIR) / "certificates"
    path = folder / f"{hashlib.sha256(data).hexdigest()}.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Written beside and moved, so that another worker never reads half of it.
        handle, beside = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(beside).replace(path)
    return str(path)
