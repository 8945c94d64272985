"""URL table of the agents' pages. `/agent/stream` is not here: the ASGI entry point answers it."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from calls.views import calls, dialling, leads, manual_calls, merging, opportunities, pages, popups, recordings

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("calls.embedding.urls")),
    path("", pages.console, name="console"),
    path("console/lists/", pages.console_lists, name="console-lists"),
    path("calls/", pages.call_history, name="call-history"),
    path("calls/<int:pk>/recording/", recordings.recording, name="call-recording"),
    path("leads/", pages.leads, name="leads"),
    path("leads/suggestions/", pages.lead_suggestions, name="lead-suggestions"),
    path("calls/<int:pk>/", calls.call, name="call"),
    path("calls/<int:pk>/outcome/", calls.outcome, name="call-outcome"),
    path("calls/<int:pk>/lead/", calls.choose_lead, name="call-lead"),
    path("calls/<int:pk>/new-lead/", calls.create_lead, name="call-new-lead"),
    path("calls/<int:pk>/opportunity/", calls.choose_opportunity, name="call-opportunity"),
    path("calls/<int:pk>/handled/", calls.handled, name="call-handled"),
    path("calls/<int:pk>/edit/", manual_calls.edit, name="manual-call-edit"),
    path("calls/<int:pk>/delete/", manual_calls.delete, name="manual-call-delete"),
    path("leads/new/", leads.new, name="lead-new"),
    path("leads/<uuid:pk>/", leads.lead, name="lead"),
    path("leads/<uuid:pk>/edit/", leads.edit, name="lead-edit"),
    path("leads/<uuid:pk>/merge/", merging.merge, name="lead-merge"),
    path("leads/<uuid:pk>/calls/new/", manual_calls.new, name="manual-call"),
    path("leads/<uuid:pk>/opportunities/new/", opportunities.new, name="opportunity-new"),
    path("merges/<uuid:pk>/undo/", merging.undo, name="merge-undo"),
    path("opportunities/<uuid:pk>/", opportunities.opportunity, name="opportunity"),
    path("opportunities/<uuid:pk>/edit/", opportunities.edit, name="opportunity-edit"),
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
