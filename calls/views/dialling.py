"""Click to call from the agents' pages, its outcome, and the agent's on-duty switch."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from calls.dial_targets import Named, dial_target
from calls.embedding.middleware import embedded_session_of
from calls.errors import ClickToCallRefusedError
from calls.forms import ClickToCallForm
from calls.models import OutboundRequest
from calls.selectors import visible_outbound_requests
from calls.services import desk
from calls.services.calling_rules import hindrances
from calls.services.click_to_call import connectors_for, request_click_to_call
from calls.views.frame import back_to, dialling_of, is_fragment, render_page, signed_in
from connector_config.models import Connector, VirtualNumber
from crm.masking import shown_text
from crm.models import Agent, Task
from crm.selectors import agent_of, visible_leads, visible_opportunities
from crm.services.tasks import finish_task


@signed_in
@require_POST
def click_to_call(request: HttpRequest) -> HttpResponse:
    """Ask the provider for a call; answers with how the request stands, which the page then follows."""
    try:
        outbound = _requested(request)
    except ClickToCallRefusedError as refusal:
        return _refused(request, shown_text(refusal.message, viewer=request.user))
    if is_fragment(request):
        return render(request, "partials/outbound.html", {"outbound": outbound})
    return back_to(request, reverse("outbound", args=[outbound.pk]))


def _requested(request: HttpRequest) -> OutboundRequest:
    """Read the form and ask for the call; raises ClickToCallRefusedError with words for the agent."""
    agent, form = agent_of(request.user), ClickToCallForm(request.POST)
    if agent is None:
        raise ClickToCallRefusedError("Only agents can call.")
    if not form.is_valid():
        raise ClickToCallRefusedError("This is no telephone number.", "phone")
    wanted = form.cleaned_data
    leads, opportunities = visible_leads(request.user), visible_opportunities(request.user)
    lead = leads.filter(pk=wanted["lead"]).first() if wanted["lead"] else None
    named = Named(
        lead=lead,
        call_id=wanted["call_id"],
        phone_id=wanted["phone_id"],
        repeats=wanted["repeats"],
        typed=wanted["phone"],
    )
    target = dial_target(request.user, named)
    if target.lead is None and not target.phone:
        raise ClickToCallRefusedError("Type the number to call.", "phone")
    chosen = opportunities.filter(pk=wanted["opportunity"]).first() if wanted["opportunity"] else None
    connector, number = _through(agent, wanted["connector"], wanted["virtual_number"], usual=target.connector_id)
    return request_click_to_call(
        agent=agent,
        connector=connector,
        lead=target.lead,
        phone=target.phone,
        virtual_number=number,
        opportunity=chosen,
    )


def _through(
    agent: Agent, slug: str, number_id: int | None, *, usual: int | None
) -> tuple[Connector, VirtualNumber | None]:
    """The connector and number chosen; without a choice the usual connector, else the first that may be used now."""
    connectors = connectors_for(agent)
    if number_id is not None:
        numbers = VirtualNumber.objects.filter(connector__in=connectors).select_related("connector")
        number = numbers.filter(pk=number_id).first()
        if number is None:
            raise ClickToCallRefusedError("This virtual number is not yours to call with.", "virtual_number")
        return number.connector, number
    connectors = [row for row in connectors if slug in {"", row.slug}]
    if not connectors:
        raise ClickToCallRefusedError("Click to call is not set up for you yet.", "connector")
    hindered = hindrances(agent=agent, connectors=connectors) if len(connectors) > 1 else {}
    return min(connectors, key=lambda row: (row.pk in hindered, row.pk != usual)), None


def _refused(request: HttpRequest, message: str) -> HttpResponse:
    if is_fragment(request):
        return render(request, "partials/refused.html", {"message": message}, status=422)
    messages.error(request, message)
    return back_to(request, reverse("console"))


@signed_in
@never_cache
@require_safe
def outbound(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How a request stands: a fragment for the script, a page for a plain form."""
    rows = visible_outbound_requests(request.user).select_related("connector", "lead", "agent", "call__popup")
    context = {"outbound": get_object_or_404(rows, pk=pk)}
    if is_fragment(request):
        return render(request, "partials/outbound.html", context)
    return render_page(request, "calls/outbound.html", context)


@signed_in
@require_POST
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick off one of the agent's own tasks."""
    finish_task(task=get_object_or_404(Task, pk=pk, agent__user_id=request.user.pk))
    return HttpResponse() if is_fragment(request) else back_to(request, reverse("console"))


@signed_in
@require_POST
def duty(request: HttpRequest) -> HttpResponse:
    """Go on duty or off; a frame in another program, which no reload survives, gets its switch and dial box anew."""
    agent = get_object_or_404(Agent, user_id=request.user.pk)
    desk.set_duty(agent=agent, is_on_duty=request.POST.get("is_on_duty") == "true")
    if is_fragment(request):
        context = {"agent": agent, "dialling": dialling_of(agent), "embedded": embedded_session_of(request)}
        answer = render(request, "embed/duty.html", context)
        answer.headers["HX-Trigger"] = "duty-changed"
        return answer
    return back_to(request, reverse("console"))
