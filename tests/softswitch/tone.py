"""What a telephone plays, and how one hears whether a recording holds it."""

from __future__ import annotations

import cmath
import io
import math
import struct
import wave

SAMPLES_PER_SECOND = 8000
AMPLITUDE = 8000
_BIAS, _LARGEST = 0x84, 32635


def tone(hertz: int) -> bytes:
    """A second of a tone in G.711 μ-law, which a telephone plays over and over."""
    return bytes(
        _mu_law(round(AMPLITUDE * math.sin(2 * math.pi * hertz * index / SAMPLES_PER_SECOND)))
        for index in range(SAMPLES_PER_SECOND)
    )


def loudness(recording: bytes, hertz: int) -> float:
    """The amplitude of one frequency in a 16-bit mono WAV file: about 8000 for a tone that was there all the time."""
    with wave.open(io.BytesIO(recording), "rb") as sound:
        rate, count = sound.getframerate(), sound.getnframes()
        samples: tuple[int, ...] = struct.unpack(f"<{count}h", sound.readframes(count))
    turn = 2j * math.pi * hertz / rate
    total = sum((sample * cmath.exp(turn * index) for index, sample in enumerate(samples)), 0j)
    return 2 * abs(total) / max(1, count)


def _mu_law(sample: int) -> int:
    """One sample in ITU-T G.711's μ-law."""
    magnitude = min(abs(sample), _LARGEST) + _BIAS
    exponent = magnitude.bit_length() - 8
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | mantissa) & 0xFF
