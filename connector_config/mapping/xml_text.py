"""XML bodies as the trees of values that JSON gives: no entities, nothing from elsewhere, bounded depth and size."""

from __future__ import annotations

import re
from xml.parsers.expat import ExpatError

import xmltodict  # type: ignore[import-untyped]  # ships no types

from connector_config.mapping.json_text import check_limits, unreadable

_DECLARED_CHARSET = re.compile(rb"\s{0,10}<\?xml[^>]{0,100}encoding=[\"']([\w.\-]{1,40})[\"']")


def declared_charset(body: bytes) -> str:
    """The character set that the first line of an XML document names; empty when it names none."""
    found = _DECLARED_CHARSET.match(body)
    return found[1].decode() if found else ""


def looks_like_xml(text: str) -> bool:
    """True when the text begins as an element, a declaration or a comment does."""
    return text.lstrip()[:1] == "<"


def parse_xml(text: str) -> list[object]:
    """The events of a document: objects with the root's attributes and elements as keys, without namespaces' prefixes.

    An element's own text, where it has attributes or elements as well, is ``text``; repeated elements are an array. A
    root that holds nothing but one kind of element is a batch: when that is repeated, or named in the singular
    (``<calls><call>…``). Raises UnreadableBodyError for what is no XML, declares entities, is empty, or goes beyond the
    limits.
    """
    try:
        document = xmltodict.parse(text.strip(), attr_prefix="", cdata_key="text", postprocessor=_without_prefix)
    except ExpatError as error:
        raise unreadable(f"is not valid XML: {error}") from None
    except ValueError:
        raise unreadable("is XML that declares entities, which are not read") from None
    check_limits([document])
    [(root, content)] = document.items()
    if content is None:
        raise unreadable("is XML without any content")
    if not isinstance(content, dict):
        return [document]
    name, only = next(iter(content.items())) if len(content) == 1 else ("", None)
    if isinstance(only, dict) and root.lower().startswith(name.lower()):
        return [only]
    batch = only if isinstance(only, list) and all(isinstance(item, dict) for item in only) else []
    return list(batch) or [content]


def _without_prefix(path: object, key: str, value: object) -> tuple[str, object] | None:
    """Declarations of namespaces are no data."""
    prefix, _, name = key.rpartition(":")
    return None if "xmlns" in (prefix, name) else (name, value)
