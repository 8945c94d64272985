"""Leads, which may be searched, made and changed, and their opportunities."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import ValidationError as ModelError
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.click_to_call import ConflictError
from calls.api.filters import AgentFilter
from calls.api.lead_masking import values_to_keep
from calls.api.pagination import NewestFirstPagination
from calls.api.references import AgentInput, LeadReferenceSerializer, PersonSerializer
from crm.errors import LeadChangedError
from crm.masking import sees_numbers
from crm.models import Lead, LeadPhone, Opportunity
from crm.selectors import agent_of, search_leads, visible_leads, visible_opportunities
from crm.services.leads import locked_lead, save_lead
from crm.services.phones import home_country

LEAD_COLUMNS = [
    "external_id", "name", "email", "company", "stage", "source", "origin",
    "city", "state", "country", "zip_code", "do_not_call", "custom_fields",
]  # fmt: skip


class LeadPhoneSerializer(serializers.ModelSerializer[LeadPhone]):
    """A number as it was written, and in E.164 (empty when it cannot be read); ``id`` is what a click to call names."""

    number_e164 = serializers.CharField(source="e164", read_only=True)

    class Meta:
        model = LeadPhone
        fields = ["id", "number", "number_e164"]


class LeadSerializer(serializers.ModelSerializer[Lead]):
    """A customer or prospect, as the API answers them."""

    owner = PersonSerializer(read_only=True, allow_null=True)
    phones = LeadPhoneSerializer(many=True, read_only=True)
    custom_fields = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Lead
        fields = ["id", *LEAD_COLUMNS, "owner", "phones", "created_at", "updated_at"]


class FreeFields(serializers.DictField):
    """Free fields of a lead: text by name."""

    child = serializers.CharField(max_length=2000, allow_blank=True)

    def run_child_validation(self, data: Any) -> Any:
        """Check names like values: a database cannot keep a NUL in either."""
        name = serializers.CharField(max_length=80)
        return super().run_child_validation({name.run_validation(key): value for key, value in data.items()})


class LeadInputSerializer(serializers.ModelSerializer[Lead]):
    """What may be sent for a lead. ``phones`` replaces all numbers; ``owner`` is an agent's id or e-mail."""

    owner = AgentInput(required=False, allow_null=True, help_text="An agent's id or e-mail.")
    phones = serializers.ListField(
        child=serializers.CharField(max_length=40),
        required=False,
        max_length=20,
        help_text="In any writing; the first is the main one.",
    )
    custom_fields = FreeFields(required=False)
    version = serializers.DateTimeField(
        required=False, help_text="The `updated_at` that you read: 409 when the lead has changed since."
    )

    class Meta:
        model = Lead
        fields = [*LEAD_COLUMNS, "owner", "phones", "version"]

    def validate_owner(self, owner: Any) -> Any:
        """An agent may take a lead or leave it unowned, but give it to nobody else."""
        user = self.context["request"].user
        if owner is not None and not user.is_staff and owner.user_id != user.pk:
            raise serializers.ValidationError("Only staff may give a lead to somebody else.")
        return owner


class LeadFilterSet(django_filters.FilterSet):
    """Filters of ``leads/``."""

    search = django_filters.CharFilter(
        method="search_for", max_length=200, help_text="Part of a name, company or e-mail, or a number in any writing."
    )
    owner = AgentFilter(field_name="owner", help_text="An agent's id or e-mail.")
    external_id = django_filters.CharFilter(help_text="The lead's id in another system.")

    class Meta:
        model = Lead
        fields = ["search", "owner", "external_id"]

    def search_for(self, leads: QuerySet[Lead], _name: str, value: str) -> QuerySet[Lead]:
        """Leads that the text describes."""
        return search_leads(leads, value, sees_numbers=sees_numbers(self.request.user))


@extend_schema_view(
    list=extend_schema(summary="List or search leads", tags=["leads"]),
    retrieve=extend_schema(summary="Read one lead", tags=["leads"]),
)
class LeadViewSet(viewsets.ReadOnlyModelViewSet[Lead]):
    """Leads, newest first. Staff see all; an agent their own, those without owner, and those whom they spoke with."""

    serializer_class = LeadSerializer
    filterset_class = LeadFilterSet
    pagination_class = NewestFirstPagination
    queryset = Lead.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Lead]:
        """Leads that the user may see, with all that a row shows."""
        return visible_leads(self.request.user).select_related("owner").prefetch_related("phones")

    @extend_schema(summary="Make a lead", tags=["leads"], request=LeadInputSerializer, responses={201: LeadSerializer})
    def create(self, request: Request) -> Response:
        """A lead that an agent makes without naming an owner is theirs."""
        return Response(self._save(None), status=status.HTTP_201_CREATED)

    @extend_schema(summary="Replace a lead", tags=["leads"], request=LeadInputSerializer, responses=LeadSerializer)
    def update(self, request: Request, pk: Any = None) -> Response:
        """Change what is sent; what is not sent stays."""
        return Response(self._save(self.get_object()))

    @extend_schema(summary="Change a lead", tags=["leads"], request=LeadInputSerializer, responses=LeadSerializer)
    def partial_update(self, request: Request, pk: Any = None) -> Response:
        """Change what is sent; what is not sent stays."""
        return Response(self._save(self.get_object(), is_partial=True))

    def _save(self, known: Lead | None, *, is_partial: bool = False) -> Any:
        user, context = self.request.user, self.get_serializer_context()
        form = LeadInputSerializer(known, data=self.request.data, partial=is_partial, context=context)
        form.is_valid(raise_exception=True)
        version = form.validated_data.pop("version", None)
        lead = known or Lead(owner=None if user.is_staff else agent_of(user))
        values = values_to_keep(form.validated_data, lead=lead, writer=user)
        phones = values.pop("phones", None)
        for column, value in values.items():
            setattr(lead, column, value)
        try:
            with transaction.atomic():
                if known is not None and version is not None:
                    locked_lead(lead=known, version=version)
                save_lead(lead=lead, phones=phones, country=home_country())
        except LeadChangedError as error:
            raise ConflictError({"version": [error.message]}) from None
        except ModelError as error:
            raise serializers.ValidationError(error.message_dict) from None
        return self.get_serializer(self.get_queryset().get(pk=lead.pk)).data


class OpportunitySerializer(serializers.ModelSerializer[Opportunity]):
    """A possible sale to a lead."""

    lead = LeadReferenceSerializer(read_only=True)
    owner = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Opportunity
        fields = ["id", "external_id", "lead", "name", "owner", "stage", "status", "created_at"]


class OpportunityFilterSet(django_filters.FilterSet):
    """Filters of ``opportunities/``."""

    lead = django_filters.UUIDFilter(field_name="lead_id", help_text="The lead's id.")
    owner = AgentFilter(field_name="owner", help_text="An agent's id or e-mail.")
    status = django_filters.ChoiceFilter(choices=Opportunity.Status.choices)
    external_id = django_filters.CharFilter(help_text="The opportunity's id in another system.")

    class Meta:
        model = Opportunity
        fields = ["lead", "owner", "status", "external_id"]


@extend_schema_view(
    list=extend_schema(summary="List opportunities", tags=["leads"]),
    retrieve=extend_schema(summary="Read one opportunity", tags=["leads"]),
)
class OpportunityViewSet(viewsets.ReadOnlyModelViewSet[Opportunity]):
    """Opportunities of the leads that the user may see, newest first."""

    serializer_class = OpportunitySerializer
    filterset_class = OpportunityFilterSet
    pagination_class = NewestFirstPagination
    queryset = Opportunity.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Opportunity]:
        """Opportunities that the user may see, with all that a row shows."""
        return visible_opportunities(self.request.user).select_related("lead", "owner")
