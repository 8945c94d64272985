"""The leads that share a caller's number, with their names fetched once a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict

from rest_framework import serializers
from rest_framework.generics import GenericAPIView

from calls.models import Call
from crm.models import Lead


class Candidate(TypedDict):
    """One of several leads whom a call may be with, and why it is named."""

    id: str
    name: str
    reason: str


class CandidateSerializer(serializers.Serializer[Candidate]):
    """A candidate in answers: ``{id, name, reason}``."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    reason = serializers.CharField()


def candidate_names(calls: Iterable[Call]) -> dict[str, str]:
    """Lead id → shown name of every candidate of these calls: one query, or none."""
    ids = {candidate["lead_id"] for call in calls for candidate in call.candidates}
    return {str(lead.pk): str(lead) for lead in Lead.objects.filter(pk__in=ids)} if ids else {}


def candidates_of(call: Call, names: dict[str, str]) -> list[Candidate]:
    """The call's candidates in their order; leads that are gone are left out."""
    return [
        Candidate(id=candidate["lead_id"], name=names[candidate["lead_id"]], reason=candidate.get("reason", ""))
        for candidate in call.candidates
        if candidate["lead_id"] in names
    ]


class CandidateNamesView(GenericAPIView[Any]):
    """Puts ``candidate_names`` of the page, or of the one row, into the serializer's context."""

    def get_serializer(self, rows: Any = None, *args: Any, **options: Any) -> Any:
        """The serializer of these rows; without rows, as for the OpenAPI document, there are no names."""
        serializer: Any = super().get_serializer(rows, *args, **options)
        calls = [getattr(row, "call", row) for row in (rows if options.get("many") else [rows]) if row]
        serializer.context["candidate_names"] = candidate_names(calls)
        return serializer
