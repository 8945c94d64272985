"""Administration pages of agents, teams and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminPasswordToggleWidget, UnfoldBooleanSwitchWidget

from crm.admin.phones import PhoneInline
from crm.models import Agent, AgentGroup, AgentPhone, Team
from crm.services.people import Account, is_account_free, save_agent
from telephony_connector.common.admin import StaffModelAdmin
from telephony_connector.common.deletion import CountingDeletion
from telephony_connector.common.phones import SUFFIX_LENGTH, digits_of

if TYPE_CHECKING:
    _AgentModelForm = forms.ModelForm[Agent]
else:
    _AgentModelForm = forms.ModelForm


class AgentForm(_AgentModelForm):
    """An agent together with the user as whom they log in."""

    new_password = forms.CharField(
        label="New password",
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordToggleWidget(attrs={"autocomplete": "new-password"}),
        help_text="Blank leaves it as it is. Without a password the agent cannot log in.",
    )
    is_active = forms.BooleanField(
        label="May log in", required=False, initial=True, widget=UnfoldBooleanSwitchWidget,
        help_text="Switch it off for somebody who has left; their calls stay.",
    )  # fmt: skip
    is_supervisor = forms.BooleanField(
        label="Supervisor", required=False, widget=UnfoldBooleanSwitchWidget,
        help_text="Sees the calls and leads of everybody, here and in the console.",
    )  # fmt: skip
    is_administrator = forms.BooleanField(
        label="Administrator", required=False, widget=UnfoldBooleanSwitchWidget,
        help_text="May change everything on these pages.",
    )  # fmt: skip

    class Meta:
        model = Agent
        fields = [
            "name", "email", "team", "groups", "role", "is_on_duty", "can_click_to_call", "receives_popups",
            "sees_full_numbers",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            user = self.instance.user
            self.initial["is_active"] = user.is_active
            self.initial["is_supervisor"] = user.is_staff
            self.initial["is_administrator"] = user.is_superuser

    def clean_email(self) -> str:
        """In lower case; nobody else's."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if not is_account_free(email, self.instance if self.instance.pk else None):
            raise forms.ValidationError("Another agent logs in by this e-mail.")
        if len(email) > 150:
            raise forms.ValidationError("An e-mail by which somebody logs in has at most 150 characters.")
        return email

    def clean_new_password(self) -> str:
        """Long enough and not too common, if given."""
        password = str(self.cleaned_data.get("new_password") or "")
        if password:
            validate_password(password)
        return password

    def account(self) -> Account:
        """What is to change in the user."""
        cleaned = self.cleaned_data
        return Account(
            password=cleaned.get("new_password") or None,
            is_active=cleaned.get("is_active"),
            is_staff=bool(cleaned.get("is_supervisor") or cleaned.get("is_administrator")),
            is_administrator=cleaned.get("is_administrator"),
        )


class AgentPhoneInline(PhoneInline):
    """The agent's numbers."""

    model = AgentPhone
    verbose_name_plural = "Phones"


@admin.register(Agent)
class AgentAdmin(CountingDeletion, StaffModelAdmin):
    """Agents: user, numbers and what they may do, on one page."""

    form = AgentForm
    inlines = [AgentPhoneInline]
    list_display = ["name", "email", "main_phone", "team", "duty", "last_login"]
    list_filter = [
        "team", "groups", "is_on_duty", "can_click_to_call", "receives_popups", "sees_full_numbers", "user__is_active",
    ]  # fmt: skip
    list_filter_submit = True
    list_select_related = ["team", "user"]
    search_fields = ["name", "email"]
    search_help_text = "Name, e-mail, or a number in any writing"
    empty_hint = "No agent yet. Add everybody who takes or makes calls; they log in with their e-mail."
    filter_horizontal: list[str] = []
    autocomplete_fields = ["team", "groups"]
    actions = ["set_on_duty", "set_off_duty"]
    fieldsets = [
        (None, {"fields": ["name", "email", "team", "groups", "role"]}),
        ("Log-in", {"fields": ["new_password", "is_active", "is_supervisor", "is_administrator"]}),
        ("Calls", {"fields": ["is_on_duty", "can_click_to_call", "receives_popups", "sees_full_numbers"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        return super().get_queryset(request).prefetch_related("phones")  # type: ignore[no-any-return]  # untyped base

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Agent], bool]:
        found, has_duplicates = super().get_search_results(request, queryset, search_term)
        digits = digits_of(search_term)
        if len(digits) >= SUFFIX_LENGTH:
            found |= queryset.filter(phones__national_suffix=digits[-SUFFIX_LENGTH:])
            has_duplicates = True
        return found, has_duplicates

    def save_model(self, request: HttpRequest, obj: Agent, form: AgentForm, change: bool) -> None:
        save_agent(agent=obj, account=form.account())

    @display(description="Phone")
    def main_phone(self, agent: Agent) -> str:
        """The first number."""
        return next((phone.e164 or phone.number for phone in agent.phones.all()), "–")

    @display(description="Duty", label={"On duty": "success", "Off duty": "warning"})
    def duty(self, agent: Agent) -> str:
        """Whether calls are routed to them."""
        return "On duty" if agent.is_on_duty else "Off duty"

    @display(description="Last log-in", ordering="user__last_login")
    def last_login(self, agent: Agent) -> Any:
        """When they last logged in."""
        return agent.user.last_login or "never"

    @action(description="Set on duty")
    def set_on_duty(self, request: HttpRequest, queryset: QuerySet[Agent]) -> None:
        """Calls are routed to them again."""
        self.message_user(request, f"{queryset.update(is_on_duty=True)} agents are on duty now.")

    @action(description="Set off duty")
    def set_off_duty(self, request: HttpRequest, queryset: QuerySet[Agent]) -> None:
        """No calls are routed to them."""
        self.message_user(request, f"{queryset.update(is_on_duty=False)} agents are off duty now.")

    def delete_model(self, request: HttpRequest, obj: Agent) -> None:
        # The user goes too, or the e-mail could log in as nobody.
        obj.user.delete()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Agent]) -> None:
        for agent in queryset.select_related("user"):
            agent.user.delete()


class _NamedAdmin(StaffModelAdmin):
    list_display = ["name", "member_count"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(members=Count("agents"))  # type: ignore[no-any-return]  # untyped base

    @display(description="Agents", ordering="members")
    def member_count(self, row: Any) -> int:
        """How many agents belong to it."""
        return int(row.members)


@admin.register(Team)
class TeamAdmin(_NamedAdmin):
    """Teams; connectors are assigned to them."""


@admin.register(AgentGroup)
class AgentGroupAdmin(_NamedAdmin):
    """Groups, which cross teams."""
