"""Encrypted fields: what the database holds, what the instance shows, and what happens without the right key."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, models
from pytest_django import Settings

from telephony_connector.common.fields import DecryptionError, EncryptedJSONField, EncryptedTextField


class Vault(models.Model):
    """A model that has a table only inside these tests."""

    text = EncryptedTextField(blank=True, default="")
    optional = EncryptedTextField(null=True)
    data = EncryptedJSONField(default=dict, blank=True)
    objects: models.Manager[Vault] = models.Manager()

    class Meta:
        app_label = "tests"
        managed = False

    def __str__(self) -> str:
        return "vault"


TABLE = "CREATE TEMPORARY TABLE tests_vault (id integer PRIMARY KEY, text text, optional text, data text)"


@pytest.fixture
def vault_table(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLE)


def stored(column: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM tests_vault WHERE id = 1")
        row = cursor.fetchone()
    assert row is not None
    return row[0]


@pytest.mark.usefixtures("vault_table")
@pytest.mark.parametrize("text", ["s3cret", "ü😀\n", " ", "x" * 10_000, "gAAAAA not a token"])
def test_text_is_ciphertext_in_the_database_and_plain_on_the_instance(text: str) -> None:
    Vault(id=1, text=text, optional=text).save(force_insert=True)

    assert text not in stored("text")
    assert stored("text") != stored("optional")
    assert Vault.objects.get(id=1).text == text
    assert Vault.objects.values_list("text", flat=True).get() == text


@pytest.mark.usefixtures("vault_table")
def test_empty_stays_empty_and_null_stays_null() -> None:
    Vault(id=1, text="", optional=None, data={}).save(force_insert=True)

    assert (stored("text"), stored("optional"), stored("data")) == ("", None, "")
    vault = Vault.objects.get(id=1)
    assert (vault.text, vault.optional, vault.data) == ("", None, {})
    assert Vault.objects.filter(optional__isnull=True).exists()


@pytest.mark.usefixtures("vault_table")
@pytest.mark.parametrize("data", [{"signing_key": "s3cret", "n": [1, None, True]}, ["s3cret"], "s3cret", 0, []])
def test_json_is_encrypted_as_a_whole(data: object) -> None:
    Vault(id=1, data=data).save(force_insert=True)

    assert "s3cret" not in stored("data")
    assert Vault.objects.get(id=1).data == data


@pytest.mark.usefixtures("vault_table")
def test_the_first_key_encrypts_and_every_key_decrypts(settings: Settings) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    Vault(id=1, text="s3cret").save(force_insert=True)

    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    vault = Vault.objects.get(id=1)
    vault.save()
    settings.FIELD_ENCRYPTION_KEYS = [new]

    assert vault.text == "s3cret"
    assert Vault.objects.get(id=1).text == "s3cret"


@pytest.mark.usefixtures("vault_table")
@pytest.mark.parametrize("field", ["text", "data"])
def test_a_lost_key_is_a_clear_error_without_ciphertext(settings: Settings, field: str) -> None:
    Vault(id=1, **{field: "s3cret"}).save(force_insert=True)
    ciphertext = stored(field)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(DecryptionError, match=rf"Vault\.{field} cannot be decrypted.*FIELD_ENCRYPTION_KEYS") as failed:
        Vault.objects.get(id=1)

    assert ciphertext not in str(failed.value)
    assert failed.value.__suppress_context__


@pytest.mark.usefixtures("vault_table")
@pytest.mark.parametrize("value", ["plain text left by hand", "gAAAAAB", "ü"])
def test_text_that_was_never_encrypted_is_an_error_too(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO tests_vault (id, text, data) VALUES (1, %s, '')", [value])

    with pytest.raises(DecryptionError):
        Vault.objects.get(id=1)


@pytest.mark.parametrize("lookup", ["text", "text__contains", "text__in", "data__key", "text__startswith"])
def test_it_cannot_be_looked_up(lookup: str) -> None:
    with pytest.raises(FieldError):
        str(Vault.objects.filter(**{lookup: ["x"]}).query)


def test_without_keys_nothing_is_stored(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = []

    with pytest.raises(ImproperlyConfigured):
        EncryptedTextField().get_prep_value("s3cret")


def test_migrations_hold_no_keys() -> None:
    _, path, arguments, options = EncryptedTextField(blank=True, default="").deconstruct()

    assert path == "telephony_connector.common.fields.EncryptedTextField"
    assert (arguments, options) == ([], {"blank": True, "default": ""})


def test_a_model_does_not_show_its_secrets_in_its_repr() -> None:
    assert "s3cret" not in repr(Vault(text="s3cret", data={"k": "s3cret"}))
