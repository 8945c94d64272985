"""URLs as templates: merge fields may stand in userinfo, path and query, never in scheme, host or port."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from connector_config.outgoing.context import MergeContext
from connector_config.outgoing.escapes import quote_all
from connector_config.outgoing.grammar import Part, Placeholder, TemplateError, compile_template
from connector_config.outgoing.names import longest_bare_name
from connector_config.outgoing.pairs import quote_value, render_pairs

_FIELD = r"@\{[^}]*\}"
_URL = re.compile(
    rf"(?P<scheme>[^:/?#]*)://(?P<authority>(?:{_FIELD}|[^/?#])*)(?P<path>(?:{_FIELD}|[^?#])*)"
    rf"(?P<query>\?(?:{_FIELD}|[^#])*)?(?P<fragment>#.*)?",
    re.DOTALL,
)
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s@:/\[\]{}<>\"'\\^`|%,;]+)(?::(?P<port>[0-9]{1,5}))?")
_WORD = re.compile(r"[A-Za-z0-9_]*")
_PATH_LITERAL = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]")
_USERINFO_LITERAL = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:]")
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class UrlTemplate:
    """A URL read once. ``userinfo`` is empty when there is none; ``query`` is None without a question mark."""

    scheme: str
    userinfo: tuple[Part, ...]
    host: str
    path: tuple[Part, ...]
    query: tuple[Part, ...] | None

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """All merge fields, in order."""
        parts = (*self.userinfo, *self.path, *(self.query or ()))
        return tuple(part for part in parts if isinstance(part, Placeholder))

    def render(self, context: MergeContext) -> str:
        """The URL with its values. Raises TemplateError when a value would step out of its path segment."""
        path = _render_path(self.path, context)
        userinfo = f"{_render_userinfo(self.userinfo, context)}@" if self.userinfo else ""
        query = "" if self.query is None else f"?{_render_query(self.query, context)}"
        return f"{self.scheme}://{userinfo}{self.host}{path}{query}"


def compile_url(text: str, custom_fields: Collection[str] = ()) -> UrlTemplate:
    """Read a URL template. Raises TemplateError: no http(s) URL, a merge field in scheme, host or port, or unknown."""
    found = _URL.fullmatch(text.strip())
    if found is None:
        raise TemplateError("the URL must begin with https:// or http://")
    if found["scheme"].lower() not in {"http", "https"}:
        _refuse_scheme(found["scheme"])
    userinfo, host = _split_authority(found["authority"])
    if found["fragment"] and found["fragment"] != "#":
        raise TemplateError("what follows # is never sent; write %23 for a number sign inside the URL")
    query = found["query"]
    return UrlTemplate(
        scheme=found["scheme"].lower(),
        userinfo=compile_template(userinfo, custom_fields).parts,
        host=host,
        path=compile_template(found["path"], custom_fields).parts,
        query=None if query is None else compile_template(query[1:], custom_fields).parts,
    )


def _refuse_scheme(scheme: str) -> None:
    if "@" in scheme:
        raise TemplateError("the scheme must be http or https, without merge fields")
    raise TemplateError(f"the scheme must be http or https, not {scheme[:20]!r}")


def _split_authority(authority: str) -> tuple[str, str]:
    userinfo, at, host = authority.rpartition("@")
    if at and (host.startswith("{") or _is_field(host)):
        raise TemplateError("the host may not hold a merge field: a value must never choose where a request goes")
    found = _HOST.fullmatch(host)
    if not host or host.startswith(":"):
        raise TemplateError("the URL names no host")
    if found is None:
        raise TemplateError(f"the host {host[:60]!r} is malformed")
    if found["port"] and not 0 < int(found["port"]) <= _HIGHEST_PORT:
        raise TemplateError(f"port {found['port']} is none")
    return userinfo, host


def _is_field(host: str) -> bool:
    """True when what follows the last ``@`` is a merge field rather than a host: a known name that ends there."""
    word = _WORD.match(host)
    name = longest_bare_name(host)
    return word is not None and name is not None and len(name) == len(word.group())


def _render_userinfo(parts: Sequence[Part], context: MergeContext) -> str:
    return "".join(
        _quote_by(_USERINFO_LITERAL, part) if isinstance(part, str) else quote_value(part, context) for part in parts
    )


def _render_query(parts: Sequence[Part], context: MergeContext) -> str:
    """Brackets, which a form may hold as they are, are encoded: several servers refuse them in a URL."""
    return render_pairs(parts, context).replace("[", "%5B").replace("]", "%5D")


def _render_path(parts: Sequence[Part], context: MergeContext) -> str:
    path = _path_text(parts, lambda field: quote_value(field, context))
    if _dot_segments(path) != _dot_segments(_path_text(parts, lambda _: "x")):
        raise TemplateError("a value of one or two dots would change the path of the URL")
    return path


def _path_text(parts: Sequence[Part], write: Callable[[Placeholder], str]) -> str:
    return "".join(_quote_by(_PATH_LITERAL, part) if isinstance(part, str) else write(part) for part in parts)


def _quote_by(pattern: re.Pattern[str], text: str) -> str:
    """Encode what the pattern finds, but for what is percent-encoded already."""
    return pattern.sub(lambda found: found.group() if len(found.group()) == 3 else quote_all(found.group()), text)


def _dot_segments(path: str) -> int:
    return sum(segment in {".", ".."} for segment in path.split("/"))
