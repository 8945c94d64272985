"""Settings: documented, and refused in one sentence when they are malformed."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from telephony_connector.environment import BASE_DIR, sqlite_options

EXAMPLE = BASE_DIR / ".env.example"


def start(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "diffsettings"]
    return subprocess.run(
        command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_example_documents_exactly_the_settings_that_are_read() -> None:
    documented = re.findall(r"^([A-Z_]+)=", EXAMPLE.read_text(), flags=re.MULTILINE)

    assert sorted(documented) == sorted(settings.DOCUMENTED_SETTINGS)


def test_example_leaves_every_value_empty() -> None:
    filled = re.findall(r"^[A-Z_]+=.+$", EXAMPLE.read_text(), flags=re.MULTILINE)

    assert filled == []


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is missing; set it in the environment or in .env (see .env.example)."),
        ("SECRET_KEY", "short", "SECRET_KEY is too short; it needs at least 32 characters."),
        ("FIELD_ENCRYPTION_KEYS", "", "FIELD_ENCRYPTION_KEYS is missing; set it in the environment or in .env"),
        ("FIELD_ENCRYPTION_KEYS", "nonsense", "FIELD_ENCRYPTION_KEYS is malformed: key 1 is not 32 bytes"),
        ("PORT", "eighty", "PORT must be a whole number from 1 to 65535, not 'eighty'."),
        ("PORT", "70000", "PORT must be a whole number from 1 to 65535, not '70000'."),
        ("DEBUG", "perhaps", "DEBUG must be true or false, not 'perhaps'."),
        ("TIME_ZONE", "Mars/Olympus", "TIME_ZONE must be a time zone such as Asia/Kolkata, not 'Mars/Olympus'."),
        ("TIME_ZONE", "../../etc/passwd", "TIME_ZONE must be a time zone"),
        ("PUBLIC_URL", "telephony.example.com", "PUBLIC_URL must be an absolute URL"),
        ("PUBLIC_URL", "http://[bad", "PUBLIC_URL must be an absolute URL"),
        ("PUBLIC_URL", "https://example.com/telephony", "PUBLIC_URL must be an absolute URL without a path"),
        ("ALLOWED_HOSTS", "https://example.com", "ALLOWED_HOSTS must be a list of host names"),
        ("ALLOWED_HOSTS", "example.com:8000", "ALLOWED_HOSTS must be a list of host names"),
        ("DATABASE_URL", "mysql://user:s3cret@host/name", "DATABASE_URL must be a PostgreSQL URL"),
        ("DATABASE_URL", "s3cret", "DATABASE_URL"),
        ("REDIS_URL", "http://host", "REDIS_URL must be a URL such as redis://host:6379/0"),
        ("EMAIL_URL", "pigeon://user:s3cret@host", "EMAIL_URL is malformed"),
        ("OUTBOUND_ALLOWED_NETWORKS", "10.0.0.0/8:99999", "OUTBOUND_ALLOWED_NETWORKS must be"),
        ("OUTBOUND_ALLOWED_NETWORKS", "intranet", "OUTBOUND_ALLOWED_NETWORKS must be"),
        ("METRICS_ALLOWED_ADDRESSES", "10.0.0.0/8:80", "METRICS_ALLOWED_ADDRESSES must be"),
        ("CSRF_TRUSTED_ORIGINS", "example.com", "CSRF_TRUSTED_ORIGINS must be a list of origins"),
        ("CSRF_TRUSTED_ORIGINS", "https://example.com/path", "CSRF_TRUSTED_ORIGINS must be a list of origins"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be one of console, json, not 'xml'."),
    ],
)
def test_malformed_setting_stops_the_start_with_one_sentence(
    minimal_environment: dict[str, str], name: str, value: str, sentence: str
) -> None:
    result = start({**minimal_environment, name: value})

    assert result.returncode == 1
    assert result.stderr.startswith(f"Cannot start: {sentence}")
    assert result.stderr.count("\n") == 1
    assert "s3cret" not in result.stderr


def test_good_settings_of_every_kind_are_accepted(minimal_environment: dict[str, str]) -> None:
    values = {
        "OUTBOUND_ALLOWED_NETWORKS": "10.0.0.0/8:8088, 192.168.1.4, [fd00::/8]:443, fd00::/8",
        "METRICS_ALLOWED_ADDRESSES": "10.0.0.0/8,::1",
        "PUBLIC_URL": "https://telephony.example.com/",
        "ALLOWED_HOSTS": "telephony, .example.com,10.0.0.7,[fd00::1],*",
        "CSRF_TRUSTED_ORIGINS": "https://desk.example.com/, https://*.example.com:8443",
        "DATABASE_URL": "postgres://user:p%40ss@host:5432/name?sslmode=require",
        "REDIS_URL": "rediss://:secret@host:6379/1",
        "EMAIL_URL": "smtp+tls://user:secret@host:587",
        "TIME_ZONE": "Asia/Kolkata",
    }

    result = start({**minimal_environment, **values})

    assert result.returncode == 0, result.stderr
    assert "SESSION_COOKIE_SECURE = True" in result.stdout
    assert "https://telephony.example.com'" in result.stdout
    assert "'https://desk.example.com'" in result.stdout


def test_sqlite_has_a_commit_on_the_disk_before_it_is_answered(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        database.executescript(sqlite_options()["init_command"])

        [[level]] = database.execute("PRAGMA synchronous")
        [[mode]] = database.execute("PRAGMA journal_mode")

    full = 2
    assert (level, mode) == (full, "wal")
