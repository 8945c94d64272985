"""Factories of the least valid object of each model; a test states what matters to it."""

# mypy: disable-error-code="no-untyped-call"
# factory_boy is typed in part only.

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.models import User
from django.db.models import Model
from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory, Password
from factory.helpers import post_generation

from calls.models import (
    AgentStream,
    Call,
    OutboundAttempt,
    OutboundRequest,
    Popup,
    PopupDelivery,
    RecordingCopy,
    RecordingPlay,
)
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


ModelT = TypeVar("ModelT", bound=Model)


class ModelFactory(DjangoModelFactory[ModelT]):
    """A factory whose call gives an object of the model, for the type checker too."""

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def __new__(cls, **values: Any) -> Any: ...


def _phone_columns(number: str, position: int) -> dict[str, Any]:
    e164 = to_e164(number, COUNTRY)
    return {"number": number, "e164": e164, "national_suffix": suffix_of(number), "position": position}


class UserFactory(ModelFactory[User]):
    """A user who logs in by e-mail; ``password`` is PASSWORD, ``is_staff=True`` makes an administrator."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"user{n}@example.com")
    email = SelfAttribute("username")
    password = Password(PASSWORD)


class TeamFactory(ModelFactory[Team]):
    """A team."""

    class Meta:
        model = Team

    name = Sequence(lambda n: f"Team {n}")


class AgentFactory(ModelFactory[Agent]):
    """An agent with a user of the same e-mail. ``phones=["+91…"]`` gives numbers; by default there are none."""

    class Meta:
        model = Agent
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"agent{n}@example.com")
    name = Sequence(lambda n: f"Agent {n}")
    user = SubFactory(UserFactory, username=SelfAttribute("..email"))

    @post_generation
    def phones(self: Any, create: bool, extracted: Iterable[str] | None, **_: Any) -> None:
        for position, number in enumerate(extracted or ()):
            AgentPhone.objects.create(agent=self, **_phone_columns(number, position))


class LeadFactory(ModelFactory[Lead]):
    """A lead without owner. ``phones=["+91…"]`` gives numbers; by default there are none."""

    class Meta:
        model = Lead
        skip_postgeneration_save = True

    name = Sequence(lambda n: f"Lead {n}")

    @post_generation
    def phones(self: Any, create: bool, extracted: Iterable[str] | None, **_: Any) -> None:
        for position, number in enumerate(extracted or ()):
            LeadPhone.objects.create(lead=self, **_phone_columns(number, position))


class OpportunityFactory(ModelFactory[Opportunity]):
    """An open opportunity of a new lead."""

    class Meta:
        model = Opportunity

    lead = SubFactory(LeadFactory)
    name = Sequence(lambda n: f"Opportunity {n}")


class ConnectorFactory(ModelFactory[Connector]):
    """An enabled connector of the standard preset, without verification, in UTC."""

    class Meta:
        model = Connector

    slug = Sequence(lambda n: f"provider-{n}")
    name = Sequence(lambda n: f"Provider {n}")
    default_country = COUNTRY


class VirtualNumberFactory(ModelFactory[VirtualNumber]):
    """A number of a new connector."""

    class Meta:
        model = VirtualNumber

    connector = SubFactory(ConnectorFactory)
    number = Sequence(lambda n: f"+9190208{n % 100_000:05d}")
    e164 = LazyAttribute(lambda row: to_e164(row.number, COUNTRY))


class AgentMappingFactory(ModelFactory[AgentMapping]):
    """An agent's id at a provider."""

    class Meta:
        model = AgentMapping

    connector = SubFactory(ConnectorFactory)
    agent = SubFactory(AgentFactory)
    provider_agent_id = Sequence(lambda n: f"{5000 + n}")


class DispositionFieldFactory(ModelFactory[DispositionField]):
    """A dropdown; ``options=["Interested", …]`` fills it, by default with Interested and Call back."""

    class Meta:
        model = DispositionField
        skip_postgeneration_save = True

    name = Sequence(lambda n: f"Disposition {n}")

    @post_generation
    def options(self: Any, create: bool, extracted: Iterable[str] | None, **_: Any) -> None:
        values = ("Interested", "Call back") if extracted is None else extracted
        for position, value in enumerate(values):
            DispositionOption.objects.create(field=self, value=value, position=position)


class RequestTemplateFactory(ModelFactory[RequestTemplate]):
    """A click-to-call template; ``purpose="disposition", field=…`` for the other. ``headers={name: value}``."""

    class Meta:
        model = RequestTemplate
        skip_postgeneration_save = True

    connector = SubFactory(ConnectorFactory)
    purpose = RequestTemplate.Purpose.CLICK_TO_CALL
    url = "https://api.provider.example/call?agent=@agentNumber"
    body_type = RequestTemplate.BodyType.JSON
    body = '{"to":"@PhoneNumberWithCountryCode"}'

    @post_generation
    def headers(self: Any, create: bool, extracted: dict[str, str] | None, **_: Any) -> None:
        for position, (name, value) in enumerate((extracted or {}).items()):
            RequestHeader.objects.create(template=self, name=name, value=value, position=position)


class CallFactory(ModelFactory[Call]):
    """An answered inbound call that nobody took."""

    class Meta:
        model = Call

    connector = SubFactory(ConnectorFactory)
    session_id = Sequence(lambda n: f"session-{n}")
    session_key = SelfAttribute("session_id")
    direction = Direction.INBOUND.value
    status = CallStatus.ANSWERED.value
    customer_number = "+919611795983"
    customer_number_e164 = LazyAttribute(lambda row: to_e164(row.customer_number, COUNTRY))
    customer_suffix = LazyAttribute(lambda row: suffix_of(row.customer_number))
    source_number = SelfAttribute("customer_number")
    source_number_e164 = LazyAttribute(lambda row: to_e164(row.source_number, COUNTRY))
    received_at = LazyFunction(timezone.now)
    happened_at = LazyAttribute(lambda row: row.started_at or row.received_at)
    started_at = None


class RecordingCopyFactory(ModelFactory[RecordingCopy]):
    """A wanted copy, due now, of a call whose connector keeps copies."""

    class Meta:
        model = RecordingCopy

    call = SubFactory(
        CallFactory, connector__keeps_recordings=True, recording_url="https://recordings.provider.example/1.mp3"
    )
    url = SelfAttribute("call.recording_url")
    next_attempt_at = LazyFunction(timezone.now)


class RecordingPlayFactory(ModelFactory[RecordingPlay]):
    """Somebody played the recording of a new call just now."""

    class Meta:
        model = RecordingPlay

    user = SubFactory(UserFactory)
    user_name = SelfAttribute("user.username")
    call = SubFactory(CallFactory)
    started_at = LazyFunction(timezone.now)
    last_at = LazyFunction(timezone.now)


class PopupFactory(ModelFactory[Popup]):
    """A ringing popup of a new call, delivered to nobody."""

    class Meta:
        model = Popup

    call = SubFactory(CallFactory, status=CallStatus.RINGING.value)


class PopupDeliveryFactory(ModelFactory[PopupDelivery]):
    """A popup on an agent's desk; takes the agent's next sequence number."""

    class Meta:
        model = PopupDelivery

    popup = SubFactory(PopupFactory)
    agent = SubFactory(AgentFactory)
    sequence = LazyAttribute(lambda row: _next_sequence(row.agent))


def _next_sequence(agent: Agent) -> int:
    stream, _ = AgentStream.objects.get_or_create(agent=agent)
    stream.last_sequence += 1
    stream.save()
    return stream.last_sequence


class OutboundRequestFactory(ModelFactory[OutboundRequest]):
    """A pending click-to-call, due now, to a number without a lead."""

    class Meta:
        model = OutboundRequest

    connector = SubFactory(ConnectorFactory)
    purpose = RequestTemplate.Purpose.CLICK_TO_CALL
    agent = SubFactory(AgentFactory)
    phone = Sequence(lambda n: f"+9196117{n % 100_000:05d}")
    phone_e164 = LazyAttribute(lambda row: to_e164(row.phone, COUNTRY))
    next_attempt_at = LazyFunction(timezone.now)


class OutboundAttemptFactory(ModelFactory[OutboundAttempt]):
    """One answered try."""

    class Meta:
        model = OutboundAttempt

    request = SubFactory(OutboundRequestFactory)
    number = Sequence(lambda n: n + 1)
    started_at = LazyFunction(timezone.now)
    method = "POST"
    url = "https://api.provider.example/call"
    response_status = 200


class JournalEntryFactory(ModelFactory[JournalEntry]):
    """A processed call log."""

    class Meta:
        model = JournalEntry

    connector = SubFactory(ConnectorFactory)
    endpoint = "call-log"
    method = "POST"
    content_type = "application/json"
    headers = {"content-type": "application/json"}
    body = b"{}"
    received_at = LazyFunction(timezone.now)
    verdict = JournalEntry.Verdict.PROCESSED
    reply_status = 200
