"""Where copies of recordings lie: the Django storage ``recordings``, by default private files below DATA_DIR."""

from __future__ import annotations

import secrets

from django.core.files.storage import Storage, storages

ALIAS = "recordings"


def recording_storage() -> Storage:
    """The storage of ``STORAGES["recordings"]``; a site may put another one there."""
    return storages[ALIAS]


def new_file_name() -> str:
    """A name that nobody can guess and that tells nothing, in one of 65536 folders."""
    name = secrets.token_hex(20)
    return f"{name[:2]}/{name[2:4]}/{name}"
