"""Which content type a recording is served with: told by its first bytes, else as declared, never a page. Pure."""

from __future__ import annotations

import re

SNIFFED_BYTES = 512
UNKNOWN = "application/octet-stream"

_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), content_type)
    for pattern, content_type in (
        (rb"RIFF....WAVE", "audio/wav"),
        (rb"RF64....WAVE", "audio/wav"),
        (rb"ID3", "audio/mpeg"),
        (rb"OggS", "audio/ogg"),
        (rb"fLaC", "audio/flac"),
        (rb"#!AMR-WB", "audio/amr-wb"),
        (rb"#!AMR", "audio/amr"),
        (rb"\.snd", "audio/basic"),
        (rb"....ftyp(?:M4A|M4B)", "audio/mp4"),
        (rb"....ftyp", "video/mp4"),
        (rb"\x1aE\xdf\xa3", "audio/webm"),
        # ADTS before MPEG frames: both begin with eleven or twelve set bits, and only ADTS has no layer.
        (rb"\xff[\xf0\xf1\xf8\xf9]", "audio/aac"),
        (rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]", "audio/mpeg"),
    )
)
_AUDIO = re.compile(r"audio/[a-z0-9][a-z0-9.+\-]{0,40}")
_ALIASES = {
    "audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/vnd.wave": "audio/wav", "audio/mp3": "audio/mpeg",
    "audio/x-mp3": "audio/mpeg", "audio/x-mpeg": "audio/mpeg", "audio/x-m4a": "audio/mp4",
    "application/ogg": "audio/ogg",
}  # fmt: skip
_OPAQUE = frozenset({"", UNKNOWN, "binary/octet-stream", "application/x-download", "application/force-download"})
_TEXT = re.compile(rb"[\s\xef\xbb\xbf]*(?:<[!?a-zA-Z]|[{\[])")
_EXTENSIONS = {
    "audio/wav": "wav", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/flac": "flac", "audio/amr": "amr",
    "audio/amr-wb": "awb", "audio/basic": "au", "audio/mp4": "m4a", "video/mp4": "mp4", "audio/webm": "webm",
    "audio/aac": "aac",
}  # fmt: skip


def sound_type(declared: str, head: bytes | None) -> str | None:
    """The type to serve, or None for what is no recording (a login page, an error in JSON).

    ``head`` are the first bytes of the recording, None where only a later part of it is at hand. The answer is
    ``audio/…``, ``video/mp4`` or ``application/octet-stream``, whatever the provider declares.
    """
    word = declared.partition(";")[0].strip().lower()
    word = _ALIASES.get(word, word)
    if head is not None:
        found = next((content_type for pattern, content_type in _SIGNATURES if pattern.match(head)), None)
        if found is not None:
            # An mp4 with sound alone looks like one with pictures: the provider may know better.
            return word if found == "video/mp4" and word == "audio/mp4" else found
        if _TEXT.match(head):
            return None
    if _AUDIO.fullmatch(word) or word == "video/mp4":
        return word
    return UNKNOWN if word in _OPAQUE else None


def file_name(call_id: int, content_type: str) -> str:
    """A name for who saves it: ours alone, since a provider's may hold a customer's number."""
    return f"call-{call_id}.{_EXTENSIONS.get(content_type, 'bin')}"
