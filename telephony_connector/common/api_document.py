"""What drf-spectacular leaves out of the OpenAPI document, added once it is made."""

from typing import Any

_REFUSAL = {
    "type": "object",
    "description": "Why the request was refused: `detail`, or the messages by the name of what was sent.",
    "additionalProperties": True,
    "example": {"detail": "Not found."},
}
_BLANK = {"type": "string", "maxLength": 0}


def describe_refusals(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Give each operation the refusals that it does not describe itself."""
    result["components"]["schemas"]["Refusal"] = _REFUSAL
    for path, operations in result["paths"].items():
        for operation in operations.values():
            for status, description in _refusals(path, operation).items():
                operation["responses"].setdefault(status, _response(description))
    return result


def _refusals(path: str, operation: dict[str, Any]) -> dict[str, str]:
    refusals = {"401": "Nobody is logged in.", "403": "This is not for this user."}
    if operation.get("parameters") or operation.get("requestBody"):
        refusals["400"] = "What is wrong, by the name of what was sent."
    if "{" in path:
        refusals["404"] = "There is none, or it is not this user's to see."
    return refusals


def _response(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Refusal"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def let_blanks_fit(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Let an empty text be either kind of a field that may be blank: to JSON Schema a format is but a hint."""
    for schema in result["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            if _BLANK in field.get("oneOf", ()):
                field["anyOf"] = field.pop("oneOf")
    return result
