"""Model fields that are encrypted in the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Expression

    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class DecryptionError(Exception):
    """A stored secret that no key of FIELD_ENCRYPTION_KEYS opens. The message never holds the stored text."""

    def __init__(self, field: str) -> None:
        super().__init__(
            f"{field} cannot be decrypted: no key in FIELD_ENCRYPTION_KEYS opens it. "
            "Put the key it was written with back into the list (first place encrypts, all decrypt), or enter it anew."
        )


@lru_cache(maxsize=8)
def _cipher_for(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _cipher() -> MultiFernet:
    keys = tuple(settings.FIELD_ENCRYPTION_KEYS)
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty: secrets cannot be stored")
    return _cipher_for(keys)


class EncryptedTextField(_TextField):
    """Text that is a Fernet token in the database and plain text on the instance.

    The first key of ``settings.FIELD_ENCRYPTION_KEYS`` encrypts, all of them decrypt. None stays NULL and an empty
    string stays empty, so that "not set" can be seen without a key. It cannot be looked up or ordered by: only
    ``isnull`` works. Raises DecryptionError when a row cannot be read; ciphertext is never handed out. An admin form
    must make it write-only itself.
    """

    description = "Encrypted text"

    def get_prep_value(self, value: object) -> str | None:
        """Plain value → what the database stores."""
        if value is None:
            return None
        text = self._to_text(value)
        return _cipher().encrypt(text.encode()).decode("ascii") if text else ""

    def from_db_value(self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper) -> object:
        """What the database stores → plain value. Raises DecryptionError."""
        if value is None:
            return None
        if value == "":
            return self._to_value("")
        try:
            text = _cipher().decrypt(value.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise DecryptionError(f"{self.model.__name__}.{self.name}") from None
        return self._to_value(text)

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every lookup but ``isnull``: two encryptions of one text differ, so nothing would ever match."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be looked up by {lookup_name!r}")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        """Refuse every transform."""
        raise FieldError(f"{self.name} is encrypted and cannot be transformed by {lookup_name!r}")

    def _to_text(self, value: object) -> str:
        return str(value)

    def _to_value(self, text: str) -> object:
        return text


class EncryptedJSONField(EncryptedTextField):
    """A JSON value, encrypted as a whole. An empty column reads as an empty dict; other rules as EncryptedTextField."""

    description = "Encrypted JSON"
    if TYPE_CHECKING:
        # What the type checker takes for assignable and readable; TextField's own would be text.
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def to_python(self, value: object) -> object:
        """Form or fixture text → value; what is no text is taken as it is."""
        return json.loads(value) if isinstance(value, str) and value else value

    def value_to_string(self, obj: models.Model) -> str:
        """The value as JSON text, for serialisers."""
        return json.dumps(self.value_from_object(obj))

    def _to_text(self, value: object) -> str:
        is_empty_object = isinstance(value, Mapping) and not value
        return "" if is_empty_object else json.dumps(value, ensure_ascii=False)

    def _to_value(self, text: str) -> object:
        return json.loads(text) if text else {}
