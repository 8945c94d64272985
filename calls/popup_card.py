"""What a popup shows, gathered for its template: one card, the same in the console and on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from calls import desk_selectors
from calls.embedded_pages import EmbeddedPage, popup_page
from calls.forms import FOLLOW_UPS
from calls.models import Call, OutboundRequest, Popup, PopupDelivery
from calls.presentation import WITHHELD, Look, customer_of, direction_look, status_look, wants_name
from calls.services.dispositions import disposition_options
from calls.services.popups import owes_disposition
from connector_config.mapping.events import CallStatus
from crm.models import Agent, Lead, Opportunity
from telephony_connector.common.phones import for_display, is_withheld

MOST_OPPORTUNITIES = 20


@dataclass(frozen=True, slots=True)
class LeadChoice:
    """A lead that shares the customer's number, and why it was found."""

    lead: Lead
    reason: str


@dataclass(frozen=True, slots=True)
class PopupCard:
    """The content of a popup for one reader. ``delivery`` is None for staff who look at somebody else's popup."""

    popup: Popup
    call: Call
    delivery: PopupDelivery | None
    title: str
    number: str
    is_number_known: bool
    line: str
    line_number: str
    direction: Look
    owner: str
    choices: Sequence[LeadChoice]
    previous: Sequence[Call]
    opportunities: Sequence[Opportunity]
    options: Sequence[str]
    disposition_request: OutboundRequest | None
    external: EmbeddedPage | None
    owes_disposition: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """ringing, answered or ended: the call's, whatever this agent did with the popup."""
        return str(self.popup.state)

    @property
    def label(self) -> str:
        """The accessible name: who it is, so that a screen reader says it at once.

        A caller without a name is named by the number in both writings: scripts look for it as the provider sends it.
        """
        names = [self.title, self.number]
        if self.title == self.number:
            names.append(self.call.customer_number_e164 if self.is_number_known else "")
        return f"{self.direction.word} call, {', '.join(filter(None, dict.fromkeys(names)))}"

    @property
    def chosen(self) -> str:
        """The disposition that its field shows: what was just typed, else what is saved."""
        return self.typed.get("disposition", self.call.disposition)

    @property
    def notes(self) -> str:
        """The notes that their field shows: what was just typed, else what is kept."""
        return self.typed.get("notes", self.call.shown_notes)

    @property
    def notes_before(self) -> str:
        """The kept notes that the agent has before them, whatever they type."""
        return self.typed.get("notes_before", self.call.shown_notes)

    @property
    def follow_ups(self) -> list[tuple[str, str]]:
        """When to call again, as values and words."""
        return [(key, words) for key, (words, _) in FOLLOW_UPS.items()]

    @property
    def suggested_name(self) -> str:
        """A new lead's name: what was just typed, else what the provider calls the caller."""
        return self.typed.get("name", customer_of(self.call))

    @property
    def wants_name(self) -> bool:
        """True while the customer can be told by a number only."""
        return wants_name(self.call)

    @property
    def is_ambiguous(self) -> bool:
        """True while several leads share the number and nobody has chosen one."""
        return len(self.choices) > 1 and self.call.chosen_lead_id is None

    @property
    def other_choices(self) -> list[LeadChoice]:
        """The leads with this number beside the one shown."""
        return [choice for choice in self.choices if choice.lead.pk != self.call.lead_id]

    @property
    def is_closed(self) -> bool:
        """True when the popup has left this reader's desk."""
        return self.delivery is not None and desk_selectors.is_popup_closed(self.delivery)

    @property
    def timer_from(self) -> datetime | None:
        """From when the running clock counts: the answer, else the start, else when we first heard of the call."""
        if self.popup.state == Popup.State.ENDED:
            return None
        if self.popup.state == Popup.State.ANSWERED and self.call.answered_at:
            return self.call.answered_at
        return self.call.started_at or self.popup.created_at

    @property
    def shown_seconds(self) -> int | None:
        """What the clock shows as the page is made; the provider's own duration once the call is over."""
        if self.timer_from is None:
            return self.call.duration_seconds
        return max(0, int((timezone.now() - self.timer_from).total_seconds()))

    @property
    def state_word(self) -> str:
        """The call's state in words; once over, how it ended."""
        if self.popup.state != Popup.State.ENDED:
            return str(self.popup.get_state_display()).lower()
        status = CallStatus(self.call.status)
        plain = status in {CallStatus.ANSWERED, CallStatus.UNKNOWN} or not status.is_terminal
        return "ended" if plain else status_look(self.call.status).word.lower()


def popup_card(
    *,
    popup: Popup,
    agent: Agent | None,
    delivery: PopupDelivery | None = None,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> PopupCard:
    """Gather a popup's content. ``errors`` by field and the ``typed`` values come from a form that was refused."""
    call = popup.call
    number = shown_number(call)
    return PopupCard(
        popup=popup,
        call=call,
        delivery=delivery or desk_selectors.delivery_of(popup, agent),
        title=customer_of(call) or number,
        number=number,
        is_number_known=not is_withheld(call.customer_number),
        line=_line(call),
        line_number=for_display(call.display_number_e164 or call.display_number, call.connector.default_country),
        direction=direction_look(call.direction),
        owner=_owner(call.lead, agent),
        choices=lead_choices(call),
        previous=desk_selectors.previous_calls(call),
        opportunities=_opportunities(call),
        options=disposition_options(call.connector),
        disposition_request=desk_selectors.disposition_request(call),
        external=popup_page(call, agent),
        owes_disposition=agent is not None and owes_disposition(popup=popup, agent=agent),
        errors=errors or {},
        typed=typed or {},
    )


def shown_number(call: Call) -> str:
    """The customer's number, grouped; words instead of a number that was withheld."""
    if is_withheld(call.customer_number):
        return WITHHELD
    return for_display(call.customer_number_e164 or call.customer_number, call.connector.default_country)


def _line(call: Call) -> str:
    tag = call.virtual_number.tag if call.virtual_number else ""
    return f"{tag} line" if tag else call.connector.name


def _owner(lead: Lead | None, agent: Agent | None) -> str:
    if lead is None:
        return ""
    if lead.owner is None:
        return "no owner"
    return "owner you" if agent is not None and lead.owner_id == agent.pk else f"owner {lead.owner.name}"


def lead_choices(call: Call) -> list[LeadChoice]:
    """The leads that share the customer's number, most likely first; none when there is no choice."""
    reasons = {UUID(row["lead_id"]): str(row["reason"]) for row in call.candidates}
    leads = Lead.objects.in_bulk(list(reasons))
    return [LeadChoice(leads[pk], reason) for pk, reason in reasons.items() if pk in leads]


def _opportunities(call: Call) -> list[Opportunity]:
    """The lead's open ones, and the call's own, whatever has become of it."""
    if call.lead_id is None:
        return []
    to_choose = Q(status=Opportunity.Status.OPEN) | Q(pk=call.opportunity_id)
    return list(Opportunity.objects.filter(to_choose, lead_id=call.lead_id)[:MOST_OPPORTUNITIES])
