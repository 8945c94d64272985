"""Factories of the least valid object of each model; a test states what matters to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import factory
from django.contrib.auth.models import User
from django.utils import timezone

from calls.models import AgentStream, Call, OutboundAttempt, OutboundRequest, Popup, PopupDelivery
from connector_config.mapping.events import CallStatus, Direction
from connector_config.models import (
    AgentMapping,
    Connector,
    DispositionField,
    DispositionOption,
    RequestHeader,
    RequestTemplate,
    VirtualNumber,
)
from crm.models import Agent, AgentPhone, Lead, LeadPhone, Opportunity, Team
from telephony_connector.common.phones import suffix_of, to_e164
from webhooks.models import JournalEntry

COUNTRY = "IN"
PASSWORD = "a long enough password"


def _phone_columns(number: str, position: int) -> dict[str, Any]:
    e164 = to_e164(number, COUNTRY)
    return {"number": number, "e164": e164, "national_suffix": suffix_of(number), "position": position}


class UserFactory(factory.django.DjangoModelFactory):
    """A user who logs in by e-mail; ``password`` is PASSWORD, ``is_staff=True`` makes an administrator."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}@example.com")
    email = factory.SelfAttribute("username")
    password = factory.django.Password(PASSWORD)


class TeamFactory(factory.django.DjangoModelFactory):
    """A team."""

    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class AgentFactory(factory.django.DjangoModelFactory):
    """An agent with a user of the same e-mail. ``phones=["+91…"]`` gives numbers; by default there are none."""

    class Meta:
        model = Agent
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"agent{n}@example.com")
    name = factory.Sequence(lambda n: f"Agent {n}")
    user = factory.SubFactory(UserFactory, username=factory.SelfAttribute("..email"))

    @factory.post_generation
    def phones(self: Any, create: bool, extracted: Iterable[str] | None, **_: Any) -> None:
        for position, number in enumerate(extracted or ()):
            AgentPhone.objects.create(agent=self, **_phone_columns(number, position))


class LeadFactory(factory.django.DjangoModelFactory):
    """A lead without owner. ``phones=["+91…"]`` gives numbers; by default there are none."""

    class Meta:
        model = Lead
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Lead {n}")

    @factory.post_generation
    def phones(self: Any, create: bool, extracted: Iterable[str] | None, **_: Any) -> None:
        for position, number in enumerate(extracted or ()):
            LeadPhone.objects.create(lead=self, **_phone_columns(number, position))


class OpportunityFactory(factory.django.DjangoModelFactory):
    """An open opportunity of a new lead."""

    class Meta:
        model = Opportunity

    lead = factory.SubFactory(LeadFactory)
    name = factory.Sequence(lambda n: f"Opportunity {n}")


class ConnectorFactory(factory.django.DjangoModelFactory):
    """An enabled connector of the standard preset, without verification, in UTC."""

    class Meta:
        model = Connector

    slug = factory.Sequence(lambda n: f"provider-{n}")
    name = factory.Sequence(lambda n: f"Provider {n}")
    default_country = COUNTRY


class VirtualNumberFactory(factory.django.DjangoModelFactory):
    """A number of a new connector."""

    class Meta:
        model = VirtualNumber

    connector = factory.SubFactory(ConnectorFactory)
    number = factory.Sequence(lambda n: f"+9190208{n % 100_000:05d}")
    e164 = factory.LazyAttribute(lambda row: to_e164(row.number, COUNTRY))


class AgentMappingFactory(factory.django.DjangoModelFactory):
    """An agent's id at a provider."""

    class Meta:
        model = AgentMapping

    connector = factory.SubFactory(ConnectorFactory)
    agent = factory.SubFactory(AgentFactory)
    provider_agent_id = factory.Sequence(lambda n: f"{5000 + n}")


class DispositionFieldFactory(factory.django.DjangoModelFactory):
    """A dropdown; ``options=["Interested", …]`` fills it, by default with Interested and Call back."""

    class Meta:
        model = DispositionField
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Disposition {n}")

    @factory.post_generation
    def options(self: Any, create: bool, extracted: Iterable[str] | None, **_: Any) -> None:
        values = ("Interested", "Call back") if extracted is None else extracted
        for position, value in enumerate(values):
            DispositionOption.objects.create(field=self, value=value, position=position)


class RequestTemplateFactory(factory.django.DjangoModelFactory):
    """A click-to-call template; ``purpose="disposition"`` (with ``field=``) for the other purpose. ``headers={name: value}``."""

    class Meta:
        model = RequestTemplate
        skip_postgeneration_save = True

    connector = factory.SubFactory(ConnectorFactory)
    purpose = RequestTemplate.Purpose.CLICK_TO_CALL
    url = "https://api.provider.example/call?agent=@agentNumber"
    body_type = RequestTemplate.BodyType.JSON
    body = '{"to":"@PhoneNumberWithCountryCode"}'

    @factory.post_generation
    def headers(self: Any, create: bool, extracted: dict[str, str] | None, **_: Any) -> None:
        for position, (name, value) in enumerate((extracted or {}).items()):
            RequestHeader.objects.create(template=self, name=name, value=value, position=position)


class CallFactory(factory.django.DjangoModelFactory):
    """An answered inbound call that nobody took."""

    class Meta:
        model = Call

    connector = factory.SubFactory(ConnectorFactory)
    session_id = factory.Sequence(lambda n: f"session-{n}")
    session_key = factory.SelfAttribute("session_id")
    direction = Direction.INBOUND.value
    status = CallStatus.ANSWERED.value
    customer_number = "+919611795983"
    customer_number_e164 = factory.LazyAttribute(lambda row: to_e164(row.customer_number, COUNTRY))
    customer_suffix = factory.LazyAttribute(lambda row: suffix_of(row.customer_number))
    source_number = factory.SelfAttribute("customer_number")
    source_number_e164 = factory.LazyAttribute(lambda row: to_e164(row.source_number, COUNTRY))
    received_at = factory.LazyFunction(timezone.now)
    happened_at = factory.LazyAttribute(lambda row: row.started_at or row.received_at)
    started_at = None


class PopupFactory(factory.django.DjangoModelFactory):
    """A ringing popup of a new call, delivered to nobody."""

    class Meta:
        model = Popup

    call = factory.SubFactory(CallFactory, status=CallStatus.RINGING.value)


class PopupDeliveryFactory(factory.django.DjangoModelFactory):
    """A popup on an agent's desk; takes the agent's next sequence number."""

    class Meta:
        model = PopupDelivery

    popup = factory.SubFactory(PopupFactory)
    agent = factory.SubFactory(AgentFactory)
    sequence = factory.LazyAttribute(lambda row: _next_sequence(row.agent))


def _next_sequence(agent: Agent) -> int:
    stream, _ = AgentStream.objects.get_or_create(agent=agent)
    stream.last_sequence += 1
    stream.save()
    return stream.last_sequence


class OutboundRequestFactory(factory.django.DjangoModelFactory):
    """A pending click-to-call, due now, to a number without a lead."""

    class Meta:
        model = OutboundRequest

    connector = factory.SubFactory(ConnectorFactory)
    purpose = RequestTemplate.Purpose.CLICK_TO_CALL
    agent = factory.SubFactory(AgentFactory)
    phone = factory.Sequence(lambda n: f"+9196117{n % 100_000:05d}")
    phone_e164 = factory.LazyAttribute(lambda row: to_e164(row.phone, COUNTRY))
    next_attempt_at = factory.LazyFunction(timezone.now)


class OutboundAttemptFactory(factory.django.DjangoModelFactory):
    """One answered try."""

    class Meta:
        model = OutboundAttempt

    request = factory.SubFactory(OutboundRequestFactory)
    number = factory.Sequence(lambda n: n + 1)
    started_at = factory.LazyFunction(timezone.now)
    method = "POST"
    url = "https://api.provider.example/call"
    response_status = 200


class JournalEntryFactory(factory.django.DjangoModelFactory):
    """A processed call log."""

    class Meta:
        model = JournalEntry

    connector = factory.SubFactory(ConnectorFactory)
    endpoint = "call-log"
    method = "POST"
    content_type = "application/json"
    body = b"{}"
    received_at = factory.LazyFunction(timezone.now)
    verdict = JournalEntry.Verdict.PROCESSED
    reply_status = 200
