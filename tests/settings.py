"""Settings for tests: fixed keys, no `.env`, SQLite unless DATABASE_URL says otherwise."""

import os
import tempfile

os.environ["ENV_FILE"] = ""
os.environ.setdefault("SECRET_KEY", "for-tests-only-" + "0" * 40)
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
os.environ.setdefault("DATA_DIR", os.path.join(tempfile.gettempdir(), f"telephony-connector-tests-{os.getuid()}"))
os.environ.setdefault("LOAD_DEMO", "false")
os.environ.setdefault("LOG_LEVEL", "warning")

from telephony_connector.settings import *  # noqa: F403
from telephony_connector.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = True

# Frozen clocks and the pool's own threads do not go together; live tests run with the pool.
DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
