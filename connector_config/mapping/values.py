"""Reading single values: what counts as absent, the text of any JSON scalar, words without regard to spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

MAX_DEPTH = 32

DEFAULT_ABSENT_WORDS = frozenset({"null", "(null)", "undefined", "none", "nil", "nan", "n/a", "<nil>", "<null>"})
"""Words that senders print where they have no value (compared in lower case)."""

_LARGEST_EXPONENT = 30
_UNEXPANDED_TEMPLATE = re.compile(r"\$[A-Za-z_]\w*|\$\{[\w.]+\}|\{\{?\s*[\w.|]+\s*\}\}?")
_NOT_DIGITS = re.compile(r"[^0-9]+")
_WORD_SEPARATORS = re.compile(r"[\s_\-]+")


class ExactFloat(float):
    """A JSON number with a fraction or exponent that remembers its digits: a call id may look like a float."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> ExactFloat:
        """Read ``text``, the number as it stood in the body."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def number_text(text: str) -> str:
    """Digits of a JSON number: ``9.19611795983e11`` and ``919611795983.0`` both give ``919611795983``."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        return text
    whole = number.to_integral_value()
    return format(whole, "f") if whole == number else text


def as_text(value: object) -> str:
    """Text of a JSON value; the first filled element of a list; empty for an object or nothing."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, ExactFloat):
        return number_text(value.text)
    if isinstance(value, float):
        return number_text(repr(value))
    if isinstance(value, list | tuple):
        return next((text for item in value if (text := as_text(item))), "")
    return str(value)


def as_words(value: object) -> tuple[str, ...]:
    """Several texts: the elements of a list (or of a list written with commas), blanks trimmed, without repeats."""
    items: Iterable[object] = value if isinstance(value, list | tuple) else as_text(value).split(",")
    found: dict[str, None] = {}
    for item in items:
        text = as_text(item).strip()
        if text:
            found[text] = None
    return tuple(found)


def fold_word(text: str) -> str:
    """A word without case, blanks, hyphens and underscores: ``No Answer`` and ``NO_ANSWER`` are one word."""
    return _WORD_SEPARATORS.sub("", text).casefold()


def digits_of(text: str) -> str:
    """The ASCII digits of a text."""
    return _NOT_DIGITS.sub("", text)


def storable_text(text: str) -> str:
    """Text that PostgreSQL takes: without NUL characters and lone surrogates, blanks around trimmed."""
    text = text.strip()
    if "\x00" in text:
        text = text.replace("\x00", "").strip()
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text


def cleaner(*, absent_words: frozenset[str], percent_decoded: bool) -> Callable[[object], object]:
    """A function that cleans a tree: absent values dropped, texts storable, keys trimmed.

    Absent are null, empty text, the ``absent_words`` and template variables that the sender forgot to fill
    (``$campaign_name``). The result is a new tree; deeper than MAX_DEPTH everything is dropped.
    """

    def clean_text(text: str) -> str | None:
        text = storable_text(text)
        if percent_decoded and "%" in text:
            text = storable_text(unquote(text))
        if not text or (len(text) < 12 and text.lower() in absent_words):
            return None
        if text[0] in "${" and _UNEXPANDED_TEMPLATE.fullmatch(text):
            return None
        return text

    def clean(value: object, depth: int) -> object:
        if isinstance(value, str):
            return clean_text(value)
        if depth > MAX_DEPTH:
            return None
        if isinstance(value, dict):
            return {
                storable_text(key): kept for key, item in value.items() if (kept := clean(item, depth + 1)) is not None
            }
        if isinstance(value, list):
            return [kept for item in value if (kept := clean(item, depth + 1)) is not None]
        return value

    return lambda tree: clean(tree, 0)
