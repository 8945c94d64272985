"""Click to call: ask the provider to ring an agent and a number."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from calls.api.outbound import SentRequestSerializer
from calls.api.references import AgentInput
from calls.dial_targets import DialTarget, Named, dial_target
from calls.errors import ClickToCallRefusedError, IdempotencyConflictError
from calls.models import OutboundRequest
from calls.services.click_to_call import request_click_to_call
from connector_config.models import Connector, VirtualNumber
from connector_config.selectors import connectors_of, number_key
from crm.masking import sees_numbers
from crm.models import Agent
from crm.selectors import agent_of, visible_leads, visible_opportunities

# The services' words for inputs that this API names otherwise.
_INPUT_NAMES = {"lead": "lead_id", "opportunity": "opportunity_id", "idempotency_key": "Idempotency-Key"}


class ConflictError(APIException):
    """What was asked for contradicts an earlier request."""

    status_code = status.HTTP_409_CONFLICT


class ClickToCallInputSerializer(serializers.Serializer[Any]):
    """Whom to call, and through what: a lead (and which of their numbers), the customer of a call, or a number."""

    connector = serializers.CharField(max_length=60, help_text="The connector's short name.")
    lead_id = serializers.UUIDField(required=False, allow_null=True, help_text="Their main number, without a phone.")
    phone_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**63 - 1, help_text="One of a lead's numbers, by id."
    )
    call_id = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**63 - 1, help_text="Call this call's customer back."
    )
    phone = serializers.CharField(
        max_length=40, required=False, allow_blank=True, allow_null=True, help_text="A number in any writing."
    )
    virtual_number = serializers.CharField(
        max_length=40, required=False, allow_blank=True, allow_null=True, help_text="The number that the customer sees."
    )
    opportunity_id = serializers.UUIDField(required=False, allow_null=True)
    agent = AgentInput(
        required=False, allow_null=True, help_text="An agent's id or e-mail; for staff who click for somebody else."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Somebody to call must be named."""
        if not any(attrs.get(name) for name in ("lead_id", "phone_id", "call_id", "phone", "opportunity_id")):
            raise serializers.ValidationError({"phone": ["Give a lead_id, phone_id, call_id or phone."]})
        return attrs


class ClickToCallView(APIView):
    """Asks a provider to ring an agent and a number; the outcome is told at the answer's ``url``."""

    @extend_schema(
        summary="Click to call",
        description="Ask the provider to ring the agent and the number. The answer comes at once; its `url` tells what "
        "became of it. The same `Idempotency-Key` never rings twice. Without one, a second click of the same agent on "
        "the same number is the first request while that is pending or sending.",
        tags=["outbound"],
        request=ClickToCallInputSerializer,
        responses={
            202: SentRequestSerializer,
            400: OpenApiResponse(OpenApiTypes.OBJECT, description="What is wrong, by field."),
            403: OpenApiResponse(OpenApiTypes.OBJECT, description="This agent may not click to call here."),
            404: OpenApiResponse(OpenApiTypes.OBJECT, description="No such connector, lead or opportunity, by field."),
            409: OpenApiResponse(OpenApiTypes.OBJECT, description="The Idempotency-Key was used for another call."),
        },
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER, description="At most 200 characters."
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """202 with the request that was made, or with the earlier one that it repeats."""
        form = ClickToCallInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        agent = _acting_agent(request.user, asked.get("agent"))
        connector = _connector(agent, asked["connector"])
        target = _target(request.user, asked)
        outbound = _requested(
            agent=agent,
            connector=connector,
            lead=target.lead,
            opportunity=_found(visible_opportunities(request.user), asked, "opportunity_id"),
            phone=target.phone,
            virtual_number=_virtual_number(connector, asked.get("virtual_number") or ""),
            idempotency_key=_idempotency_key(request, target),
        )
        answer = SentRequestSerializer(outbound, context={"request": request}).data
        return Response(answer, status=status.HTTP_202_ACCEPTED, headers={"Location": answer["url"]})


def _acting_agent(user: Any, named: Agent | None) -> Agent:
    own = agent_of(user)
    if named is not None and named != own and not user.is_staff:
        raise PermissionDenied("Only staff may click to call for somebody else.")
    agent = named or own
    if agent is None:
        raise serializers.ValidationError({"agent": ["You are no agent: name the agent who is to be rung."]})
    return agent


def _connector(agent: Agent, slug: str) -> Connector:
    connector = Connector.objects.filter(slug=slug).first()
    if connector is None:
        raise NotFound({"connector": ["No such connector."]})
    if connector.is_enabled and not connectors_of(agent).filter(pk=connector.pk).exists():
        raise PermissionDenied(f"{connector.name} is not assigned to {agent.name}'s team.")
    return connector


def _found(rows: Any, asked: dict[str, Any], name: str) -> Any:
    """The row of that id, None when no id was sent; NotFound naming the input when it is not theirs to see."""
    if not asked.get(name):
        return None
    row = rows.filter(pk=asked[name]).first()
    if row is None:
        raise NotFound({name: ["Not found."]})
    return row


def _target(user: Any, asked: dict[str, Any]) -> DialTarget:
    named = Named(
        lead=_found(visible_leads(user), asked, "lead_id"),
        call_id=asked.get("call_id"),
        phone_id=asked.get("phone_id"),
        typed=asked.get("phone") or "",
    )
    try:
        return dial_target(user, named)
    except ClickToCallRefusedError as refusal:
        raise NotFound({refusal.field: [refusal.message]}) from None


def _idempotency_key(request: Request, target: DialTarget) -> str | None:
    """The key sent; a masked agent's differs by whether they typed the number.

    Whether a key fits an earlier call would otherwise tell whether a guessed number is the lead's, without a ring.
    """
    key = (request.headers.get("Idempotency-Key") or "").strip()
    if not key or sees_numbers(request.user):
        return key or None
    return f"{key}#typed" if target.is_typed else f"{key}#chosen"


def _virtual_number(connector: Connector, number: str) -> VirtualNumber | None:
    if not number:
        return None
    wanted = number_key(number, connector.default_country)
    for candidate in connector.virtual_numbers.all():
        if number_key(candidate.number, connector.default_country) == wanted:
            return candidate
    raise serializers.ValidationError({"virtual_number": [f"This virtual number is none of {connector.name}."]})


def _requested(**click: Any) -> OutboundRequest:
    try:
        return request_click_to_call(**click)
    except IdempotencyConflictError as error:
        raise ConflictError({"Idempotency-Key": [error.message]}) from None
    except ClickToCallRefusedError as error:
        if error.field == "agent":
            raise PermissionDenied(error.message) from None
        field = _INPUT_NAMES.get(error.field, error.field) or "detail"
        raise serializers.ValidationError({field: [error.message]}) from None
