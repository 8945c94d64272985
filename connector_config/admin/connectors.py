"""Administration page of connectors: one page, with tabs in the order of the work."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.decorators import action, display

from connector_config.admin.credentials import server_credential
from connector_config.admin.inlines import AgentMappingInline, ClickToCallInline, DispositionInline, VirtualNumberInline
from connector_config.admin.tabs import TABS, build_tabs
from connector_config.admin.trying import trying
from connector_config.forms import FullConnectorForm, NewConnectorForm, setting_conditions, setting_field_names
from connector_config.models import Connector
from connector_config.outgoing.catalogue import merge_fields
from connector_config.presets import UnknownPresetError, load_preset
from connector_config.recording_form import recording_conditions, recording_field_names
from connector_config.services.cloning import clone_connector
from connector_config.services.configuration.new_connector import apply_preset
from connector_config.services.saving import touch_connector
from crm.free_fields import recent_free_fields
from telephony_connector.common.admin import StaffModelAdmin, post_only
from telephony_connector.common.deletion import CountingDeletion

_NOT_FOR_READERS = frozenset({
    "hook_key", "server_credential", "previous_server_credential", "show_advanced", *setting_field_names(),
    *recording_field_names(),
})  # fmt: skip
"""Whoever may not change the connector sees its fields as texts: none of these then."""


@admin.register(Connector)
class ConnectorAdmin(CountingDeletion, StaffModelAdmin):
    """Making a connector asks for the provider only; its page then has everything else, filled in from the preset."""

    form = FullConnectorForm
    list_display = ["name", "slug", "preset_title", "state", "numbers", "click_to_call"]
    list_filter = ["is_enabled", "preset", "teams"]
    search_fields = ["name", "slug"]
    search_help_text = "Name"
    empty_hint = "No connector yet. Add one for your provider: its page then shows the URLs to give to the provider."
    autocomplete_fields = ["owner", "teams"]
    prepopulated_fields = {"slug": ["name"]}
    change_form_template = "admin/connector_config/connector/change_form.html"
    actions = ["clone_selected"]
    actions_detail = ["clone"]
    inlines = [VirtualNumberInline, ClickToCallInline, DispositionInline, AgentMappingInline]
    conditional_fields = {
        **setting_conditions(),
        **recording_conditions(),
        "auto_disposition": "auto_dispose_minutes > 0",
        "show_advanced": "verification_scheme != 'none'",
        "call_route_body": "call_route_reply == 'template'",
        "call_route_content_type": "call_route_reply == 'template'",
        "call_route_number_format": "call_route_reply != 'json'",
    }

    class Media:
        css = {"all": ["admin-extra/admin.css"]}
        js = [
            "admin-extra/connector.js", "admin-extra/authentication.js", "admin-extra/merge-fields.js",
            "admin-extra/places.js",
        ]  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(server_credential)
        own = path("<int:connector_id>/server-credential/", view, name="connector_server_credential")
        return [own, *super().get_urls()]

    def get_form(self, request: HttpRequest, obj: Connector | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewConnectorForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Connector | None = None) -> list[Any]:
        if obj is None:
            return [(None, {"fields": NewConnectorForm.Meta.fields})]
        hidden = () if self.has_change_permission(request, obj) else _NOT_FOR_READERS
        fields = {tab.title: [name for name in tab.fields if name not in hidden] for tab in TABS}
        return [(title, {"fields": names}) for title, names in fields.items() if names]

    def get_inlines(self, request: HttpRequest, obj: Connector | None) -> list[Any]:
        return self.inlines if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Connector | None = None) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connector]:
        found: QuerySet[Connector] = super().get_queryset(request)
        return found.prefetch_related("virtual_numbers", "request_templates")

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        connector = context.get("original")
        if connector is not None:
            # The key in a hook URL is a credential: only those see it who may change it.
            shows_urls = self.has_change_permission(request, connector)
            context["tabs"] = build_tabs(
                connector, context["adminform"], context["inline_admin_formsets"], shows_urls=shows_urls
            )
            context["preset_info"] = _preset_of(connector)
            context["trying"] = trying(connector, context["tabs"])
            script = f'src="{settings.PUBLIC_URL}/connector.js" data-connector="{connector.slug}"'
            context["script_line"] = f"<script {script} async></script>"
            context["merge_fields"] = [asdict(one) for one in merge_fields(recent_free_fields())]
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def get_exclude(self, request: HttpRequest, obj: Connector | None = None) -> list[str]:
        return []

    def save_model(self, request: HttpRequest, obj: Connector, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            apply_preset(connector=obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        touch_connector(form.instance.pk)

    def response_add(self, request: HttpRequest, obj: Connector, post_url_continue: str | None = None) -> HttpResponse:
        """On to the tabs: a connector that only has a name does nothing yet."""
        if "_popup" in request.POST:
            return super().response_add(request, obj, post_url_continue)  # type: ignore[no-any-return]  # untyped base
        messages.success(request, f"{obj.name} was made. Go through the tabs from left to right.")
        return HttpResponseRedirect(reverse("admin:connector_config_connector_change", args=[obj.pk]))

    @display(description="Preset")
    def preset_title(self, connector: Connector) -> str:
        """What the preset is called."""
        preset = _preset_of(connector)
        return preset.title if preset else connector.preset

    @display(description="State", label={"Enabled": "success", "Disabled": "danger"}, ordering="is_enabled")
    def state(self, connector: Connector) -> str:
        """Whether it answers its provider."""
        return "Enabled" if connector.is_enabled else "Disabled"

    @display(description="Virtual numbers")
    def numbers(self, connector: Connector) -> str:
        """The first few of its numbers."""
        written = [number.number for number in connector.virtual_numbers.all()]
        more = f" and {len(written) - 2} more" if len(written) > 2 else ""
        return ", ".join(written[:2]) + more or "–"

    @display(description="Click to call", boolean=True)
    def click_to_call(self, connector: Connector) -> bool:
        """Whether agents may call through it."""
        return any(row.purpose == "click_to_call" and row.is_enabled for row in connector.request_templates.all())

    @action(description="Clone", icon="content_copy", permissions=["clone"], attrs={"data-post": True})
    @post_only
    def clone(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make a disabled copy and go to its page."""
        clone = clone_connector(connector=Connector.objects.get(pk=object_id))
        messages.success(request, f"{clone.name} has a hook key of its own and is disabled until you enable it.")
        return HttpResponseRedirect(reverse("admin:connector_config_connector_change", args=[clone.pk]))

    def has_clone_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may add connectors may clone them."""
        return bool(self.has_add_permission(request))

    @admin.action(description="Clone selected connectors", permissions=["add"])
    def clone_selected(self, request: HttpRequest, queryset: QuerySet[Connector]) -> None:
        """Make a disabled copy of each."""
        names = [clone_connector(connector=connector).name for connector in queryset]
        self.message_user(request, f"Cloned: {', '.join(names)}. The copies are disabled until you enable them.")


def _preset_of(connector: Connector) -> Any:
    try:
        return load_preset(connector.preset)
    except UnknownPresetError:
        return None
