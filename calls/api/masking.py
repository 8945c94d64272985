"""The JSON that masked agents get: every text masked, but for fields that hold no customer's number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

from crm.masking import sees_numbers
from telephony_connector.common.masking import mask_numbers_in

# Everything else is masked, so that a field that is added later cannot leak. Virtual numbers are the company's own,
# session ids are masked by the serializers (crm.masking.shown_id), cursors and addresses are ours; so is recording_url
# for a masked reader.
_SHOWN_KEYS = frozenset({
    "session_id", "parent_session_id", "display_number", "display_number_e164", "next", "previous", "recording",
    "recording_url",
})  # fmt: skip
_ROW_IDS = frozenset({"id", "call"})


class NumberMaskingRenderer(JSONRenderer):
    """JSON as everybody gets it, for a masked agent with customers' numbers masked wherever they may stand.

    Errors go through here as well. A view of the company's own numbers says ``holds_customer_numbers = False``.
    """

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        """The bytes of the answer."""
        context = renderer_context or {}
        request, view = context.get("request"), context.get("view")
        user = getattr(request, "user", None)
        is_masked = user is not None and user.is_authenticated and not sees_numbers(user)
        if is_masked and getattr(view, "holds_customer_numbers", True):
            data = masked_data(data, own_address=request.build_absolute_uri("/") if request else "")
        return super().render(data, accepted_media_type, renderer_context)


def masked_data(value: Any, *, key: str = "", own_address: str = "") -> Any:
    """The data with each number in its texts masked; ``own_address`` is where our own links begin."""
    if isinstance(value, Mapping):
        return {
            mask_numbers_in(name) if isinstance(name, str) else name: masked_data(
                each, key=str(name), own_address=own_address
            )
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked_data(each, key=key, own_address=own_address) for each in value]
    if isinstance(value, bool) or key in _SHOWN_KEYS:
        return value
    if isinstance(value, int | float):
        return value if key in _ROW_IDS else _masked_figure(value)
    return _masked_text(value, own_address) if isinstance(value, str) else value


def _masked_text(text: str, own_address: str) -> str:
    """Our own host may be an address of many digits; what stands behind it is masked like any text."""
    if own_address and text.startswith(own_address):
        return own_address + mask_numbers_in(text.removeprefix(own_address))
    return mask_numbers_in(text)


def _masked_figure(figure: float) -> float | str:
    written = repr(figure)
    masked = mask_numbers_in(written)
    return figure if masked == written else masked
