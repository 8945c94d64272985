"""Parts of a recording as they are played, from the kept copy or from the provider, whatever it makes of ranges."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO

from calls.models import Call
from calls.recordings.errors import UnsatisfiableRangeError
from calls.recordings.media_types import SNIFFED_BYTES, sound_type
from calls.recordings.ranges import WINDOW, ByteRange, parse_content_range, unsatisfied_total
from calls.recordings.upstream import (
    broken_off,
    largest_bytes,
    not_ready,
    not_sound,
    open_recording,
    recording_stream,
    too_large,
)
from telephony_connector.common.http import HttpDoorError, StreamedAnswer

CHUNK = 131_072


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes ``first`` to ``last`` of a recording; ``total`` is None where nobody knows the whole length."""

    first: int
    last: int
    total: int | None
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Whole:
    """All of a recording, to be read once. Whoever takes it exhausts or closes ``chunks``."""

    total: int | None
    content_type: str
    chunks: ClosingChunks = field(repr=False)


class ClosingChunks(Iterator[bytes]):
    """Pieces of a body, and what is to be closed after them, however many were taken. (A generator that was never
    begun would not close anything.)"""

    def __init__(self, chunks: Iterable[bytes], close: Callable[[], None]) -> None:
        self._chunks, self._close = iter(chunks), close

    def __next__(self) -> bytes:
        return next(self._chunks)

    def close(self) -> None:
        """Let go of the source; more than once does no harm."""
        self._close()


def part_of_provider(call: Call, wanted: ByteRange) -> Part:
    """One window of what was asked for; the connection is free again when this returns.

    Providers that ignore ranges are read up to the part. Raises RecordingError and UnsatisfiableRangeError.
    """
    try:
        with recording_stream(call, range_header=wanted.header) as answer:
            if answer.status == 416:
                raise _unsatisfied(call, answer)
            if answer.status == 206:
                return _given_part(call, answer, wanted)
            return _cut_out(call, answer, wanted)
    except HttpDoorError:
        raise broken_off(call) from None


def whole_of_provider(call: Call) -> Whole:
    """All of it as it comes in. Raises RecordingError; the iterator raises HttpDoorError when the answer breaks off."""
    answer = open_recording(call)
    try:
        total = _declared_length(call, answer)
        chunks = answer.chunks()
        head, content_type = _looked_at(call, answer, chunks)
    except HttpDoorError:
        answer.close()
        raise broken_off(call) from None
    except BaseException:
        answer.close()
        raise
    return Whole(total, content_type, ClosingChunks(chain([head], chunks), answer.close))


def part_of_file(file: IO[bytes], wanted: ByteRange, *, size: int, content_type: str) -> Part:
    """The same from a kept file. Raises UnsatisfiableRangeError."""
    first, last = wanted.within(size)
    file.seek(first)
    return Part(first, last, size, content_type, file.read(last - first + 1))


def _unsatisfied(call: Call, answer: StreamedAnswer) -> Exception:
    total = unsatisfied_total(answer.headers.get("content-range", ""))
    return not_ready(call) if total == 0 else UnsatisfiableRangeError(total)


def _given_part(call: Call, answer: StreamedAnswer, wanted: ByteRange) -> Part:
    told = parse_content_range(answer.headers.get("content-range", ""))
    if told is None or answer.is_encoded or (wanted.first is not None and told.first != wanted.first):
        raise not_sound(call, "another part than was asked for")
    if (told.total or 0) > largest_bytes():
        raise too_large(call)
    length = min(told.last - told.first + 1, WINDOW)
    data = _read(answer.chunks(), length)
    if len(data) < length:
        raise broken_off(call)
    declared = answer.headers.get("content-type", "")
    content_type = sound_type(declared, data[:SNIFFED_BYTES] if told.first == 0 else None)
    if content_type is None:
        raise not_sound(call, declared)
    return Part(told.first, told.first + length - 1, told.total, content_type, data)


def _cut_out(call: Call, answer: StreamedAnswer, wanted: ByteRange) -> Part:
    """The part out of a whole answer: read up to it, or, when no length was told, once to the end."""
    total = _declared_length(call, answer)
    chunks = answer.chunks()
    head, content_type = _looked_at(call, answer, chunks)
    if total is None:
        with tempfile.SpooledTemporaryFile(max_size=WINDOW) as file:
            total = _spool(chain([head], chunks), file)
            return part_of_file(file, wanted, size=total, content_type=content_type)
    first, last = wanted.within(total)
    data = _read(_skipped(chain([head], chunks), first), last - first + 1)
    if len(data) < last - first + 1:
        raise broken_off(call)
    return Part(first, last, total, content_type, data)


def _looked_at(call: Call, answer: StreamedAnswer, chunks: Iterator[bytes]) -> tuple[bytes, str]:
    """The first piece of a whole answer, and its type. Raises RecordingError for nothing and for no sound."""
    if answer.status == 206:
        raise not_sound(call, "a part where all was asked for")
    head = _head(chunks)
    if not head or answer.status == 416:
        raise not_ready(call)
    declared = answer.headers.get("content-type", "")
    content_type = sound_type(declared, head)
    if content_type is None:
        raise not_sound(call, declared)
    return head, content_type


def _declared_length(call: Call, answer: StreamedAnswer) -> int | None:
    text = answer.headers.get("content-length", "").strip()
    if answer.is_encoded or not (text.isascii() and text.isdigit()) or len(text) > 15:
        return None
    if int(text) > largest_bytes():
        raise too_large(call)
    return int(text)


def _head(chunks: Iterator[bytes]) -> bytes:
    """The first piece, long enough to tell what it is."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= SNIFFED_BYTES:
            break
    return head


def _read(chunks: Iterable[bytes], length: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) >= length:
            break
    return bytes(data[:length])


def _skipped(chunks: Iterable[bytes], count: int) -> Iterator[bytes]:
    for chunk in chunks:
        if count >= len(chunk):
            count -= len(chunk)
        else:
            yield chunk[count:]
            count = 0


def _spool(chunks: Iterable[bytes], file: IO[bytes]) -> int:
    total = 0
    for chunk in chunks:
        file.write(chunk)
        total += len(chunk)
    return total
