"""WSGI entry point: every page, hook and API call; `/agent/stream` needs the ASGI entry point."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from telephony_connector.common.wsgi_door import careful

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telephony_connector.settings")

application = careful(get_wsgi_application(), longest_chunked_body=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
