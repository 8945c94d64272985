"""URL table of the agents' pages. `/agent/stream` is not here: the ASGI entry point answers it."""

from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from calls.views import dialling, pages, popups

urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.console, name="console"),
    path("console/lists/", pages.console_lists, name="console-lists"),
    path("calls/", pages.call_history, name="call-history"),
    path("leads/", pages.leads, name="leads"),
    path("leads/suggestions/", pages.lead_suggestions, name="lead-suggestions"),
    path("leads/<uuid:pk>/", pages.lead, name="lead"),
    path("popups/<int:pk>/", popups.popup_page, name="popup"),
    path("popups/<int:pk>/card/", popups.popup_fragment, name="popup-card"),
    path("popups/<int:pk>/dismiss/", popups.dismiss, name="popup-dismiss"),
    path("popups/<int:pk>/ack/", popups.acknowledge, name="popup-ack"),
    path("popups/<int:pk>/disposition/", popups.disposition, name="popup-disposition"),
    path("popups/<int:pk>/notes/", popups.notes, name="popup-notes"),
    path("popups/<int:pk>/lead/", popups.choose_lead, name="popup-lead"),
    path("popups/<int:pk>/new-lead/", popups.create_lead, name="popup-new-lead"),
    path("popups/<int:pk>/opportunity/", popups.choose_opportunity, name="popup-opportunity"),
    path("tasks/<int:pk>/done/", dialling.task_done, name="task-done"),
    path("agent/duty/", dialling.duty, name="duty"),
    path("click-to-call/", dialling.click_to_call, name="click-to-call"),
    path("outbound/<uuid:pk>/", dialling.outbound, name="outbound"),
]
