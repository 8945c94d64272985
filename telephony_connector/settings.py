"""Django settings; every deployment choice comes from the environment or `.env` (see `.env.example`)."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from kombu import Queue

from telephony_connector.admin_site import UNFOLD as UNFOLD
from telephony_connector.common.logs import logging_config
from telephony_connector.environment import BASE_DIR, Environment, celery_broker_url

env = Environment()

# --- Where we are and where state lives
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var"))).expanduser()
if not DATA_DIR.is_absolute():
    DATA_DIR = BASE_DIR / DATA_DIR
HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, minimum=1, maximum=65535)
PUBLIC_URL = env.public_url("PUBLIC_URL", f"http://127.0.0.1:{PORT}")
IS_HTTPS = PUBLIC_URL.startswith("https://")
DEBUG = env.boolean("DEBUG", default=False)
LOAD_DEMO = env.boolean("LOAD_DEMO", default=True)
DEMO_PROVIDER_PORT = env.integer("DEMO_PROVIDER_PORT", 9109, minimum=1, maximum=65535)
WEB_THREADS = env.integer("WEB_THREADS", 8, minimum=1, maximum=128)
WORKER_THREADS = env.integer("WORKER_THREADS", 4, minimum=1, maximum=128)
CLICK_THREADS = env.integer("CLICK_THREADS", 8, minimum=1, maximum=128)

# --- Secrets and who may talk to us
SECRET_KEY = env.secret("SECRET_KEY", minimum_length=32)
FIELD_ENCRYPTION_KEYS = env.fernet_keys("FIELD_ENCRYPTION_KEYS")
ALLOWED_HOSTS = list(
    dict.fromkeys([*env.hosts("ALLOWED_HOSTS"), str(urlsplit(PUBLIC_URL).hostname), "127.0.0.1", "localhost", "[::1]"])
)
CSRF_TRUSTED_ORIGINS = list(dict.fromkeys([*env.origins("CSRF_TRUSTED_ORIGINS"), PUBLIC_URL]))
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, minimum=0, maximum=10)
OUTBOUND_ALLOWED_NETWORKS = env.networks("OUTBOUND_ALLOWED_NETWORKS", with_port=True)
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
METRICS_ALLOWED_ADDRESSES = env.networks("METRICS_ALLOWED_ADDRESSES", with_port=False)

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
# Hooks accept 1 MB; the rest of a form's overhead is small. Nothing larger may be sent but to the administration.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
LARGEST_UPLOAD = 20_000_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Applications
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "telephony_connector.apps.TelephonyConnectorConfig",
    "crm.apps.CrmConfig",
    "connector_config.apps.ConnectorConfigConfig",
    "calls.apps.CallsConfig",
    "webhooks.apps.WebhooksConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "telephony_connector.common.middleware.admin_content_security_policy",
    "telephony_connector.common.middleware.utc_for_api",
    "telephony_connector.common.middleware.refuse_null_characters",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "calls.embedding.middleware.embedded_session",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "calls.reader_zone.administration_in_readers_zone",
]
# Providers' panels join URLs carelessly: the hooks' patterns take a doubled slash at their beginning on purpose.
SILENCED_SYSTEM_CHECKS = ["urls.W002"]
ROOT_URLCONF = "telephony_connector.urls"
WSGI_APPLICATION = "telephony_connector.wsgi.application"
ASGI_APPLICATION = "telephony_connector.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database, broker, mail
DATABASES = {
    "default": env.database(
        "DATABASE_URL",
        data_directory=DATA_DIR,
        pool_size=env.integer("DATABASE_POOL_SIZE", 12, minimum=2, maximum=200),
    )
}
IS_BROKER_EMBEDDED = not env.text("REDIS_URL", "")
REDIS_URL = env.redis_url("REDIS_URL", data_directory=DATA_DIR)
vars().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("DEFAULT_FROM_EMAIL", "telephony-connector@localhost")

# Counters of refusals, by process; room enough that nobody pushes another's out.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}},
}

# --- Tasks: the database is the queue, Celery the clock; a lost message is picked up by the sweep.
CELERY_BROKER_URL = celery_broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "queue_order_strategy": "priority",
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    # Publishing gives up after one try: the waiting request must not hang on a broker that is down.
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
# What somebody waits for, and the clock: consumed first, and by a worker of its own (`manage.py up`).
URGENT_QUEUE = "urgent"
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in (URGENT_QUEUE, CELERY_TASK_DEFAULT_QUEUE)]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = WORKER_THREADS
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = "UTC"
# In memory: a schedule file or row half-written by a killed process could stop the clock.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "beat-heartbeat": {
        "task": "telephony_connector.tasks.record_beat_heartbeat",
        "schedule": 10.0,
        "options": {"expires": 30, "queue": URGENT_QUEUE},
    },
    "sweep-outbound": {
        "task": "calls.tasks.sweep_outbound_requests",
        "schedule": 5.0,
        "options": {"expires": 30, "queue": URGENT_QUEUE},
    },
}

# --- Housekeeping
JOURNAL_RETENTION_DAYS = env.integer("JOURNAL_RETENTION_DAYS", 90, minimum=1, maximum=3650)
CALL_STALE_AFTER_MINUTES = env.integer("CALL_STALE_AFTER_MINUTES", 240, minimum=10, maximum=10_080)
CELERY_BEAT_SCHEDULE |= {
    "dispose-calls": {
        "task": "calls.tasks.dispose_calls_by_themselves",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "close-stale-calls": {"task": "calls.tasks.close_stale_calls", "schedule": 300.0, "options": {"expires": 300}},
    "finish-received-journal-entries": {
        "task": "webhooks.tasks.finish_received_journal_entries",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "sweep-recordings": {
        "task": "calls.tasks.sweep_recording_copies",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "thin-out-recordings": {
        "task": "calls.tasks.thin_out_recording_copies",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "purge-embedding": {"task": "calls.tasks.purge_embedding", "schedule": 3600.0, "options": {"expires": 3600}},
    "thin-out-journal": {"task": "webhooks.tasks.thin_out_journal", "schedule": 3600.0, "options": {"expires": 3600}},
}

# --- Recordings
RECORDING_STREAMS = env.integer("RECORDING_STREAMS", 4, minimum=1, maximum=128)
RECORDING_MAX_MEGABYTES = env.integer("RECORDING_MAX_MEGABYTES", 200, minimum=1, maximum=10_000)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    # Copies of recordings; a site with a settings module of its own may keep them elsewhere (docs/recordings.md).
    "recordings": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": DATA_DIR / "recordings",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}

# --- What the lower layers call by name
# `() -> float`: seconds that the oldest request due to a provider has waited.
OUTBOX_LAG_FUNCTION = "calls.metrics.outbox_lag_seconds"
# Classes with prometheus_client's `collect()`.
METRICS_COLLECTORS = ["calls.metrics.CallsCollector"]

# --- REST API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": [
        "telephony_connector.common.parsers.BoundedJSONParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["calls.api.masking.NumberMaskingRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "telephony_connector.common.pagination.IdCursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Telephony Connector",
    "VERSION": "1",
    "DEFAULT_GENERATOR_CLASS": "telephony_connector.common.schema.OneSchemaGenerator",
    # 3.0 cannot say of a referenced object that it may be null.
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "telephony_connector.common.api_document.describe_refusals",
        "telephony_connector.common.api_document.let_blanks_fit",
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/",
    "SCHEMA_PATH_PREFIX_INSERT": "",
    "DESCRIPTION": "Calls, popups, click-to-call and leads. Log in with `Authorization: Token …` or a session. "
    "Staff see everything, agents their own. Lists answer `results` and `next`.",
    "ENUM_NAME_OVERRIDES": {
        "CallStatus": "calls.api.calls.STATUS_CHOICES",
        "OutboundStatus": "calls.models.OutboundRequest.Status",
        "OpportunityStatus": "crm.models.Opportunity.Status",
        "PopupState": "calls.models.Popup.State",
        "DeliveryState": "calls.models.PopupDelivery.State",
    },
}

# --- Login
AUTHENTICATION_BACKENDS = ["telephony_connector.login.GuardedBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

# --- Language, time, static files
LANGUAGE_CODE = "en"
USE_I18N = True
FORMAT_MODULE_PATH = ["telephony_connector.formats"]
USE_TZ = True
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files come straight from the packages, so that nothing has to be collected before the first start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- Logging
LOG_LEVEL = env.choice("LOG_LEVEL", "info", ("debug", "info", "warning", "error")).upper()
LOG_FORMAT = env.choice("LOG_FORMAT", "console", ("console", "json"))
LOGGING = logging_config(level=LOG_LEVEL, output=LOG_FORMAT)
# The web server's own 4xx line is enough; two lines a request would halve the hooks' throughput.
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20

# Every name read above, for the test that keeps `.env.example` complete.
DOCUMENTED_SETTINGS = frozenset(env.names)
