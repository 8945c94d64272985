"""Calls: list, read, and say how one went."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.candidates import Candidate, CandidateNamesView, CandidateSerializer, candidates_of
from calls.api.filters import AgentFilter, MomentFilter, TruthFilter
from calls.api.outbound import SentRequestSerializer
from calls.api.recordings import recording_link
from calls.api.references import (
    LeadReferenceSerializer,
    OpportunityReferenceSerializer,
    PersonSerializer,
    connector_slug,
)
from calls.errors import DispositionError
from calls.models import Call
from calls.selectors import visible_calls
from calls.services.desk import set_follow_up
from calls.services.dispositions import LONGEST_NOTES, save_disposition
from connector_config.mapping.events import CallStatus, Direction
from crm.masking import sees_numbers, shown_id
from crm.selectors import agent_of
from telephony_connector.common.masking import mask_numbers_in

STATUS_CHOICES = [(word.value, word.value) for word in CallStatus]
DIRECTION_CHOICES = [(word.value, word.value) for word in Direction]


class CallSerializer(serializers.ModelSerializer[Call]):
    """A call. Numbers stand as they were sent, each with a second field in E.164 (empty when it cannot be read)."""

    connector = connector_slug()
    lead = LeadReferenceSerializer(read_only=True, allow_null=True)
    agent = PersonSerializer(read_only=True, allow_null=True)
    opportunity = OpportunityReferenceSerializer(read_only=True, allow_null=True)
    notes = serializers.CharField(
        source="shown_notes", read_only=True, help_text="The agent's notes, else the provider's."
    )
    caller = serializers.DictField(
        child=serializers.CharField(), read_only=True, help_text="What the provider told of the caller: name, city …"
    )
    flags = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Names of what was unusual about the call."
    )
    candidates = serializers.SerializerMethodField(help_text="The leads, when several share the number.")
    disposed_by = PersonSerializer(read_only=True, allow_null=True)
    manual = serializers.BooleanField(
        source="is_manual", read_only=True, help_text="Entered by hand; no provider told of this call."
    )
    handled_by = PersonSerializer(read_only=True, allow_null=True)
    recording_url = serializers.SerializerMethodField(
        help_text="For staff the address as the provider sent it; for agents the same as `recording`."
    )
    recording = serializers.SerializerMethodField(
        help_text="Where this server plays the recording, for a token or a session; empty when there is none."
    )

    class Meta:
        model = Call
        fields = [
            "id", "connector", "session_id", "parent_session_id", "direction", "status", "raw_status",
            "source_number", "source_number_e164", "destination_number", "destination_number_e164",
            "display_number", "display_number_e164", "started_at", "answered_at", "ended_at", "duration_seconds",
            "recording_url", "recording", "lead", "agent", "opportunity", "disposition", "disposed_at", "disposed_by",
            "notes", "provider_notes", "caller", "tag", "candidates", "flags", "occurrence",
            "follow_up_at", "received_at", "manual", "handled_at", "handled_by",
        ]  # fmt: skip

    def get_recording_url(self, call: Call) -> str:
        """Providers' addresses may open to anybody who has them, and may hold customers' numbers."""
        viewer = self.context["request"].user
        return call.recording_url if viewer.is_staff and sees_numbers(viewer) else self.get_recording(call)

    def get_recording(self, call: Call) -> str:
        """The absolute address of our proxy."""
        return recording_link(call, self.context["request"])

    @extend_schema_field(CandidateSerializer(many=True))
    def get_candidates(self, call: Call) -> list[Candidate]:
        """Most likely first."""
        return candidates_of(call, self.context["candidate_names"])

    def to_representation(self, call: Call) -> Any:
        """For a masked agent without ids made of the customer's number; calls.api.masking does the rest."""
        shown = super().to_representation(call)
        viewer = self.context["request"].user
        if not sees_numbers(viewer):
            for name in ("session_id", "parent_session_id"):
                shown[name] = shown_id(shown[name], number=call.customer_number, viewer=viewer)
            if call.virtual_number_id is None:
                for name in ("display_number", "display_number_e164"):
                    shown[name] = mask_numbers_in(shown[name])
        return shown


class CallFilterSet(django_filters.FilterSet):
    """Filters of ``calls/``."""

    session_id = django_filters.CharFilter(help_text="The provider's id of the call.")
    connector = django_filters.CharFilter(field_name="connector__slug", help_text="The connector's short name.")
    lead = django_filters.UUIDFilter(field_name="lead_id", help_text="The lead's id.")
    agent = AgentFilter(field_name="agent", help_text="An agent's id or e-mail.")
    direction = django_filters.ChoiceFilter(choices=DIRECTION_CHOICES)
    status = django_filters.ChoiceFilter(choices=STATUS_CHOICES)
    manual = TruthFilter(field_name="is_manual", help_text="Whether the call was entered by hand.")
    since = MomentFilter(
        field_name="happened_at",
        lookup_expr="gte",
        help_text="Calls that started (where that is unknown: were first heard of) at this moment or later.",
    )
    until = MomentFilter(
        field_name="happened_at",
        lookup_expr="lte",
        help_text="Calls that started at this moment or earlier; a bare date holds its whole day.",
    )

    class Meta:
        model = Call
        fields = ["session_id", "connector", "lead", "agent", "direction", "status", "manual", "since", "until"]


class DispositionInputSerializer(serializers.Serializer[Any]):
    """How a call went."""

    value = serializers.CharField(max_length=120, help_text="One of the connector's `dispositions`.")
    notes = serializers.CharField(
        max_length=LONGEST_NOTES, required=False, allow_blank=True, help_text="Left alone when not sent."
    )
    follow_up_at = serializers.DateTimeField(required=False, help_text="When to call again. Left alone when not sent.")


class DisposedCallSerializer(CallSerializer):
    """The call with its disposition, and the request that tells the provider (null when none is set up)."""

    outbound = SentRequestSerializer(read_only=True, allow_null=True)

    class Meta(CallSerializer.Meta):
        fields = [*CallSerializer.Meta.fields, "outbound"]


@extend_schema_view(
    list=extend_schema(summary="List calls", tags=["calls"]),
    retrieve=extend_schema(summary="Read one call", tags=["calls"]),
)
class CallViewSet(CandidateNamesView, viewsets.ReadOnlyModelViewSet[Call]):
    """Calls, the last recorded first. Staff see all; an agent those that they took and those whose popup was theirs."""

    serializer_class = CallSerializer
    filterset_class = CallFilterSet
    queryset = Call.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[Call]:
        """Calls that the user may see, with all that a row shows."""
        return with_call_relations(visible_calls(self.request.user))

    @extend_schema(
        summary="Save a call's disposition",
        tags=["calls"],
        request=DispositionInputSerializer,
        responses=DisposedCallSerializer,
        filters=False,
    )
    @action(detail=True, methods=["post"])
    def disposition(self, request: Request, pk: Any = None) -> Response:
        """Saved here first, then sent to the provider in the background. Sending the same again changes nothing."""
        call = self.get_object()
        form = DispositionInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        chosen = dict(form.validated_data)
        follow_up_at = chosen.pop("follow_up_at", None)
        try:
            outbound = save_disposition(call=call, agent=agent_of(request.user), **chosen)
        except DispositionError as error:
            raise serializers.ValidationError({error.field or "detail": [error.message]}) from None
        if follow_up_at is not None:
            set_follow_up(call=call, at=follow_up_at)
        sent = SentRequestSerializer(outbound, context=self.get_serializer_context()).data if outbound else None
        return Response({**self.get_serializer(call).data, "outbound": sent})


def with_call_relations(calls: QuerySet[Call]) -> QuerySet[Call]:
    """The calls with all that CallSerializer shows, in one query."""
    return calls.select_related("connector", "lead", "agent", "opportunity", "disposed_by", "handled_by")
