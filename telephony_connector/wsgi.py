"""WSGI entry point: every page, hook and API call; `/agent/stream` needs the ASGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telephony_connector.settings")

application = get_wsgi_application()
