"""Values that break careless templates, and contexts that hold them."""

from __future__ import annotations

from connector_config.placeholders import MergeContext

HOSTILE_VALUES = (
    "+919611795983",
    "a&b=c",
    'say "hi"',
    "O'Neil",
    "line one\nline two",
    "carriage\rreturn",
    "tab\tbed",
    "@leadId",
    "@{Lead:Name,x}",
    "Ravi @agentName.com",
    "😀 emoji",
    "مرحبا بالعالم",
    "\u202egnp.exe",
    "100% sure",
    "%2B already",
    "back\\slash",
    "</Dial><Hangup/>",
    "]]>",
    "--><x/>",
    "{\"to\": 1}",
    "\\u0041",
    "../../admin",
    "a/b?c=d#e",
    " leading and trailing ",
    "null",
    "true",
    "0123",
    "12345678901234567890",
    "-0.5",
    "1e9",
    "NaN",
    "\x01\x07\x1b",
    "\x00",
    "x" * 10_000,
    "${jndi:ldap://x}",
    "{{7*7}}",
    "{% x %}",
)  # fmt: skip


def lead_named(value: str) -> MergeContext:
    """A context in which ``@{Lead:mx_X,}`` gives the value."""
    return MergeContext(default_country="IN", lead={"mx_X": value, "Id": "@agentName"})
