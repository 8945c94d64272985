"""The project's own application: commands, the heartbeat task and system checks."""

from django.apps import AppConfig


class TelephonyConnectorConfig(AppConfig):
    """Makes `manage.py up`, the common models' bases and the checks known to Django."""

    name = "telephony_connector"
    label = "common"
    verbose_name = "Telephony connector"

    def ready(self) -> None:
        """Register the system checks."""
        from telephony_connector.common import checks  # noqa: F401
