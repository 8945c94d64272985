"""The REST API's OpenAPI document, which anybody may ask for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


class OneSchemaGenerator(SchemaGenerator):
    """Makes the document once: it is the same for everybody, and costs as much time as a hundred requests."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        """The document, whoever asks."""
        return _made(public)


@lru_cache(maxsize=2)
def _made(public: bool) -> Any:
    make: Any = SchemaGenerator
    return make().get_schema(request=None, public=public)
