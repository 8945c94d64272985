"""Reading a CSV file of leads: its encoding, its delimiter, its columns and each row. Touches no database."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from crm.models import Lead
from crm.services.phones import phone_columns

TEXT_COLUMNS = ("name", "email", "company", "stage", "source", "origin", "city", "state", "country", "zip_code")
CUSTOM_PREFIX = "mx_"

_ALIASES = {
    "externalid": "external_id", "lead_id": "external_id", "id": "external_id", "full_name": "name",
    "lead_name": "name", "e_mail": "email", "email_address": "email", "owner_email": "owner",
    "lead_owner": "owner", "company_name": "company", "lead_stage": "stage", "lead_source": "source",
    "zip": "zip_code", "zipcode": "zip_code", "postcode": "zip_code", "postal_code": "zip_code", "pincode": "zip_code",
}  # fmt: skip
_PHONE_COLUMN = re.compile(
    r"(?:(?:main|primary|secondary|work|home|alternate|other)_)?"
    r"(?:(?:phones?|mobiles?|telephone|tel)(?:_?(?:numbers?|no))?|contact_(?:number|no))_?[0-9]*"
)
_PHONE_SEPARATOR = re.compile(r"[;|\n]+")
_KNOWN = frozenset({*TEXT_COLUMNS, "external_id", "owner", "first_name", "last_name", "do_not_call"})
_YES = frozenset({"1", "true", "yes", "y", "x"})
_LENGTHS = {
    "external_id": 120, "name": 200, "email": 254, "company": 200, "stage": 80, "source": 120, "origin": 120,
    "city": 120, "state": 120, "country": 120, "zip_code": 20,
}  # fmt: skip


class LeadFileError(Exception):
    """The file as a whole cannot be read; the text tells what to change."""


class LeadRowError(ValueError):
    """One row cannot be imported; the text tells why."""


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One row that can be imported; empty cells are left out. ``phones`` are columns of LeadPhone."""

    external_id: str
    values: Mapping[str, str | bool] = field(default_factory=dict)
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    phones: tuple[Mapping[str, str], ...] = ()
    owner_email: str = ""

    def apply(self, lead: Lead) -> None:
        """Set the lead's columns; what the row leaves empty stays."""
        lead.external_id = self.external_id or lead.external_id
        for column, value in self.values.items():
            setattr(lead, column, value)
        lead.custom_fields = {**lead.custom_fields, **self.custom_fields}


@dataclass(frozen=True, slots=True)
class LeadFile:
    """A file whose heading was understood. ``custom_columns`` became free fields of these names."""

    text: str = field(repr=False)
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    custom_columns: tuple[str, ...] = ()

    def rows(self, country: str) -> Iterator[tuple[int, LeadRow | LeadRowError]]:
        """Each row with its first line's number; a row that is wrong comes as its error. Blank lines are skipped."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        next(reader)
        line = reader.line_num + 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, LeadRowError(f"cannot be read: {error}")
                cells = []
            if any(cell.strip() for cell in cells):
                yield line, self._row(cells, country)
            line = reader.line_num + 1

    def _row(self, cells: list[str], country: str) -> LeadRow | LeadRowError:
        if len(cells) > len(self.columns) and any(cell.strip() for cell in cells[len(self.columns) :]):
            return LeadRowError(f"has {len(cells)} cells, but the heading has {len(self.columns)}")
        pairs = [(column, cell.strip()) for column, cell in zip(self.columns, cells, strict=False) if cell.strip()]
        try:
            return _read_row(pairs, country)
        except LeadRowError as error:
            return error


def read_lead_file(data: bytes) -> LeadFile:
    """Understand the file: UTF-8 (with or without mark), UTF-16 with mark, else Windows-1252; comma, semicolon or tab.

    Raises LeadFileError when it has no heading with a column for an external id or a telephone number.
    """
    text = _decoded(data)
    heading = text.lstrip().split("\n", 1)[0]
    delimiter = max((";", "\t", ","), key=heading.count)
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise LeadFileError(f"The heading cannot be read: {error}.") from None
    columns = tuple(_column(name) for name in names)
    if not {"external_id", "phone"} & set(columns):
        raise LeadFileError("The first line must name the columns, with external_id or phone among them.")
    custom = tuple(column for column in columns if column.startswith(CUSTOM_PREFIX))
    return LeadFile(text=text, delimiter=delimiter, columns=columns, custom_columns=custom)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _column(heading: str) -> str:
    if heading.strip().startswith(CUSTOM_PREFIX):
        return heading.strip()
    name = re.sub(r"[^a-z0-9]+", "_", heading.strip().lower()).strip("_")
    if _PHONE_COLUMN.fullmatch(name):
        return "phone"
    name = _ALIASES.get(name, name)
    if name in _KNOWN:
        return name
    return CUSTOM_PREFIX + (re.sub(r"\W+", "_", heading.strip()).strip("_") or "unnamed")


def _read_row(pairs: list[tuple[str, str]], country: str) -> LeadRow:
    cells = dict(pairs)
    for column, limit in _LENGTHS.items():
        if len(cells.get(column, "")) > limit:
            raise LeadRowError(f"{column} is longer than {limit} characters")
    if any("\x00" in cell for cell in cells.values()):
        raise LeadRowError("holds a null character")
    phones = _phones((cell for column, cell in pairs if column == "phone"), country)
    if not phones and not cells.get("external_id"):
        raise LeadRowError("has neither an external id nor a telephone number")
    _check_email(cells.get("email", ""))
    return LeadRow(
        external_id=cells.get("external_id", ""),
        values=_values(cells),
        custom_fields={name: cell for name, cell in cells.items() if name.startswith(CUSTOM_PREFIX)},
        phones=phones,
        owner_email=cells.get("owner", "").lower(),
    )


def _values(cells: dict[str, str]) -> dict[str, str | bool]:
    values: dict[str, str | bool] = {column: cells[column] for column in TEXT_COLUMNS if column in cells}
    names = [cells[part] for part in ("first_name", "last_name") if part in cells]
    if names and "name" not in values:
        values["name"] = " ".join(names)[: _LENGTHS["name"]]
    if "do_not_call" in cells:
        values["do_not_call"] = cells["do_not_call"].lower() in _YES
    return values


def _phones(cells: Iterator[str], country: str) -> tuple[Mapping[str, str], ...]:
    phones: dict[str, Mapping[str, str]] = {}
    for cell in cells:
        for number in filter(None, (part.strip() for part in _PHONE_SEPARATOR.split(cell))):
            columns = phone_columns(number, country)
            if not columns["e164"]:
                raise LeadRowError(f"{number[:40]!r} is no telephone number")
            phones.setdefault(columns["e164"], columns)
    return tuple(phones.values())


def _check_email(email: str) -> None:
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise LeadRowError(f"{email[:80]!r} is no e-mail address") from None
