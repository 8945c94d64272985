"""An agent's page with their ids at the providers, which the layer below does not know."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from connector_config.models import AgentMapping
from connector_config.services.saving import touch_connectors, touch_connectors_of_agent
from crm.admin.people import AgentAdmin, AgentPhoneInline
from crm.models import Agent

admin.site.unregister(Agent)


class ProviderIdInline(TabularInline):
    """What the providers call this agent."""

    model = AgentMapping
    fields = ["connector", "provider_agent_id"]
    hide_title = True
    extra = 0
    verbose_name = "id at a provider"
    verbose_name_plural = "Ids at providers"


@admin.register(Agent)
class AgentWithIdsAdmin(AgentAdmin):
    """Agents, with their ids at providers."""

    inlines = [AgentPhoneInline, ProviderIdInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = list(form.instance.provider_ids.values_list("connector_id", flat=True))
        super().save_related(request, form, formsets, change)
        touch_connectors(before)
        touch_connectors_of_agent(form.instance)

    def delete_model(self, request: HttpRequest, obj: Agent) -> None:
        touch_connectors_of_agent(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for agent in queryset:
            touch_connectors_of_agent(agent)
        super().delete_queryset(request, queryset)
