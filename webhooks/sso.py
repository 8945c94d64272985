"""The hook ``sso``: the provider's server asks for a key with which its agent's browser opens one page, once."""

from __future__ import annotations

import dataclasses
from urllib.parse import urlencode

from django.utils import timezone

from calls.embedding.details import Reader
from calls.embedding.keys import KEY_LIFETIME, Grant, TooManyKeysError, issue_key
from calls.embedding.views import page_url
from calls.models import EmbedTarget
from connector_config.mapping.events import NormalisationError
from connector_config.selectors import ConnectorConfig
from crm.models import Agent
from webhooks.answers import Answer, HookError, error_answer, json_answer
from webhooks.incoming import IncomingRequest
from webhooks.journal import MASK, new_entry
from webhooks.models import JournalEntry
from webhooks.named import AGENT_FIELDS, agent_named, field_refused, lead_named, opportunity_named
from webhooks.parameters import parameters_of

MAXIMUM_REPLY = 1_000
_PAGES = {
    EmbedTarget.CONSOLE: "console",
    EmbedTarget.POPUPS: "popups",
    EmbedTarget.LEAD: "lead-details",
    EmbedTarget.OPPORTUNITY: "opportunity-details",
}


def answer_sso(connector: ConnectorConfig, incoming: IncomingRequest, *, credential: str) -> Answer:
    """A key and the URL that it opens; 422 names the field that is wrong. Who asked for what is in the journal."""
    try:
        grant = _read(connector, incoming)
        key = _key(grant, credential)
    except HookError as refusal:
        answer = error_answer(refusal)
        _journal(connector, incoming, answer, refusal)
        return answer
    _journal(connector, incoming, _answer(connector, grant, MASK))
    return _answer(connector, grant, key)


def _key(grant: Grant, credential: str) -> str:
    try:
        return issue_key(grant=grant, credential=credential)
    except TooManyKeysError:
        message = "Too many keys were asked for. Wait a minute."
        raise HookError(429, "TooManyRequestsException", message) from None


def _answer(connector: ConnectorConfig, grant: Grant, key: str) -> Answer:
    named = {"leadId": grant.lead_id, "opportunityId": grant.opportunity_id}
    query = {"key": key} | {name: str(value) for name, value in named.items() if value}
    url = f"{page_url(connector, _PAGES[grant.target])}?{urlencode(query, safe=MASK)}"
    message = {"Key": key, "Url": url, "ExpiresIn": int(KEY_LIFETIME.total_seconds())}
    return dataclasses.replace(
        json_answer({"Status": "Success", "Message": message}), headers={"Cache-Control": "no-store"}
    )


def _read(connector: ConnectorConfig, incoming: IncomingRequest) -> Grant:
    """What is asked for. Raises HookError 400, 405 or 422."""
    if incoming.method != "POST":
        raise HookError(405, "MethodNotAllowedException", "Ask for a key with POST.")
    try:
        incoming.parsed()
    except NormalisationError:
        raise HookError(400, "InvalidJsonException", "The body cannot be read. Send one JSON object.") from None
    sent = parameters_of(dataclasses.replace(incoming, query_string=""))
    agent = agent_named(sent, connector)
    if agent is None:
        raise field_refused(("AgentEmail", f"name the agent: one of {', '.join(AGENT_FIELDS.values())} is required"))
    try:
        target = EmbedTarget(sent.get("target", "").lower())
    except ValueError:
        raise field_refused(("Target", f"must be one of {', '.join(EmbedTarget.values)}")) from None
    return _grant(agent, connector, target, sent)


def _grant(agent: Agent, connector: ConnectorConfig, target: EmbedTarget, sent: dict[str, str]) -> Grant:
    """With the lead or opportunity that the target needs, which must be one that the agent may see."""
    reader = Reader(_plain(agent))
    if target == EmbedTarget.LEAD:
        lead, field, _ = lead_named(sent, connector, reader)
        if lead is None:
            message = "this agent has no such lead" if field else "name the lead: LeadId or LeadPhone is required"
            raise field_refused((field or "LeadId", message))
        return Grant(agent=agent, connector=connector, target=target, lead_id=lead.pk)
    if target == EmbedTarget.OPPORTUNITY:
        opportunity = opportunity_named(sent, reader)
        if opportunity is None:
            is_named = bool(sent.get("opportunityid"))
            raise field_refused(("OpportunityId", "this agent has no such opportunity" if is_named else "is required"))
        return Grant(agent=agent, connector=connector, target=target, opportunity_id=opportunity.pk)
    return Grant(agent=agent, connector=connector, target=target)


def _plain(agent: Agent) -> Agent:
    """The agent with an agent's rights: a provider's credential gives no supervisor's."""
    agent.user.is_staff = agent.user.is_superuser = False
    return agent


def _journal(
    connector: ConnectorConfig, incoming: IncomingRequest, answer: Answer, error: HookError | None = None
) -> None:
    """Written at once, unlike look-ups: a key that was given is to be found afterwards."""
    entry = new_entry(connector, incoming)
    entry.verdict = JournalEntry.Verdict.REJECTED if error else JournalEntry.Verdict.ANSWERED
    entry.errors = [{"field": one.field, "message": one.message} for one in error.errors] if error else []
    entry.reply_status, entry.reply_body = answer.status, answer.body[:MAXIMUM_REPLY]
    entry.duration_ms = max(0, int((timezone.now() - incoming.received_at).total_seconds() * 1000))
    entry.save(force_insert=True)
