"""Normalise: a parsed request and a compiled mapping give call events, or every fault of the request by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from connector_config.mapping.compiled import Mapping
from connector_config.mapping.evaluation import is_true
from connector_config.mapping.events import CallEvent, EventKind, FieldError, NormalisationError, ParsedRequest
from connector_config.mapping.fields import ReadingContext
from connector_config.mapping.record_reading import RecordReader, RecordReading, Tree, bound_value
from connector_config.mapping.times import zone_of
from connector_config.mapping.values import fold_word

__all__ = ["MAX_EVENTS", "RecordReading", "normalise", "read_records", "record_trees"]

MAX_EVENTS = 1000
_NO_RULE = "no rule of the mapping fits this request"
_NOTHING_SENT = "the request holds no fields"


def normalise(*, request: ParsedRequest, mapping: Mapping, time_zone: str) -> list[CallEvent]:
    """The call events of a request; naive times are in ``time_zone`` (IANA) unless the mapping fixes a zone.

    An empty list means: understood, and not wanted (rules of kind ``ignore``). Raises NormalisationError that lists
    every bad field of every record; nothing of a request is taken unless all of it can be. Raises ValueError for a
    ``time_zone`` that is none, which is the connector's fault and not the sender's.
    """
    readings = read_records(request=request, mapping=mapping, time_zone=time_zone)
    errors: list[FieldError] = []
    for index, reading in enumerate(readings):
        place = f"[{index}]." if len(readings) > 1 else ""
        errors += [FieldError(place + error.field, error.message) for error in reading.errors]
    if errors:
        raise NormalisationError(errors)
    return [reading.event for reading in readings if reading.event is not None]


def read_records(*, request: ParsedRequest, mapping: Mapping, time_zone: str) -> list[RecordReading]:
    """As normalise, but one reading a record, faults included: for showing how a mapping works.

    Raises NormalisationError only for a request without records or with more than MAX_EVENTS.
    """
    zone = zone_of(time_zone)
    readings: list[RecordReading] = []
    for tree in record_trees(request, mapping):
        if len(readings) == MAX_EVENTS:
            raise NormalisationError([FieldError("body", f"holds more than {MAX_EVENTS} events")])
        readings.append(_read_record(tree, mapping, zone, request.flags))
    if not readings:
        raise NormalisationError([FieldError("body", _NOTHING_SENT)])
    return readings


def _read_record(tree: Tree, mapping: Mapping, zone: tzinfo, flags: frozenset[str]) -> RecordReading:
    rule = next((rule for rule in mapping.rules if rule.when is None or is_true(rule.when.evaluate(tree))), None)
    if rule is None:
        return RecordReading("", None, (FieldError("request", _NO_RULE),))
    if rule.kind == EventKind.IGNORE:
        return RecordReading(rule.name, None)
    context = ReadingContext(zone, bare_recordings=mapping.bare_recordings)
    return RecordReader(tree, rule, context, flags).read()


def record_trees(request: ParsedRequest, mapping: Mapping) -> Iterator[Tree]:
    """Each record as expressions see it: its own keys, and ``_request``, ``_envelope`` (the whole body), ``_``."""
    about = {
        "method": request.method, "endpoint": request.endpoint, "query": mapping.clean(request.query),
        "headers": request.headers,
    }  # fmt: skip
    for raw in request.bodies:
        body = mapping.clean(raw)
        if not isinstance(body, dict):
            continue
        for record in _records(body, mapping):
            tree = dict(record)
            if mapping.known_keys:
                _rename_keys(tree, mapping)
            tree["_request"] = about
            tree["_envelope"] = body
            if mapping.bindings:
                bound = tree["_"] = {}
                for name, sources in mapping.bindings.items():
                    bound[name] = bound_value(sources, tree)
            yield tree


def _records(body: Tree, mapping: Mapping) -> list[Tree]:
    """The events inside a body, or the body itself when it is not wrapped as the mapping says."""
    for expression in mapping.records:
        found = expression.evaluate(body)
        records = [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict) and item]
        if records:
            return records
    return [body]


def _rename_keys(tree: Tree, mapping: Mapping) -> None:
    """Keys in another spelling get the name that the mapping's expressions use.

    An exact key wins, then the name in another spelling, then the spellings in the order of the document.
    """
    names = mapping.known_names
    sent = {fold_word(key): key for key in reversed(tree) if key not in names}
    for spelling, name in mapping.known_keys.items():
        if spelling in sent and name not in tree:
            tree[name] = tree[sent[spelling]]
