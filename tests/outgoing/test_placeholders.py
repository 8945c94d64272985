"""Merge fields: grammar, catalogue and values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_config.outgoing.names import BARE_NAMES, SCOPED_NAMES
from connector_config.placeholders import MergeContext, TemplateError, compile_template
from tests.outgoing.values import HOSTILE_VALUES

CONTEXT = MergeContext(
    default_country="IN",
    customer_number="+91 96117 95983",
    agent_number="09611795980",
    request_id="r-1",
    call_reference="c-1",
    lead={"Id": "L1", "Name": "Ravi Kumar Singh", "Phone": "9611795983", "mx_Budget": "5 lakh", "Loan Type": "Car"},
    user={
        "Id": "U1", "Name": "Asha Rao", "EmailAddress": "asha@example.com", "TelephonyAgentId": "5071",
        "GroupIds": "3,4",
    },
    owner={"FirstName": "Meera", "LastName": "Iyer"},
    opportunity={"Id": "O1"},
    call={"CallSessionId": "S1", "Disposition": "Call back", "Notes": "later"},
    connector={"Name": "Acme"},
    virtual_number={"Number": "+919020897874", "Tag": "Website"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("@customerNumber", "9611795983"),
        ("@PhoneNumberWithCountryCode", "+919611795983"),
        ("@customerNumberE164", "+919611795983"),
        ("@customerNumberDigits", "919611795983"),
        ("@customerNumberNational", "09611795983"),
        ("@agentNumber", "09611795980"),
        ("@AgentNumberWithoutCC", "9611795980"),
        ("@agentNumberE164", "+919611795980"),
        ("@agentNumberDigits", "919611795980"),
        ("@agentNumberNational", "09611795980"),
        ("@virtualNumber", "+919020897874"),
        ("@VirtualNumberWithoutCC", "9020897874"),
        ("@virtualNumberE164", "+919020897874"),
        ("@virtualNumberDigits", "919020897874"),
        ("@virtualNumberNational", "09020897874"),
        ("@VirtualNumberTag", "Website"),
        ("@agentId|@agentName|@agentEmail", "5071|Asha Rao|asha@example.com"),
        ("@leadId|@opportunityId|@callSessionId", "L1|O1|S1"),
        ("@dispositionValue|@callNotes", "Call back|later"),
        ("@requestId|@callReference", "r-1|c-1"),
        ("@{Lead:ProspectID}", "L1"),
        ("@{User:UserId}", "U1"),
        ("@{Lead:FirstName,}|@{Lead:LastName,}", "Ravi|Kumar Singh"),
        ("@{Owner:Name,}", "Meera Iyer"),
        ("@{User:GroupIds,}", "3,4"),
        ("@{Lead:mx_budget,}", "5 lakh"),
        ("@{Connector:Name}|@{VirtualNumber:Tag}", "Acme|Website"),
    ],
)
def test_every_name_gives_its_value(template: str, expected: str) -> None:
    assert compile_template(template).render(CONTEXT) == expected


@pytest.mark.parametrize("name", BARE_NAMES)
def test_every_bare_name_can_be_written_in_any_case_and_in_braces(name: str) -> None:
    expected = compile_template(f"@{name}").render(CONTEXT)

    assert expected
    assert compile_template(f"@{name.upper()}").render(CONTEXT) == expected
    assert compile_template(f"@{name.lower()}").render(CONTEXT) == expected
    assert compile_template(f"@{{ {name} , none}}").render(CONTEXT) == expected


@pytest.mark.parametrize(("scope", "name"), [(scope, name) for scope, names in SCOPED_NAMES.items() for name in names])
def test_every_scoped_name_without_value_renders_its_default_or_nothing(scope: str, name: str) -> None:
    empty = MergeContext()

    assert compile_template(f"[@{{{scope}:{name},none}}]").render(empty) == "[none]"
    assert compile_template(f"[@{{{scope.lower()} : {name.upper()}}}]").render(empty) == "[]"


@pytest.mark.parametrize("name", BARE_NAMES)
def test_a_bare_name_without_value_renders_nothing(name: str) -> None:
    assert compile_template(f"[@{name}]").render(MergeContext()) == "[]"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("@agentNumberX", "09611795980X"),
        ("@agentNumberWithoutCCx", "9611795980x"),
        ("@leadId_@requestId", "L1_r-1"),
        ("@leadId@agentId", "L15071"),
        ("91@customerNumber", "919611795983"),
        ("SIP/@agentId@pbx", "SIP/5071@pbx"),
        ("sip:@agentId@pbx.example.com", "sip:5071@pbx.example.com"),
        ("@{Lead:Company,A, B and C}", "A, B and C"),
        ("@{Lead:Company, spaced }", " spaced "),
        ("@{Lead:Company,@leadId}", "@leadId"),
        ("@{Lead:Company,}", ""),
    ],
)
def test_the_longest_name_wins_and_the_default_is_everything_after_the_first_comma(
    template: str, expected: str
) -> None:
    assert compile_template(template).render(CONTEXT) == expected


@pytest.mark.parametrize(
    "text",
    [
        "sales@example.com",
        "foo@agentName.com",
        "Mail sales@leadid.co.in today",
        "https://key:token@api.exotel.com/v1",
        "https://key:@api.exotel.com/v1",
        "user:pass@localhost",
        "a @ b",
        "@",
        "@@",
        "5@7",
        "trailing@",
        "@1",
    ],
)
def test_a_literal_at_sign_stays(text: str) -> None:
    assert compile_template(text).parts == (text,)


@pytest.mark.parametrize(
    ("text", "named", "nearest"),
    [
        ("to=@customrNumber", "@customrNumber", "@customerNumber"),
        ("@agntName", "@agntName", "@agentName"),
        ("@{Lead:Frist,}", "@{Lead:Frist}", "@{Lead:FirstName,}"),
        ("@{Leed:Id}", "@{Leed:Id}", "@{Lead:Id,}"),
        ("@{agentNme}", "@{agentNme}", "@agentName"),
        ("@mx_City", "@mx_City", "@{Lead:mx_City,}"),
        ("@{User:mx_City}", "@{User:mx_City}", ""),
        ("@{Lead:mx_}", "@{Lead:mx_}", ""),
        ("@{}", "@{}", ""),
        ('{"@type": 1}', "@type", ""),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(text: str, named: str, nearest: str) -> None:
    with pytest.raises(TemplateError) as refused:
        compile_template(text)

    assert f"{named} is no merge field" in str(refused.value)
    assert nearest in str(refused.value)


def test_a_merge_field_that_is_never_closed_is_refused() -> None:
    with pytest.raises(TemplateError, match="never closed"):
        compile_template("to=@{Lead:Id, and more")


def test_custom_fields_are_known_by_scope_or_everywhere() -> None:
    named = compile_template("@{lead:loan type,}|@{Lead:Score,}", ["Lead:Loan Type", "Score"])

    assert named.render(CONTEXT) == "Car|"
    with pytest.raises(TemplateError):
        compile_template("@{User:Loan Type}", ["Lead:Loan Type"])


def test_a_lenient_template_keeps_what_is_unknown() -> None:
    assert compile_template("@Xk2 @{open", is_strict=False).parts == ("@Xk2 @{open",)


@pytest.mark.parametrize("value", HOSTILE_VALUES)
def test_a_value_is_never_expanded_again(value: str) -> None:
    context = MergeContext(lead={"Id": value}, user={"Name": "Asha"})

    assert compile_template("<@leadId>").render(context) == f"<{value}>"


def test_the_escape_function_sees_values_and_defaults_but_no_literal_text() -> None:
    template = compile_template("a@{Lead:Id,x}a@leadId")

    assert template.render(MergeContext(), escape=lambda value: f"<{value}>") == "a<x>a<>"


@pytest.mark.parametrize(
    ("context", "template", "expected"),
    [
        (MergeContext(lead={"Mobile": "+919611795983"}), "@PhoneNumberWithCountryCode", "+919611795983"),
        (MergeContext(user={"PhoneMobile": "5071"}), "@agentNumber|@agentNumberE164", "5071|5071"),
        (MergeContext(agent_number="sip:asha@pbx"), "@agentNumber", "sip:asha@pbx"),
        (MergeContext(customer_number="100"), "@customerNumber|@customerNumberNational", "100|100"),
        (MergeContext(default_country="GB", customer_number="+919611795983"), "@customerNumber", "9611795983"),
        (MergeContext(lead={"Name": "Madonna"}), "@{Lead:FirstName}|@{Lead:LastName,-}", "Madonna|-"),
    ],
)  # fmt: skip
def test_numbers_and_names_fall_back(context: MergeContext, template: str, expected: str) -> None:
    assert compile_template(template).render(context) == expected


def test_a_context_survives_storage() -> None:
    assert MergeContext.from_json(json.loads(json.dumps(CONTEXT.to_json()))) == CONTEXT
    assert MergeContext().to_json() == {}


def test_a_stored_context_reads_odd_values_as_text() -> None:
    stored = {"lead": {"A": None, "B": 5, "C": ["x", "y"], "D": True}, "request_id": None, "from_the_future": 1}

    context = MergeContext.from_json(stored)

    assert context.lead == {"A": "", "B": "5", "C": "x,y", "D": "true"}


@given(st.text())
def test_any_text_is_read_or_refused_but_never_breaks(text: str) -> None:
    try:
        template = compile_template(text)
    except TemplateError:
        template = compile_template(text, is_strict=False)

    assert all(template.parts)
    if not template.placeholders:
        assert "".join(str(part) for part in template.parts) == text


@given(st.text(alphabet="@{}:,aBaleadIdagentNumber .", max_size=60))
def test_texts_full_of_merge_signs_never_break(text: str) -> None:
    template = compile_template(text, is_strict=False)

    template.render(CONTEXT)
