"""What a connector gets from its preset when it is made by hand."""

from __future__ import annotations

from django.db import transaction

from connector_config.configuration_schema import ConnectorEntry
from connector_config.models import Connector, RequestTemplate
from connector_config.services.configuration.preset_defaults import with_preset_defaults
from connector_config.services.configuration.run import ImportRun
from connector_config.services.configuration.templates import import_template
from connector_config.services.saving import touch_connector


@transaction.atomic
def apply_preset(*, connector: Connector) -> None:
    """Give a new connector, disabled, its preset's request templates.

    What the preset cannot know (secrets, account ids) is left for the administrator; the verification, too, is chosen
    once its secret is known.
    """
    defaults = with_preset_defaults(ConnectorEntry(path="", slug=connector.slug, preset=connector.preset))
    run = ImportRun(is_secretless=True)
    import_template(connector, RequestTemplate.Purpose.CLICK_TO_CALL, defaults.click_to_call, run)
    import_template(connector, RequestTemplate.Purpose.DISPOSITION, defaults.disposition, run)
    touch_connector(connector.pk)
