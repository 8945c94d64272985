"""A new server credential for a connector, beside which the old one still works for a while."""

from __future__ import annotations

import secrets

from django.db import transaction

from connector_config.models import Connector
from connector_config.services.saving import touch_connector


@transaction.atomic
def renew_server_credential(*, connector_id: int) -> str:
    """Make, store and return a new credential; the current one becomes the previous one, which is still accepted."""
    connector = Connector.objects.select_for_update(of=("self",)).get(pk=connector_id)
    credential = secrets.token_urlsafe(32)
    if connector.server_credential:
        connector.previous_server_credential = connector.server_credential
    connector.server_credential = credential
    connector.save(update_fields=["server_credential", "previous_server_credential", "updated_at"])
    touch_connector(connector.pk)
    return credential
