"""How a value is written where it may not stand as it is: percent-encoded, in a JSON string, in XML."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

_XML_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_ESCAPES = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_XML_SPECIAL = re.compile("[&<>\"'\t\n\r]")


def quote_all(value: str) -> str:
    """A value for a query, a form, a path segment or userinfo: everything but letters, digits and ``-._~`` encoded."""
    return quote(value.encode("utf-8", "replace"), safe="")


def in_json_string(value: str) -> str:
    """A value as it stands between the quotes of a JSON string."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def escape_xml(value: str) -> str:
    """A value for XML text or an attribute; white space survives the parser's normalisation.

    Characters that XML 1.0 cannot carry in any form (NUL and most controls) become U+FFFD.
    """
    return _XML_SPECIAL.sub(lambda found: _XML_ESCAPES[found.group()], _XML_FORBIDDEN.sub("\ufffd", value))


def in_cdata(value: str) -> str:
    """A value for a CDATA section, which it cannot end."""
    return _XML_FORBIDDEN.sub("\ufffd", value).replace("]]>", "]]]]><![CDATA[>")


def in_comment(value: str) -> str:
    """A value for an XML comment, which it cannot end."""
    return escape_xml(value).replace("-", "&#45;")
