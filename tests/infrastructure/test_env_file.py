"""The first start's `.env`."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from telephony_connector.environment import BASE_DIR
from telephony_connector.processes.env_file import fresh_keys, write_env_file


def read(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_new_file_has_fresh_keys_and_is_private(tmp_path: Path) -> None:
    written = write_env_file(example=BASE_DIR / ".env.example", target=tmp_path / ".env")

    values = read(tmp_path / ".env")
    assert written
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert len(values.pop("SECRET_KEY")) >= 50
    assert Fernet(values.pop("FIELD_ENCRYPTION_KEYS")).encrypt(b"x")
    assert set(values.values()) == {""}


def test_existing_file_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / ".env"
    target.write_text("SECRET_KEY=mine\n")

    written = write_env_file(example=BASE_DIR / ".env.example", target=target)

    assert not written
    assert target.read_text() == "SECRET_KEY=mine\n"


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS"])
def test_keys_differ_every_time(name: str) -> None:
    assert fresh_keys()[name] != fresh_keys()[name]
