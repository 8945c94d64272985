"""Playing a recording over HTTP: from the kept copy or from the provider, whole or in parts."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from django.utils import timezone

from calls.models import Call, RecordingCopy
from calls.recordings.copies import owe_copy
from calls.recordings.errors import RecordingError, RecordingProblem, UnsatisfiableRangeError
from calls.recordings.media_types import file_name
from calls.recordings.parts import CHUNK, ClosingChunks, Part, part_of_file, part_of_provider, whole_of_provider
from calls.recordings.ranges import ByteRange, parse_range
from calls.recordings.slots import take_slot
from calls.recordings.storage import recording_storage

logger = logging.getLogger(__name__)

_FIRST_BYTE = ByteRange(0, 0)


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """What the player asks for, as its headers say it."""

    is_head: bool = False
    range_header: str = ""
    if_range: str = ""


@dataclass(frozen=True, slots=True)
class Playback:
    """Our answer. Whoever takes it exhausts or closes ``chunks``."""

    status: int
    headers: Mapping[str, str]
    chunks: ClosingChunks = field(repr=False)


def play(call: Call, asked: PlayRequest) -> Playback:
    """The answer to one request of a player; 416 for a range behind the end. Raises RecordingError.

    ``call`` comes with its connector. Never call it inside a database transaction.
    """
    validator = _validator(call)
    wanted = parse_range(asked.range_header)
    if asked.if_range and asked.if_range.strip() != validator:
        wanted = None
    common = {"Accept-Ranges": "bytes", "ETag": validator}
    try:
        if asked.is_head:
            return _head_only(call, common)
        return _whole(call, common) if wanted is None else _part(call, wanted, common)
    except UnsatisfiableRangeError as error:
        known = {"Content-Range": f"bytes */{error.total}"} if error.total is not None else {}
        return Playback(416, {**common, **known, "Content-Length": "0"}, _nothing())


def _head_only(call: Call, common: Mapping[str, str]) -> Playback:
    """Many providers answer no HEAD (signed links above all): their first byte tells the same."""
    part = _read_part(call, _FIRST_BYTE)
    length = {"Content-Length": str(part.total)} if part.total is not None else {}
    return Playback(200, {**common, **length, **_about(call, part.content_type)}, _nothing())


def _part(call: Call, wanted: ByteRange, common: Mapping[str, str]) -> Playback:
    part = _read_part(call, wanted)
    total = "*" if part.total is None else part.total
    headers = {
        **common,
        **_about(call, part.content_type),
        "Content-Length": str(len(part.data)),
        "Content-Range": f"bytes {part.first}-{part.last}/{total}",
    }
    return Playback(206, headers, ClosingChunks(_sliced(part.data), _do_nothing))


def _read_part(call: Call, wanted: ByteRange) -> Part:
    copy = _kept_copy(call)
    if copy is not None:
        try:
            with recording_storage().open(copy.file, "rb") as file:
                return part_of_file(file, wanted, size=copy.size or 0, content_type=copy.content_type)
        except OSError:
            _lost(copy)
    slot = take_slot()
    try:
        return part_of_provider(call, wanted)
    finally:
        slot.give_back()


def _whole(call: Call, common: Mapping[str, str]) -> Playback:
    """The slot is held until the last byte has gone out, or the listener."""
    slot = take_slot()
    try:
        total, content_type, chunks = _opened(call)
    except BaseException:
        slot.give_back()
        raise
    length = {"Content-Length": str(total)} if total is not None else {}

    def close() -> None:
        slot.give_back()
        chunks.close()

    return Playback(200, {**common, **length, **_about(call, content_type)}, ClosingChunks(chunks, close))


def _opened(call: Call) -> tuple[int | None, str, ClosingChunks]:
    copy = _kept_copy(call)
    if copy is not None:
        try:
            file = recording_storage().open(copy.file, "rb")
        except OSError:
            _lost(copy)
        else:
            pieces = iter(partial(file.read, CHUNK), b"")
            return copy.size, copy.content_type, ClosingChunks(pieces, file.close)
    whole = whole_of_provider(call)
    return whole.total, whole.content_type, whole.chunks


def _kept_copy(call: Call) -> RecordingCopy | None:
    """The copy of the recording's present address, if it is there; else one is owed, where the connector keeps them."""
    if not call.recording_url:
        raise RecordingError(RecordingProblem.NONE, "This call has no recording.")
    copy = RecordingCopy.objects.filter(call=call, url=call.recording_url).first()
    if copy is None:
        owe_copy(call=call, is_wanted=call.connector.keeps_recordings)
    is_kept = copy is not None and copy.state == RecordingCopy.State.READY
    return copy if is_kept else None


def _lost(copy: RecordingCopy) -> None:
    """Somebody deleted the file: the provider plays, and the copy is fetched anew."""
    logger.error("The file of recording copy %s is gone", copy.pk)
    RecordingCopy.objects.filter(pk=copy.pk, state=RecordingCopy.State.READY).update(
        state=RecordingCopy.State.WANTED, attempt_count=0, next_attempt_at=timezone.now(), file=""
    )


def _about(call: Call, content_type: str) -> dict[str, str]:
    name = file_name(call.pk, content_type)
    return {"Content-Type": content_type, "Content-Disposition": f'inline; filename="{name}"'}


def _validator(call: Call) -> str:
    """Tells one recording of the call from the next; the address itself is not told."""
    return f'"{hashlib.sha256(f"{call.pk}:{call.recording_url}".encode()).hexdigest()[:32]}"'


def _sliced(data: bytes) -> Iterator[bytes]:
    return (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))


def _nothing() -> ClosingChunks:
    return ClosingChunks((), _do_nothing)


def _do_nothing() -> None:
    """There is nothing to close."""
