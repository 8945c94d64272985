"""Cursor pagination of the REST API: steady under inserts, and cheap on long tables."""

from typing import Any

from django.core.exceptions import ValidationError as FormError
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response


class IdCursorPagination(CursorPagination):
    """`{"results": […], "next": url or null}`, newest first; `?page_size=` up to 200, `?cursor=` from `next`.

    A cursor or page size that is none is answered 400 under its own name.
    """

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering: Any = "-id"

    def get_page_size(self, request: Request) -> int | None:
        """The size asked for, at most `max_page_size`."""
        asked = request.query_params.get("page_size") or "1"
        if not (asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked)):
            raise ValidationError({"page_size": ["Give a whole number from 1 to 200."]})
        return super().get_page_size(request)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """The page; a cursor that decodes to no position in this table is the asker's fault."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, FormError, ValueError):
            raise ValidationError({"cursor": ["Take the cursor from `next` as it is."]}) from None

    def get_paginated_response(self, data: Any) -> Response:
        """The page and the address of the following one."""
        return Response({"results": data, "next": self.get_next_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same shape for the OpenAPI document."""
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": {"type": ["string", "null"], "format": "uri"}},
        }
