"""Administration pages of leads and opportunities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminFileFieldWidget

from crm.admin.phones import PhoneInline
from crm.models import Lead, LeadPhone, Opportunity, Task
from crm.selectors import search_leads
from crm.services.lead_import import LeadImportReport, import_leads
from crm.services.lead_rows import LeadFileError, read_lead_file
from crm.services.phones import home_country
from telephony_connector.common.admin import StaffModelAdmin

if TYPE_CHECKING:
    _LeadModelForm = forms.ModelForm[Lead]
else:
    _LeadModelForm = forms.ModelForm

SHOWN_BAD_ROWS = 200


class LeadPhoneInline(PhoneInline):
    """The lead's numbers."""

    model = LeadPhone
    verbose_name_plural = "Phones"


class OpportunityInline(TabularInline):
    """The lead's opportunities."""

    model = Opportunity
    fields = ["name", "stage", "status", "owner"]
    autocomplete_fields = ["owner"]
    extra = 0


class LeadForm(_LeadModelForm):
    """A lead; an empty external id is none."""

    def clean_external_id(self) -> str | None:
        """None when empty: two leads without one are no duplicates."""
        return self.cleaned_data.get("external_id") or None


class LeadUploadForm(forms.Form):
    """A CSV file of leads."""

    file = forms.FileField(label="CSV file", widget=UnfoldAdminFileFieldWidget)


@admin.register(Lead)
class LeadAdmin(StaffModelAdmin):
    """Leads with their numbers; the search understands a number in any writing."""

    form = LeadForm
    inlines = [LeadPhoneInline, OpportunityInline]
    list_display = ["name_or_number", "main_phone", "company", "stage", "owner", "source", "created_at"]
    list_filter = ["stage", "source", "owner", "do_not_call", "created_at"]
    list_filter_submit = True
    list_select_related = ["owner"]
    search_fields = ["name"]
    search_help_text = "Name, company, e-mail, or a number in any writing"
    empty_hint = "No lead yet. Add one, import a CSV file, or wait: an unknown caller becomes one."
    show_full_result_count = False
    autocomplete_fields = ["owner"]
    actions = ["merge_two"]
    actions_list = ["upload"]
    readonly_fields = ["created_at"]
    fieldsets = [
        (None, {"fields": ["name", "company", "email", "owner", "do_not_call"]}),
        ("Where it stands", {"fields": ["stage", "source", "origin", "created_at"]}),
        ("Address", {"fields": ["city", "state", "country", "zip_code"], "classes": ["collapse"]}),
        ("More", {"fields": ["external_id", "custom_fields"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        return super().get_queryset(request).prefetch_related("phones")  # type: ignore[no-any-return]  # untyped base

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Lead], bool]:
        return (search_leads(queryset, search_term) if search_term.strip() else queryset), False

    @display(description="Name", ordering="name")
    def name_or_number(self, lead: Lead) -> str:
        """The name, or what else tells who it is."""
        return str(lead)

    @display(description="Phone")
    def main_phone(self, lead: Lead) -> str:
        """The first number."""
        return next((phone.e164 or phone.number for phone in lead.phones.all()), "–")

    @admin.action(description="Merge two leads …", permissions=["change"])
    def merge_two(self, request: HttpRequest, queryset: QuerySet[Lead]) -> HttpResponse | None:
        """To the page that compares both; the older one stays unless the reader exchanges them there."""
        leads = list(queryset.order_by("created_at", "pk")[:3])
        if len(leads) != 2:
            self.message_user(request, "Choose exactly two leads to merge.", messages.WARNING)
            return None
        # By name, because the page lies in the layer above.
        return HttpResponseRedirect(f"{reverse('lead-merge', args=[leads[0].pk])}?other={leads[1].pk}")

    def get_urls(self) -> list[URLPattern]:
        own = path("upload/", self.admin_site.admin_view(self.upload_view), name="crm_lead_upload")
        return [own, *super().get_urls()]

    @action(description="Import CSV", icon="upload", permissions=["upload"])
    def upload(self, request: HttpRequest) -> HttpResponse:
        """To the page where a file is uploaded."""
        return HttpResponseRedirect(reverse("admin:crm_lead_upload"))

    def has_upload_permission(self, request: HttpRequest) -> bool:
        """Who may add leads may import them."""
        return bool(self.has_add_permission(request))

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Upload a CSV file; what was made and which rows were bad is told on the same page."""
        if not self.has_add_permission(request):
            return HttpResponse(status=403)
        form = LeadUploadForm(request.POST or None, request.FILES or None)
        report = _imported(form) if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": "Import leads",
            "form": form,
            "report": report,
            "bad_rows": report.bad_rows[:SHOWN_BAD_ROWS] if report else [],
            "country": home_country(),
        }
        return render(request, "admin/crm/lead/upload.html", context)


def _imported(form: LeadUploadForm) -> LeadImportReport | None:
    try:
        file = read_lead_file(form.cleaned_data["file"].read())
    except LeadFileError as error:
        form.add_error("file", str(error))
        return None
    return import_leads(file=file, country=home_country())


@admin.register(Opportunity)
class OpportunityAdmin(StaffModelAdmin):
    """Opportunities of leads."""

    form = LeadForm
    list_display = ["name", "lead", "stage", "status", "owner", "created_at"]
    list_filter = ["status", "stage", "owner"]
    list_filter_submit = True
    list_select_related = ["lead", "owner"]
    search_fields = ["name", "lead__name", "external_id"]
    search_help_text = "Name, lead or external id"
    empty_hint = "No opportunity yet. One is a possible sale to a lead; calls can be about it."
    autocomplete_fields = ["lead", "owner"]
    fields = ["name", "lead", "owner", "stage", "status", "external_id"]


@admin.register(Task)
class TaskAdmin(StaffModelAdmin):
    """What agents are to do; dispositions make tasks by the connectors' rules."""

    list_display = ["title", "lead", "agent", "due_at", "done_at"]
    list_filter = ["agent", "done_at"]
    list_select_related = ["lead", "agent"]
    autocomplete_fields = ["lead", "agent"]
    search_fields = ["title", "lead__name"]
    search_help_text = "Title or lead"
    empty_hint = "No task yet. A connector's tab “Disposition” says which dispositions make one."
