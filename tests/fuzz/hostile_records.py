"""Strategies: what a hostile body says, from nasty single values to a standard record with something wrong."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

SAMPLE: dict[str, Any] = {
    "SourceNumber": "+919611795983",
    "DestinationNumber": "+919611795980",
    "DisplayNumber": "+919020897874",
    "StartTime": "2015-08-20 18:26:38",
    "EndTime": "2015-08-20 18:26:50",
    "CallDuration": "12",
    "Status": "Answered",
    "CallNotes": "Enquired about product",
    "ResourceURL": "https://server/filename.mp3",
    "Direction": "Inbound",
    "CallSessionId": "080673309211440075398",
}
OPTIONAL = (
    "CallerName",
    "CallerCity",
    "CallerState",
    "CallerCountry",
    "CallerZipCode",
    "CallerSource",
    "Tag",
    "LeadId",
    "UserId",
    "OpportunityId",
    "AgentName",
    "AgentEmail",
)
LOOK_UP_NAMES = ("caller_id", "virtualNumber", "agentInfo", "leadphone", "leadId", "opportunityId", "key", "ivr")


NASTY_TEXTS = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "a\x00b",
        "\ud800",
        "\udfff tail",
        "\u202e\u0627\u0644\u0639",
        "\u2028",
        "\x1b[2J",
        "\r\nSet-Cookie: a=b",
        "A" * 10_000,
        "9" * 10_000,
        "+" * 300,
        "é" * 260,
        "\U0001f4de" * 256,
        "'; DROP TABLE calls_call;--",
        "{{7*7}}",
        "<script>alert(1)</script>",
        "@customerNumber",
        "${jndi:ldap://x}",
        "null",
        "undefined",
        "NaN",
        "-0",
        "1e400",
        "-1",
        "10000000000000000000000",
        "2147483648",
        "9223372036854775808",
        "0x10",
        "1_000",
        "١٢٣٤٥٦٧٨٩٠",
        "１２３４５６７",
        "0000-00-00 00:00:00",
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59",
        "9999-12-31T23:59:59-14:00",
        "1971-01-01T00:00:00+23:59",
        "9999-12-31 23:59:59 +14:00",
        "2024-02-30 10:00:00",
        "1000000000000000000",
        "253402300799",
        "99999999999999999999",
        "2024-01-01T00:00:60Z",
        "2024-01-01 24:00:00",
        "-62135596800",
        "2021-10-31 02:30:00",
        "inferred:0",
        "inferred:",
        "call",
        "00000000-0000-0000-0000-000000000000",
        "1" * 4400,
        "http://[::1",
        "https://\x00",
        "https://user:pw@host/x.mp3",
        "javascript:alert(1)",
        "sip:@",
        "tel:",
        "+",
        "100",
        "asha@example.com",
        "anonymous",
        "+919020897874",
        "+919611795980",
        "5071",
        "Réponse",
        "已接听",
        "لم يرد",
        "CaLl-1",
        " call-1 ",
        "call-1",
        "Wed, 23 Feb 2022 12:31:59",
        "Wed, 23 Feb 99999 12:31:59 +9999",
        "P9999999D",
        "99999:99:99",
    ]
)
NASTY_NUMBERS = st.sampled_from(
    [
        0,
        -1,
        1,
        2**31 - 1,
        2**31,
        2**32,
        2**63 - 1,
        2**63,
        10**18,
        10**20,
        10**400,
        -(10**20),
        0.1,
        1e308,
        -1e-308,
        1.5e9,
        919611795983,
        9.19611795983e11,
        float("inf"),
        float("-inf"),
        float("nan"),
    ]
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    NASTY_TEXTS | NASTY_NUMBERS | st.none() | st.booleans() | st.text(max_size=30) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from([*SAMPLE, *OPTIONAL, *LOOK_UP_NAMES, "_", "_request", "_envelope", "items", "data", "payload"])


@st.composite
def standard_records(draw: st.DrawFn) -> dict[str, Any]:
    """The sample of the standard preset with some fields gone, wrong or foreign."""
    record = dict(SAMPLE)
    for name in draw(st.lists(st.sampled_from(list(SAMPLE)), max_size=3)):
        record.pop(name, None)
    record.update(draw(st.dictionaries(NAMES | st.text(max_size=10), VALUES, max_size=5)))
    return record


def mutated(draw: st.DrawFn, value: Any, depth: int = 0) -> Any:
    """The same tree with a value replaced here and there."""
    if depth > 6 or draw(st.integers(0, 7)) == 0:
        return draw(VALUES)
    if isinstance(value, dict):
        chosen = set(draw(st.lists(st.sampled_from(list(value)), max_size=2))) if value else set()
        return {key: mutated(draw, item, depth + 1) if key in chosen else item for key, item in value.items()}
    if isinstance(value, list) and value:
        return [mutated(draw, value[0], depth + 1), *value[1:]]
    return draw(VALUES)
