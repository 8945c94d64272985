"""Saving a connector's mapping, and taking a change back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction

from connector_config.mapping.difference import difference
from connector_config.mapping.document import merge_mapping, parse_mapping
from connector_config.models import Connector, MappingVersion
from connector_config.presets import load_preset
from connector_config.services.saving import touch_connector

KEPT_VERSIONS = 20
"""Earlier documents that a connector keeps."""


class MappingChangedError(Exception):
    """Somebody else has saved the mapping since it was read; nothing was saved."""


def mapping_stamp(document: Mapping[str, object]) -> str:
    """A short text that differs when a stored document does: tells whether somebody else has saved meanwhile."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]


@transaction.atomic
def save_mapping(*, connector: Connector, edited: Mapping[str, object], user: User, stamp: str) -> Connector:
    """Store of the ``edited`` document what differs from the connector's preset; the former one is kept.

    ``stamp`` is the mapping_stamp of the stored document that the edit began with. Returns the connector as stored.
    Raises InvalidMappingError, UnknownPresetError, or MappingChangedError.
    """
    preset = load_preset(connector.preset)
    document = difference(preset.mapping, edited)
    parse_mapping(merge_mapping(preset.mapping, document))
    return _store(connector, document, user, stamp)


@transaction.atomic
def restore_mapping(*, version: MappingVersion, user: User, stamp: str) -> Connector:
    """Bring an earlier document back; what stood until now becomes an earlier one in its turn.

    Raises InvalidMappingError where the preset has changed so much that the document fits no more, or
    MappingChangedError.
    """
    connector = version.connector
    parse_mapping(merge_mapping(load_preset(connector.preset).mapping, version.mapping))
    return _store(connector, version.mapping, user, stamp)


def _store(connector: Connector, document: dict[str, object], user: User, stamp: str) -> Connector:
    row = Connector.objects.select_for_update().get(pk=connector.pk)
    if mapping_stamp(row.mapping) != stamp:
        raise MappingChangedError
    if row.mapping != document:
        MappingVersion.objects.create(connector=row, mapping=row.mapping, replaced_by=user)
        row.mapping = document
        row.save(update_fields=["mapping", "updated_at"])
        touch_connector(row.pk)
        _forget_oldest(row)
    row.refresh_from_db()
    return row


def _forget_oldest(connector: Connector) -> None:
    kept = connector.mapping_versions.values_list("pk", flat=True)[:KEPT_VERSIONS]
    connector.mapping_versions.exclude(pk__in=list(kept)).delete()
