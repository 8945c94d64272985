"""Leads as the API offers them: beside reading and changing, merging two into one, and undoing that."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.leads import LeadSerializer, LeadViewSet
from calls.services.lead_merging import merge_leads, undo_merge
from crm.errors import LeadMergeError
from crm.models import Lead, LeadMerge
from crm.selectors import find_lead
from crm.services.merging import CHOOSABLE_COLUMNS

_COLUMNS = {("owner" if name == "owner_id" else name): name for name in CHOOSABLE_COLUMNS}


class MergeInputSerializer(serializers.Serializer[Any]):
    """The lead that goes into this one."""

    other = serializers.UUIDField(help_text="The id of the lead that goes into this one.")
    take = serializers.ListField(
        child=serializers.ChoiceField(choices=[(name, name) for name in _COLUMNS]),
        required=False,
        max_length=len(_COLUMNS),
        help_text="Fields in which the other lead's value stays; `owner` is for staff.",
    )


class MergeUndoSerializer(serializers.Serializer[Any]):
    """A merge to take back."""

    merge = serializers.UUIDField(help_text="The `merge` that the merging answered.")


class MergedLeadSerializer(LeadSerializer):
    """The kept lead, and the merge, by whose id it can be undone for 30 days."""

    merge = serializers.UUIDField(read_only=True)

    class Meta(LeadSerializer.Meta):
        fields = [*LeadSerializer.Meta.fields, "merge"]


class MergeableLeadViewSet(LeadViewSet):
    """Leads, newest first. Staff see all; an agent their own, those without owner, and those whom they spoke with."""

    def get_object(self) -> Lead:
        """The id of a lead that was merged means the lead that it went into."""
        try:
            found: Lead = super().get_object()
        except Http404:
            kept = find_lead(str(self.kwargs["pk"]))
            visible = self.get_queryset().filter(pk=kept.pk).first() if kept else None
            if visible is None:
                raise
            return visible
        return found

    @extend_schema(
        summary="Merge another lead into this one",
        tags=["leads"],
        request=MergeInputSerializer,
        responses=MergedLeadSerializer,
        filters=False,
    )
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: Any = None) -> Response:
        """Its numbers, calls, opportunities and tasks move, and its ids mean this lead from then on."""
        kept = self.get_object()
        form = MergeInputSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        other = self.get_queryset().filter(pk=form.validated_data["other"]).first()
        if other is None:
            raise serializers.ValidationError({"other": ["There is no lead with this id."]})
        take = form.validated_data.get("take", [])
        if "owner" in take and not request.user.is_staff:
            raise serializers.ValidationError({"take": ["Only staff may give a lead to somebody else."]})
        from_former = [_COLUMNS[name] for name in take]
        try:
            made = merge_leads(kept=kept, former=other, from_former=from_former, merged_by=cast(User, request.user))
        except LeadMergeError as error:
            raise serializers.ValidationError({"other": [error.message]}) from None
        return Response({**self._shown(kept), "merge": str(made.pk)})

    @extend_schema(
        summary="Undo a merge",
        tags=["leads"],
        request=MergeUndoSerializer,
        responses=LeadSerializer,
        filters=False,
    )
    @action(detail=True, methods=["post"], url_path="undo-merge")
    def undo_merge(self, request: Request, pk: Any = None) -> Response:
        """The other lead is there again, under its old id; this one is the answer."""
        kept = self.get_object()
        form = MergeUndoSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        found = LeadMerge.objects.filter(pk=form.validated_data["merge"], kept=kept).first()
        if found is None:
            raise serializers.ValidationError({"merge": ["This lead has no such merge."]})
        try:
            undo_merge(merge=found, undone_by=cast(User, request.user))
        except LeadMergeError as error:
            raise serializers.ValidationError({"merge": [error.message]}) from None
        return Response(self._shown(kept))

    def _shown(self, lead: Lead) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=lead.pk)).data
