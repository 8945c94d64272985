"""Log lines for people or machines, with the credentials that stand in hook paths taken out."""

import logging
import re
from typing import Any

import structlog

# A hook's key is its credential: `/hooks/<key>/call-log`, and the last segment of the LeadSquared aliases.
_HOOK_KEY = re.compile(r"(/hooks/+)[^/\s?\"'<>]+", re.IGNORECASE)
_ALIAS_KEY = re.compile(r"(/Telephony/+[A-Za-z0-9]+/)[^\s?\"'<>]+", re.IGNORECASE)
# Single sign-on keys travel in the query of a browser's address.
_QUERY_KEY = re.compile(r"([?&](?:key|token)=)[^&\s\"'<>]+", re.IGNORECASE)


def redact_paths(text: str) -> str:
    """The text with every hook key and one-time key in an address replaced by `***`."""
    for pattern in (_HOOK_KEY, _ALIAS_KEY, _QUERY_KEY):
        text = pattern.sub(r"\1***", text)
    return text


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Renders a record and then redacts the whole line, the traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """The finished line without credentials."""
        return redact_paths(super().format(record))


def _shared_processors() -> list[structlog.types.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _renderers(output: str) -> list[structlog.types.Processor]:
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if output == "json":
        return [strip, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    return [strip, plain]


def logging_config(*, level: str, output: str) -> dict[str, Any]:
    """Django's LOGGING for one handler on stderr; `output` is `console` or `json`. Configures structlog too."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared_processors(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    quiet = ("django_structlog", "webhooks", "django.security.DisallowedHost", "celery", "uvicorn")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": RedactingFormatter,
                "foreign_pre_chain": _shared_processors(),
                "processors": _renderers(output),
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            **{name: {"level": "WARNING"} for name in quiet},
        },
    }
