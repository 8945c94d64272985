"""A previewed request as a curl line for a POSIX shell."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from connector_config.outgoing.preview import Piece, RequestPreview

AUTHORITY_FILE = "certificates.pem"


def curl_line(preview: RequestPreview, *, has_own_authority: bool = False) -> str:
    """The request as one command, every word quoted; secrets stand in it as ••••, as they do in the preview.

    ``has_own_authority``: the connector's certificates are to be found in AUTHORITY_FILE. A NUL, which no argument can
    carry, becomes U+FFFD.
    """
    url, body = text_of(preview.url), text_of(preview.body)
    words = ["curl", "--globoff", "--path-as-is", "--request", preview.method, url]
    if has_own_authority:
        words += ["--cacert", AUTHORITY_FILE]
    for name, value in preview.headers:
        text = text_of(value)
        # "Name:" would take the header out, "Name;" sends it empty.
        words += ["--header", f"{name}: {text}" if text else f"{name};"]
    if body:
        words += ["--data-raw", body]
    return " ".join(shlex.quote(word.replace("\x00", "\N{REPLACEMENT CHARACTER}")) for word in words)


def text_of(pieces: Iterable[Piece]) -> str:
    """The pieces joined."""
    return "".join(piece.text for piece in pieces)
