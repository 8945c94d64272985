"""Named transforms: the closed set of small steps between an expression and a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from urllib.parse import unquote

from connector_config.mapping.values import as_text, digits_of, fold_word, storable_text

Transform = Callable[[object], object]
_TextStep = Callable[[str], str]

_ADDRESS_IN_BRACKETS = re.compile(r"<([^<>]*)>")
_SCHEME = re.compile(r"(?:sips?|tel|callto|pstn|client):", re.IGNORECASE)


class TransformError(ValueError):
    """An unknown transform, or one with the wrong argument; the message says what to write."""


def compile_transform(entry: object) -> Transform:
    """A transform from its document form: ``digits_only`` or ``{strip_prefix: "DID-"}``.

    A compiled transform takes any JSON value, returns a text (a list of texts for a list), and never raises.
    Raises TransformError.
    """
    if isinstance(entry, str):
        if entry in _PLAIN:
            return _over_lists(_PLAIN[entry])
        raise TransformError(_unknown(entry) if entry not in _WITH_ARGUMENT else f"{entry} needs an argument")
    if isinstance(entry, Mapping) and len(entry) == 1:
        name, argument = next(iter(entry.items()))
        if name not in _WITH_ARGUMENT:
            raise TransformError(f"{name} takes no argument" if name in _PLAIN else _unknown(name))
        return _over_lists(_WITH_ARGUMENT[name](_texts(name, argument)))
    raise TransformError("is neither a name nor one name with its argument")


def transform_names() -> list[str]:
    """Every name that compile_transform knows."""
    return sorted([*_PLAIN, *_WITH_ARGUMENT])


def _unknown(name: object) -> str:
    return f"there is no transform {name!r}; there are {', '.join(transform_names())}"


def _texts(name: str, argument: object) -> tuple[str, ...]:
    items = argument if isinstance(argument, list) else [argument]
    if not items or not all(isinstance(item, str | int) and item != "" for item in items):
        raise TransformError(f"{name} needs a text or a list of texts")
    return tuple(str(item) for item in items)


def _over_lists(step: _TextStep) -> Transform:
    def transform(value: object) -> object:
        if isinstance(value, list):
            return [step(text) for item in value if (text := as_text(item))]
        return step(as_text(value))

    return transform


def _phone(text: str) -> str:
    """The number in ``"Alice" <sip:100@pbx>``, ``tel:+1…``, ``sip:agent@host``; other text as it stands."""
    if match := _ADDRESS_IN_BRACKETS.search(text):
        text = match[1]
    bare = _SCHEME.sub("", text.strip(), count=1)
    if bare != text.strip() or ("@" in bare and digits_of(bare.split("@")[0]) == bare.split("@")[0].lstrip("+")):
        bare = bare.split("@")[0].split(";")[0]
    return bare.strip()


def _scaled(factor: Decimal) -> _TextStep:
    def scale(text: str) -> str:
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        return format(number * factor, "f") if number.is_finite() and abs(number.adjusted()) < 30 else text

    return scale


def _strip_prefix(prefixes: tuple[str, ...]) -> _TextStep:
    def strip(text: str) -> str:
        for prefix in prefixes:
            if text[: len(prefix)].casefold() == prefix.casefold():
                return text[len(prefix) :].strip()
        return text

    return strip


def _strip_suffix(suffixes: tuple[str, ...]) -> _TextStep:
    def strip(text: str) -> str:
        for suffix in suffixes:
            if text[-len(suffix) :].casefold() == suffix.casefold():
                return text[: -len(suffix)].strip()
        return text

    return strip


def _url_prefix(prefixes: tuple[str, ...]) -> _TextStep:
    """A bare file name gets the prefix; what is a link already stays."""
    return lambda text: text if "://" in text or not text else prefixes[0] + text.lstrip("/")


def _absent_if(words: tuple[str, ...]) -> _TextStep:
    folded = frozenset(fold_word(word) for word in words)
    return lambda text: "" if fold_word(text) in folded else text


_PLAIN: dict[str, _TextStep] = {
    "digits_only": digits_of,
    "first_word": lambda text: text.split(maxsplit=1)[0] if text.strip() else "",
    "lower": str.lower,
    "milliseconds": _scaled(Decimal("0.001")),
    "minutes": _scaled(Decimal(60)),
    "percent_decode": lambda text: storable_text(unquote(text)),
    "phone": _phone,
    "trim": str.strip,
    "upper": str.upper,
    "word": fold_word,
}

_WITH_ARGUMENT: dict[str, Callable[[tuple[str, ...]], _TextStep]] = {
    "absent_if": _absent_if,
    "after": lambda marks: lambda text: text.partition(marks[0])[2].strip(),
    "after_last": lambda marks: lambda text: text.rpartition(marks[0])[2].strip(),
    "before": lambda marks: lambda text: text.partition(marks[0])[0].strip(),
    "strip_prefix": _strip_prefix,
    "strip_suffix": _strip_suffix,
    "url_prefix": _url_prefix,
}
