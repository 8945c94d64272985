"""URL table of the REST API; what needs the journal is in webhooks.api_urls."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from calls.api.click_to_call import ClickToCallView
from calls.api.connectors import ConnectorViewSet
from calls.api.lead_merging import MergeableLeadViewSet
from calls.api.leads import OpportunityViewSet
from calls.api.manual_calls import WritableCallViewSet
from calls.api.outbound import OutboundViewSet
from calls.api.people import AgentViewSet
from calls.api.popups import PopupViewSet
from calls.api.recordings import CallRecordingView

router = SimpleRouter(use_regex_path=False)
router.register("calls", WritableCallViewSet, basename="api-call")
router.register("popups", PopupViewSet, basename="api-popup")
router.register("outbound", OutboundViewSet, basename="api-outbound")
router.register("leads", MergeableLeadViewSet, basename="api-lead")
router.register("opportunities", OpportunityViewSet, basename="api-opportunity")
router.register("agents", AgentViewSet, basename="api-agent")
router.register("connectors", ConnectorViewSet, basename="api-connector")

urlpatterns = [
    path("click-to-call/", ClickToCallView.as_view(), name="api-click-to-call"),
    path("calls/<int:pk>/recording/", CallRecordingView.as_view(), name="api-call-recording"),
    path("", include(router.urls)),
]
