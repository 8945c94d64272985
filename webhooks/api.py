"""The part of the REST API that needs the journal: the journal itself, and why a call is what it is."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from calls.api.calls import CallSerializer, with_call_relations
from calls.api.candidates import candidate_names
from calls.api.filters import MomentFilter
from calls.api.outbound import OutboundRequestSerializer, with_outbound_relations
from calls.api.popups import DeliverySerializer
from calls.api.references import connector_slug
from calls.folding import event_from_json, event_to_json, fold, heard
from calls.models import Call, OutboundRequest, PopupDelivery, StoredEvent
from calls.selectors import calls_of_thread
from webhooks.models import JournalEntry

TRACE_LIMIT = 200
"""Events and journal entries that a trace shows at most: a sender with one constant session id has thousands."""


class FieldErrorSerializer(serializers.Serializer[Any]):
    """One field of a request that was not as it must be."""

    field = serializers.CharField()
    message = serializers.CharField()


class JournalSummarySerializer(serializers.ModelSerializer[JournalEntry]):
    """A provider's request and what became of it."""

    connector = connector_slug()
    errors = FieldErrorSerializer(many=True, read_only=True)  # type: ignore[assignment]  # taken out by DRF's metaclass

    class Meta:
        model = JournalEntry
        fields = [
            "id", "connector", "endpoint", "method", "content_type", "remote_address", "received_at", "verdict",
            "session_id", "numbers", "errors", "reply_status", "duration_ms", "replayed_at",
        ]  # fmt: skip


class JournalEntrySerializer(JournalSummarySerializer):
    """The same with all that was kept of the request: allow-listed headers, query and body."""

    headers = serializers.DictField(child=serializers.CharField(), read_only=True)
    body = serializers.SerializerMethodField()

    class Meta(JournalSummarySerializer.Meta):
        fields = [*JournalSummarySerializer.Meta.fields, "query_string", "headers", "body"]

    def get_body(self, entry: JournalEntry) -> str:
        """The body as text; bytes that are no UTF-8 stand as �."""
        return bytes(entry.body).decode(errors="replace")


class JournalFilterSet(django_filters.FilterSet):
    """Filters of ``journal/``."""

    connector = django_filters.CharFilter(field_name="connector__slug", help_text="The connector's short name.")
    session_id = django_filters.CharFilter(help_text="The provider's id of the call.")
    endpoint = django_filters.CharFilter(help_text="The hook's last path segment, such as call-log.")
    verdict = django_filters.ChoiceFilter(choices=JournalEntry.Verdict.choices)
    since = MomentFilter(field_name="received_at", lookup_expr="gte", help_text="Received at this moment or later.")
    until = MomentFilter(field_name="received_at", lookup_expr="lte", help_text="Received at this moment or earlier.")

    class Meta:
        model = JournalEntry
        fields = ["connector", "session_id", "endpoint", "verdict", "since", "until"]


@extend_schema_view(
    list=extend_schema(summary="List the journal", tags=["journal"]),
    retrieve=extend_schema(summary="Read one journal entry", tags=["journal"], responses=JournalEntrySerializer),
)
class JournalViewSet(viewsets.ReadOnlyModelViewSet[JournalEntry]):
    """Every request that providers sent, newest first; for staff. One entry read by id has headers and body too."""

    permission_classes = [IsAdminUser]
    filterset_class = JournalFilterSet
    queryset = JournalEntry.objects.none()
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[JournalEntry]:
        """All entries; a list leaves their bodies in the database."""
        entries = JournalEntry.objects.select_related("connector")
        return entries.defer("body", "headers", "query_string") if self.action == "list" else entries

    def get_serializer_class(self) -> type[JournalSummarySerializer]:
        """Summaries in lists."""
        return JournalSummarySerializer if self.action == "list" else JournalEntrySerializer


class EventSerializer(serializers.ModelSerializer[StoredEvent]):
    """One event that the call is folded from. ``journal`` is the request that brought it, null once that is deleted."""

    fields_sent = serializers.DictField(source="fields", read_only=True, help_text="The normalised fields sent.")
    fields_kept = serializers.SerializerMethodField(help_text="Those of them whose value stands in the call.")
    journal = serializers.SerializerMethodField()

    class Meta:
        model = StoredEvent
        fields = [
            "id",
            "kind",
            "fields_sent",
            "fields_kept",
            "index_in_request",
            "mapping_version",
            "received_at",
            "journal",
        ]

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_fields_kept(self, event: StoredEvent) -> list[str]:
        """The others were overruled by events that rank higher."""
        facts = self.context["facts"]
        return [name for name, value in event.fields.items() if facts.get(name) == value]

    @extend_schema_field(JournalSummarySerializer(allow_null=True))
    def get_journal(self, event: StoredEvent) -> Any:
        """The journal entry, from those fetched for the whole trace."""
        entry = self.context["journal"].get(event.journal_id)
        return JournalSummarySerializer(entry).data if entry else None


class TraceSerializer(serializers.Serializer[Any]):
    """Why a call is what it is."""

    call = CallSerializer()
    linked_calls = CallSerializer(many=True, help_text="Other legs of the same thread: transfers and linked calls.")
    events = EventSerializer(many=True, help_text="What the call is folded from, oldest first.")
    journal = JournalSummarySerializer(many=True, help_text="Every request about this session, oldest first.")
    deliveries = DeliverySerializer(many=True, help_text="Who was shown the popup, and when.")
    outbound = OutboundRequestSerializer(many=True, help_text="What was sent to the provider, with every attempt.")


class CallTraceView(APIView):
    """Why a call is what it is; for staff."""

    permission_classes = [IsAdminUser]

    @extend_schema(summary="Trace a call", tags=["calls"], responses=TraceSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """The call's events with their requests' verdicts, its popup on every desk, and all that was sent for it."""
        call = get_object_or_404(with_call_relations(Call.objects.all()), pk=pk)
        linked = list(with_call_relations(calls_of_thread(call))[:TRACE_LIMIT])
        events = list(call.events.order_by("id")[:TRACE_LIMIT])
        journal = journal_of(call, events)
        trace = {
            "call": call,
            "linked_calls": linked,
            "events": events,
            "journal": journal,
            "deliveries": PopupDelivery.objects.filter(popup__call=call).select_related("agent").order_by("id"),
            "outbound": with_outbound_relations(OutboundRequest.objects.filter(call=call)).order_by("created_at"),
        }
        context = {
            "request": request,
            "candidate_names": candidate_names([call, *linked]),
            "journal": {entry.pk: entry for entry in journal},
            "facts": folded_facts(events),
        }
        return Response(TraceSerializer(trace, context=context).data)


def folded_facts(events: list[StoredEvent]) -> dict[str, Any]:
    """What the events say together, in the form in which each is stored."""
    heard_events = [heard(event_from_json(event.kind, event.fields), event.received_at) for event in events]
    return event_to_json(fold(heard_events)) if events else {}


def journal_of(call: Call, events: list[StoredEvent]) -> list[JournalEntry]:
    """The requests that brought these events, and others that named the session: rejected ones and repetitions."""
    about = Q(pk__in=[event.journal_id for event in events])
    if call.session_id:
        about |= Q(connector_id=call.connector_id, session_id=call.session_id)
    entries = JournalEntry.objects.filter(about).select_related("connector").defer("body", "headers", "query_string")
    return list(entries.order_by("id")[:TRACE_LIMIT])
