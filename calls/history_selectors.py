"""The call history: filters, and pages by key that stay steady while new calls come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from calls.models import Call
from calls.selectors import visible_calls
from crm.masking import sees_numbers
from crm.selectors import LEAST_DIGITS, text_search
from telephony_connector.common.phones import SUFFIX_LENGTH, digits_of, is_whole_number, suffix_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of calls; ``older`` is the cursor of the next one, empty on the last."""

    calls: list[Call]
    older: str


def filtered_calls(user: Any, filters: dict[str, Any]) -> QuerySet[Call]:
    """The calls that the user may see and that fit a valid calls.forms.HistoryFilterForm, newest first."""
    calls = visible_calls(user).select_related("lead", "agent", "connector", "virtual_number")
    for field in ("direction", "status", "connector", "agent", "disposition"):
        if filters.get(field):
            calls = calls.filter(**{field: filters[field]})
    if filters.get("since"):
        calls = calls.filter(happened_at__date__gte=filters["since"])
    if filters.get("until"):
        calls = calls.filter(happened_at__date__lte=filters["until"])
    return _containing(calls, (filters.get("q") or "").strip(), sees_numbers=sees_numbers(user))


def _containing(calls: QuerySet[Call], text: str, *, sees_numbers: bool) -> QuerySet[Call]:
    """Calls with that lead, session or number; who does not see numbers finds by a whole one only."""
    if not text:
        return calls
    wanted = text_search(text, ["lead__name"], sees_numbers=sees_numbers) | Q(session_id=text)
    typed = digits_of(text)
    digits = typed.lstrip("0")
    if not sees_numbers:
        wanted |= Q(pk__in=_calls_with_whole_number(calls, digits))
    elif len(digits) >= SUFFIX_LENGTH:
        wanted |= Q(customer_suffix=digits[-SUFFIX_LENGTH:])
    elif len(typed) >= LEAST_DIGITS:
        wanted |= Q(customer_suffix__endswith=typed)
    return calls.filter(wanted)


def _calls_with_whole_number(calls: QuerySet[Call], digits: str) -> list[int]:
    suffix = suffix_of(digits)
    numbers = calls.filter(customer_suffix=suffix) if suffix else calls.none()
    rows = numbers.order_by().values_list("pk", "customer_number_e164", "customer_number")
    return [pk for pk, e164, written in rows if is_whole_number(digits, e164 or written)]


def history_page(calls: QuerySet[Call], cursor: str) -> HistoryPage:
    """The page after the cursor; a cursor that cannot be read gives the first page."""
    position = _read_cursor(cursor)
    if position is not None:
        at, pk = position
        calls = calls.filter(Q(happened_at__lt=at) | Q(happened_at=at, pk__lt=pk))
    rows = list(calls.order_by("-happened_at", "-id")[: PAGE_SIZE + 1])
    page = rows[:PAGE_SIZE]
    return HistoryPage(calls=page, older=_cursor_of(page[-1]) if len(rows) > PAGE_SIZE else "")


def _cursor_of(call: Call) -> str:
    return f"{call.happened_at.astimezone(UTC).isoformat()}_{call.pk}"


def _read_cursor(cursor: str) -> tuple[datetime, int] | None:
    at, _, pk = cursor.replace(" ", "+").rpartition("_")
    try:
        moment, number = datetime.fromisoformat(at), int(pk)
    except ValueError:
        return None
    return (moment if timezone.is_aware(moment) else moment.replace(tzinfo=UTC)), number
