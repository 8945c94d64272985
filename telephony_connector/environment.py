"""Reads settings from the environment and `.env`, and turns a bad one into one clear sentence."""

import base64
import hashlib
import ipaddress
import os
import re
import tempfile
import warnings
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any, Never
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

# A unix socket's address holds 108 bytes on Linux and 104 on macOS, its closing zero included.
MAXIMUM_SOCKET_PATH_BYTES = 100

# `*` alone is every host; an IPv6 address stands in brackets, as in a Host header.
_HOST = re.compile(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9a-fA-F:.]+\]")
_ORIGIN = re.compile(r"https?://[^/?#@\s]+")

POSTGRESQL_ENGINE = "django.db.backends.postgresql"
SQLITE_ENGINE = "django.db.backends.sqlite3"


def stop(sentence: str) -> Never:
    """End the process with status 1 and this one sentence on stderr, without a traceback."""
    raise SystemExit(f"Cannot start: {sentence}")


class Environment:
    """The process environment over the lines of `.env`; each method stops the start on a malformed value."""

    def __init__(self) -> None:
        """Load the file named by ENV_FILE (default: `.env` beside manage.py, empty: none); the environment wins."""
        file = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
        if file and Path(file).is_file():
            environ.Env.read_env(file)
        self._env = environ.Env()
        self.names: set[str] = set()

    def text(self, name: str, default: str | None = None) -> str:
        """The value without surrounding blanks; stops when it is empty and there is no default."""
        self.names.add(name)
        value = os.environ.get(name, "").strip() or default
        if value is None:
            stop(f"{name} is missing; set it in the environment or in .env (see .env.example).")
        return value

    def boolean(self, name: str, default: bool) -> bool:
        """`true/false`, `yes/no`, `on/off`, `1/0` in any case."""
        word = self.text(name, str(default)).lower()
        if word in {"true", "yes", "on", "1"}:
            return True
        if word in {"false", "no", "off", "0"}:
            return False
        stop(f"{name} must be true or false, not {word!r}.")

    def integer(self, name: str, default: int, *, minimum: int, maximum: int) -> int:
        """A whole number within the limits, both included."""
        word = self.text(name, str(default))
        if not word.isascii() or not word.isdigit() or not minimum <= int(word) <= maximum:
            stop(f"{name} must be a whole number from {minimum} to {maximum}, not {word!r}.")
        return int(word)

    def words(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list; blanks and empty items are dropped."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """One of the choices, in lower case."""
        word = self.text(name, default).lower()
        if word not in choices:
            stop(f"{name} must be one of {', '.join(choices)}, not {word!r}.")
        return word

    def secret(self, name: str, *, minimum_length: int) -> str:
        """A secret of at least this many characters; its value never stands in the error."""
        value = self.text(name)
        if len(value) < minimum_length:
            stop(f"{name} is too short; it needs at least {minimum_length} characters.")
        return value

    def time_zone(self, name: str, default: str) -> str:
        """The name of a zone of the IANA database."""
        word = self.text(name, default)
        try:
            zoneinfo.ZoneInfo(word)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            stop(f"{name} must be a time zone such as Asia/Kolkata, not {word!r}.")
        return word

    def public_url(self, name: str, default: str) -> str:
        """An absolute http(s) URL without a path: the product answers at the root of its host."""
        url = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(url)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            usable = False
        if not usable or parts.path or parts.query or parts.fragment:
            stop(f"{name} must be an absolute URL without a path, such as https://telephony.example.com, not {url!r}.")
        return url

    def fernet_keys(self, name: str) -> list[str]:
        """Fernet keys (32 bytes in URL-safe base64), the current one first; at least one."""
        keys = self.words(name) or [self.text(name)]
        for position, key in enumerate(keys, start=1):
            if not _is_fernet_key(key):
                stop(f"{name} is malformed: key {position} is not 32 bytes in URL-safe base64 (44 characters).")
        return keys

    def networks(self, name: str, *, with_port: bool) -> list[str]:
        """A list of networks `10.0.0.0/8`, with an optional `:8088` each where ports count."""
        entries = self.words(name)
        for entry in entries:
            if not _is_network(entry, with_port=with_port):
                example = "10.0.0.0/8:8088 or [fd00::/8]:443" if with_port else "10.0.0.0/8"
                stop(f"{name} must be a comma-separated list of networks such as {example}; {entry!r} is none.")
        return entries

    def hosts(self, name: str) -> list[str]:
        """A list of host names or addresses without scheme and port; `.example.com` takes in every host below."""
        hosts = self.words(name)
        for host in hosts:
            if not _HOST.fullmatch(host):
                stop(f"{name} must be a list of host names such as telephony.example.com; {host!r} is none.")
        return hosts

    def origins(self, name: str) -> list[str]:
        """A list of origins with their scheme, such as `https://telephony.example.com`; a slash at the end is cut."""
        origins = [word.rstrip("/") for word in self.words(name)]
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                stop(f"{name} must be a list of origins such as https://telephony.example.com; {origin!r} is none.")
        return origins

    def database(self, name: str, *, data_directory: Path, pool_size: int) -> dict[str, Any]:
        """Django's settings for this PostgreSQL or SQLite URL; empty means SQLite in the data directory."""
        url = self.text(name, f"sqlite:///{data_directory / 'db.sqlite3'}")
        config = self._parsed(name, url, self._env.db_url_config, "postgres://user:password@host:5432/name")
        engine, has_name = config.get("ENGINE"), bool(config.get("NAME"))
        if engine == SQLITE_ENGINE and has_name:
            return {**config, "OPTIONS": sqlite_options()}
        if engine == POSTGRESQL_ENGINE and has_name:
            pool = {"min_size": 1, "max_size": pool_size, "timeout": 10}
            # Persistent connections and the pool exclude each other.
            return {**config, "CONN_MAX_AGE": 0, "OPTIONS": {**config.get("OPTIONS", {}), "pool": pool}}
        stop(f"{name} must be a PostgreSQL URL such as postgres://user:password@host:5432/name, or empty for SQLite.")

    def email(self, name: str) -> dict[str, Any]:
        """Django's EMAIL_… settings for this URL; empty means that mails are written to the log."""
        url = self.text(name, "consolemail://")
        return dict(self._parsed(name, url, self._env.email_url_config, "smtp+tls://user:password@host:587"))

    def redis_url(self, name: str, *, data_directory: Path) -> str:
        """A Redis or Valkey URL; empty means the embedded server's socket."""
        url = self.text(name, f"unix://{embedded_socket_path(data_directory)}")
        if not url.startswith(("redis://", "rediss://", "unix://")):
            stop(f"{name} must be a URL such as redis://host:6379/0, or empty for the embedded Valkey.")
        return url

    def _parsed(self, name: str, url: str, parse: Callable[[str], dict[str, Any]], example: str) -> dict[str, Any]:
        try:
            with warnings.catch_warnings(action="ignore"):
                return dict(parse(url))
        except (ImproperlyConfigured, ValueError, KeyError, AttributeError, TypeError):
            # The reason may quote the URL, and the URL holds a password.
            stop(f"{name} is malformed; it must be a URL such as {example}.")


def sqlite_options() -> dict[str, Any]:
    """Options under which web threads and the worker can share one SQLite file.

    Each commit is on the disk before we answer: with less than FULL a power cut takes back what was accepted, and the
    note that a telephone was already made to ring.
    """
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }


def embedded_socket_path(data_directory: Path) -> Path:
    """Where the embedded Valkey listens: in the data directory, or in a short, stable place where that is too long."""
    path = data_directory / "valkey.sock"
    if len(os.fsencode(path)) <= MAXIMUM_SOCKET_PATH_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(data_directory)).hexdigest()[:16]
    directory = Path(tempfile.gettempdir())
    if len(os.fsencode(directory)) > 60:
        directory = Path("/tmp")  # noqa: S108 - the directory made below it is private
    return directory / f"telephony-connector-{os.getuid()}-{digest}" / "valkey.sock"


def celery_broker_url(redis_url: str) -> str:
    """The same server in kombu's words, which spell a unix socket differently."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def _is_fernet_key(key: str) -> bool:
    try:
        return len(key) == 44 and len(base64.urlsafe_b64decode(key)) == 32
    except ValueError:
        return False


def _is_network(entry: str, *, with_port: bool) -> bool:
    network, port = entry, ""
    if with_port and entry.startswith("["):
        network, bracket, port = entry[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            return False
        port = port[1:]
    elif with_port and entry.count(":") == 1:
        network, _, port = entry.partition(":")
        if not port:
            return False
    try:
        ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
    return not port or (port.isascii() and port.isdigit() and 0 < int(port) < 65536)
