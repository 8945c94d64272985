"""The product's URL table and the two baselines."""

from django.urls import include, path

from bench.baseline.views import BareCallView, plain_call

urlpatterns = [
    path("bench/bare", BareCallView.as_view()),
    path("bench/plain", plain_call),
    path("", include("telephony_connector.urls")),
]
