"""URLs and bodies of request templates without what may be a credential, for exports without secrets.

Shown is what is merged or short; a literal text of six characters or more in a value, and a URL's user part, become
``***``. An import that meets the masked form of what is stored keeps what is stored.
"""

from __future__ import annotations

import re

MASK = "***"

_USERINFO = re.compile(r"^(?P<scheme>[a-z][a-z0-9+.-]*://)[^/?#]*@(?=[^/?#@]+)", re.IGNORECASE)
_PAIR_VALUE = re.compile(r"(?<==)[^&=@#\s]{6,}(?=&|#|\s|$)")
_QUOTED_VALUE = re.compile(r'(?<=[:\[,])(\s*)"(?:[^"\\@]|\\.){6,}"')
_XML_TEXT = re.compile(r"(?<=>)[^<>@]{6,}(?=</)")
_XML_ATTRIBUTE = re.compile(r"""(?<==)(["'])[^"'<>@]{6,}\1""")


def masked_url(url: str) -> str:
    """The URL template without user part and without literal values in its query."""
    masked = _USERINFO.sub(rf"\g<scheme>{MASK}@", url)
    address, question, query = masked.partition("?")
    return f"{address}{question}{_PAIR_VALUE.sub(MASK, query)}"


def masked_body(body: str, body_type: str) -> str:
    """The body template without literal values; a plain text is masked like a form."""
    if body_type == "json" or body.lstrip().startswith("{"):
        return _QUOTED_VALUE.sub(rf'\g<1>"{MASK}"', body)
    if body_type == "xml":
        return _XML_ATTRIBUTE.sub(rf"\g<1>{MASK}\g<1>", _XML_TEXT.sub(MASK, body))
    return _PAIR_VALUE.sub(MASK, body)
