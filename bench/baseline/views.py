"""The two baselines: a bare DRF view and a plain Django view, each with one INSERT."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bench.baseline.models import BareCall

_SUCCESS = {"Status": "Success", "Message": "Phone Call Logged Successfully"}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _column(name: str) -> str:
    """``CallSessionId`` → ``call_session_id``; ``ResourceURL`` → ``resource_url``."""
    return _WORD.sub("_", name).lower()


class BareCallSerializer(serializers.Serializer[Any]):
    """The same sixteen fields under the names that providers send."""

    SourceNumber = serializers.CharField(max_length=40)
    DestinationNumber = serializers.CharField(max_length=40)
    DisplayNumber = serializers.CharField(max_length=40)
    StartTime = serializers.CharField(max_length=40)
    EndTime = serializers.CharField(max_length=40)
    CallDuration = serializers.IntegerField(min_value=0)
    Status = serializers.CharField(max_length=40)
    Direction = serializers.ChoiceField(choices=["Inbound", "Outbound"])
    CallSessionId = serializers.CharField(max_length=255)
    CallNotes = serializers.CharField(required=False, allow_blank=True)
    ResourceURL = serializers.URLField(required=False, allow_blank=True)
    CallerName = serializers.CharField(max_length=120, required=False, allow_blank=True)
    CallerCity = serializers.CharField(max_length=120, required=False, allow_blank=True)
    CallerState = serializers.CharField(max_length=120, required=False, allow_blank=True)
    CallerSource = serializers.CharField(max_length=50, required=False, allow_blank=True)
    Tag = serializers.CharField(max_length=80, required=False, allow_blank=True)


class BareCallView(APIView):
    """Check sixteen fields, insert one row, answer."""

    authentication_classes = ()
    permission_classes = ()
    schema = None

    def post(self, request: Request) -> Response:
        """200, or DRF's own 400."""
        form = BareCallSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        BareCall.objects.create(**{_column(name): value for name, value in form.validated_data.items()})
        return Response(_SUCCESS)


@csrf_exempt
def plain_call(request: HttpRequest) -> JsonResponse:
    """Insert one row, unchecked."""
    body = json.loads(request.body)
    BareCall.objects.create(**{_column(name): value for name, value in body.items()})
    return JsonResponse(_SUCCESS)
