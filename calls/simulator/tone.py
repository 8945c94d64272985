"""A recording to play: a second of a tone, made once."""

from __future__ import annotations

import io
import math
import struct
import wave
from functools import lru_cache

SAMPLES_PER_SECOND = 8000
SECONDS = 3
HERTZ = 440.0
LOUDNESS = 6000


@lru_cache(maxsize=1)
def recording() -> bytes:
    """A WAV file: 16 bit, mono, fading out."""
    count = SAMPLES_PER_SECOND * SECONDS
    samples = (
        round(LOUDNESS * (1 - n / count) * math.sin(2 * math.pi * HERTZ * n / SAMPLES_PER_SECOND)) for n in range(count)
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLES_PER_SECOND)
        writer.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()
