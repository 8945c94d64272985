"""Writes `.env` from `.env.example` with fresh keys; runs before anything else, on the standard library alone."""

import base64
import os
import secrets
import sys
from pathlib import Path


def fresh_keys() -> dict[str, str]:
    """New values of the settings that must differ on every machine."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    }


def filled_in(example: str, values: dict[str, str]) -> str:
    """The example's lines, with `NAME=` replaced by `NAME=value` for the given names."""
    lines = []
    for line in example.splitlines():
        name = line.partition("=")[0]
        lines.append(f"{name}={values[name]}" if name in values else line)
    return "\n".join(lines) + "\n"


def write_env_file(*, example: Path, target: Path) -> bool:
    """Make the target, readable by its owner only; False when it exists already, which leaves it untouched."""
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(filled_in(example.read_text(encoding="utf-8"), fresh_keys()))
    return True


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    if write_env_file(example=root / ".env.example", target=root / ".env"):
        sys.stdout.write("Wrote .env with fresh keys; keep a copy of it with your backups.\n")
