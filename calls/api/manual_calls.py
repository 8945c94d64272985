"""Calls as the API offers them: beside reading and disposing, entering them by hand, and the queue of missed ones."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.calls import DIRECTION_CHOICES, CallSerializer, CallViewSet
from calls.errors import FieldRefusedError
from calls.models import Call
from calls.services.dispositions import LONGEST_NOTES
from calls.services.manual_calls import (
    LONGEST_SECONDS,
    STATUSES,
    ManualCall,
    change_manual_call,
    connectors_to_log,
    delete_manual_call,
    log_manual_call,
    may_change,
)
from calls.services.missed_calls import mark_handled, undo_handled
from connector_config.mapping.events import CallStatus, Direction
from connector_config.models import Connector
from crm.models import Lead, Opportunity
from crm.selectors import agent_of, visible_leads, visible_opportunities

_INPUT_NAMES = {"opportunity": "opportunity_id", "value": "disposition"}


class ManualCallSerializer(serializers.Serializer[Any]):
    """A call that no provider told of."""

    lead_id = serializers.UUIDField(help_text="With whom.")
    direction = serializers.ChoiceField(choices=DIRECTION_CHOICES)
    status = serializers.ChoiceField(choices=[(word.value, word.value) for word in STATUSES])
    started_at = serializers.DateTimeField(help_text="Not in the future; without an offset it is read as UTC.")
    phone = serializers.CharField(
        max_length=40,
        required=False,
        allow_blank=True,
        help_text="The customer's number; their main one when not sent.",
    )
    duration_seconds = serializers.IntegerField(min_value=0, max_value=LONGEST_SECONDS, required=False, allow_null=True)
    opportunity_id = serializers.UUIDField(required=False, allow_null=True, help_text="One of the lead's.")
    disposition = serializers.CharField(max_length=120, required=False, allow_blank=True)
    notes = serializers.CharField(max_length=LONGEST_NOTES, required=False, allow_blank=True)
    connector = serializers.SlugField(
        max_length=60, required=False, help_text="Under which it is written down; the first of yours when not sent."
    )


class HandledSerializer(serializers.Serializer[Any]):
    """Whether a missed call is settled."""

    handled = serializers.BooleanField(default=True, help_text="False puts the call back into the queue.")


class WritableCallViewSet(CallViewSet):
    """Calls, the last recorded first. Staff see all; an agent those that they took and those whose popup was theirs."""

    @extend_schema(
        summary="Enter a call by hand",
        tags=["calls"],
        request=ManualCallSerializer,
        responses={201: CallSerializer},
        filters=False,
    )
    def create(self, request: Request) -> Response:
        """A call that took place elsewhere. It is marked as `manual`, and nothing of it is sent to a provider."""
        form = ManualCallSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        entry, agent = self._entry(form.validated_data), agent_of(request.user)
        call = _taken(lambda: log_manual_call(entry=entry, agent=agent, user=cast(User, request.user)))
        return Response(self._shown(call), status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a call entered by hand",
        tags=["calls"],
        request=ManualCallSerializer,
        responses=CallSerializer,
        filters=False,
    )
    def partial_update(self, request: Request, pk: Any = None) -> Response:
        """What is not sent stays. For whoever entered the call, for a day; for staff always."""
        call = self._changeable()
        form = ManualCallSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        entry = self._entry(_as_entered(call) | form.validated_data)
        changed = _taken(lambda: change_manual_call(call=call, entry=entry, user=cast(User, request.user)))
        return Response(self._shown(changed))

    @extend_schema(summary="Delete a call entered by hand", tags=["calls"], responses={204: None}, filters=False)
    def destroy(self, request: Request, pk: Any = None) -> Response:
        """For whoever entered the call, for a day; for staff always."""
        delete_manual_call(call=self._changeable(), user=cast(User, request.user))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Mark a missed call as handled",
        tags=["calls"],
        request=HandledSerializer,
        responses=CallSerializer,
        filters=False,
    )
    @action(detail=True, methods=["post"])
    def handled(self, request: Request, pk: Any = None) -> Response:
        """Nobody needs to call back; earlier missed calls of the customer are settled with it. `false` undoes it."""
        call = self.get_object()
        form = HandledSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        if form.validated_data["handled"]:
            _taken(lambda: mark_handled(call=call, agent=agent_of(request.user)))
        else:
            undo_handled(call=call)
        return Response(self._shown(call))

    def _changeable(self) -> Call:
        call: Call = self.get_object()
        if not may_change(call=call, user=self.request.user):
            raise PermissionDenied("Only a call entered by hand can be changed: by whoever entered it, for a day.")
        return call

    def _entry(self, sent: dict[str, Any]) -> ManualCall:
        lead = _named(visible_leads(self.request.user), sent.get("lead_id"), "lead_id")
        opportunities = visible_opportunities(self.request.user)
        opportunity_id = sent.get("opportunity_id")
        main = lead.phones.first()
        return ManualCall(
            lead=lead,
            connector=self._connector(sent.get("connector")),
            direction=Direction(sent["direction"]),
            status=CallStatus(sent["status"]),
            started_at=sent["started_at"],
            customer_number=sent.get("phone") or (main.e164 or main.number if main else ""),
            duration_seconds=sent.get("duration_seconds"),
            opportunity=_named(opportunities, opportunity_id, "opportunity_id") if opportunity_id else None,
            disposition=sent.get("disposition", ""),
            notes=sent.get("notes", ""),
        )

    def _connector(self, slug: str | None) -> Connector:
        connectors = connectors_to_log(agent_of(self.request.user))
        found = next((row for row in connectors if slug in {None, row.slug}), None)
        if found is None:
            raise serializers.ValidationError({"connector": ["There is no such connector of yours."]})
        return found

    def _shown(self, call: Call) -> Any:
        return self.get_serializer(self.get_queryset().filter(pk=call.pk).first() or call).data


def _named(rows: Any, pk: Any, name: str) -> Any:
    found: Lead | Opportunity | None = rows.filter(pk=pk).first()
    if found is None:
        raise serializers.ValidationError({name: ["There is none with this id."]})
    return found


def _as_entered(call: Call) -> dict[str, Any]:
    return {
        "lead_id": call.lead_id,
        "direction": call.direction,
        "status": call.status,
        "started_at": call.happened_at,
        "phone": call.customer_number,
        "duration_seconds": call.duration_seconds,
        "opportunity_id": call.opportunity_id,
        "disposition": call.disposition,
        "notes": call.notes,
        "connector": call.connector.slug,
    }


def _taken(work: Any) -> Any:
    """What the service answers; its refusal as this API words it."""
    try:
        return work()
    except FieldRefusedError as error:
        name = _INPUT_NAMES.get(error.field, error.field) or "detail"
        raise serializers.ValidationError({name: [error.message]}) from None
