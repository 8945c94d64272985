"""Settings of a verification scheme: what may be set, what was set, and what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connector_config.verification.networks import parse_networks

MAXIMUM_TEXT_LENGTH = 4096
SECRET_NAMES = ("secret", "previous_secret")


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of a scheme, described well enough to build a form field and to check an imported value.

    ``choices`` close the set of values; ``maximum`` makes it a whole number from 0 to that; ``is_network_list`` a list
    of addresses and networks. ``advanced`` settings have a default that is right for nearly everybody.
    """

    name: str
    label: str
    help: str = ""
    required: bool = False
    secret: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    maximum: int | None = None
    is_network_list: bool = False
    advanced: bool = False


@dataclass(frozen=True, slots=True)
class SettingError:
    """One bad setting: its key and a sentence that tells the administrator what to change, without secret values."""

    setting: str
    message: str


@dataclass(frozen=True, slots=True)
class VerificationSettings:
    """A scheme's settings with its defaults filled in (``verification.settings_for`` makes them).

    ``secrets`` are the current and, while it is being changed, the previous one; blank ones are dropped.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """A blank secret would let an empty credential in."""
        object.__setattr__(self, "secrets", tuple(dict.fromkeys(s for s in self.secrets if s.strip())))

    def text(self, name: str) -> str:
        """The value, empty when it is not set."""
        return self.values.get(name, "")

    def number(self, name: str) -> int:
        """The whole number, 0 when it is not one: a broken tolerance refuses everything rather than nothing."""
        text = self.text(name)
        return int(text) if is_whole_number(text) else 0


IP_ALLOW_LIST = Setting(
    "ip_allow_list", "Allowed addresses", is_network_list=True, advanced=True,
    help="Addresses or networks that may call, such as 103.21.77.0/24. Empty: all.",
)  # fmt: skip


def secret_settings(label: str = "Secret", help_text: str = "") -> tuple[Setting, Setting]:
    """The pair of keys for the current and the previous secret."""
    return (
        Setting("secret", label, help=help_text, required=True, secret=True),
        Setting(
            "previous_secret", f"Previous {label[0].lower()}{label[1:]}", secret=True, advanced=True,
            help="Still accepted while the provider changes over.",
        ),
    )  # fmt: skip


def as_text(value: object) -> str:
    """A value of YAML, JSON or a form as the text that verifiers read; lists are joined by commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return ", ".join(as_text(item) for item in value)
    return str(value).strip()


def is_whole_number(text: str) -> bool:
    """True for 1 to 15 ASCII digits."""
    return text.isascii() and text.isdigit() and len(text) <= 15


def complete(
    schema: Iterable[Setting], config: Mapping[str, object], secrets: Sequence[str] = ()
) -> VerificationSettings:
    """Fill in defaults and move ``secret`` and ``previous_secret`` out of the values, before ``secrets``."""
    values = {}
    for setting in schema:
        if not setting.secret:
            values[setting.name] = as_text(config.get(setting.name)) or setting.default
    found = [as_text(config.get(name)) for name in SECRET_NAMES]
    return VerificationSettings(values, (*found, *secrets))


def schema_errors(
    schema: Sequence[Setting], config: Mapping[str, object], *, has_secret: bool = False
) -> list[SettingError]:
    """Unknown keys and bad single values. ``has_secret``: one is stored already and may be left out here."""
    known = {setting.name: setting for setting in schema}
    errors = [unknown_key(key, known) for key in config if key not in known]
    for setting in schema:
        message = _fault(setting, config.get(setting.name), has_secret=has_secret)
        if message:
            errors.append(SettingError(setting.name, message))
    return errors


def unknown_key(key: object, known: Iterable[str]) -> SettingError:
    """The error for a key that does not exist, naming the one that was probably meant, else all that there are."""
    names = list(known)
    near = nearest(str(key), names)
    remedy = f"; did you mean {near}?" if near else f"; known are {', '.join(names)}" if names else ""
    return SettingError(str(key)[:60], f"unknown setting{remedy}")


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like this one, empty when none is."""
    return next(iter(difflib.get_close_matches(word[:60], list(known), n=1, cutoff=0.5)), "")


def _fault(setting: Setting, value: object, *, has_secret: bool) -> str:
    if isinstance(value, Mapping):
        return "must be a single value"
    text = as_text(value)
    if not text:
        is_missing = setting.required and not setting.default and not (setting.secret and has_secret)
        return "is required" if is_missing else ""
    if len(text) > MAXIMUM_TEXT_LENGTH:
        return f"is longer than {MAXIMUM_TEXT_LENGTH} characters"
    if setting.choices and text not in setting.choices:
        return f"must be one of {', '.join(setting.choices)}"
    if setting.maximum is not None and not (is_whole_number(text) and int(text) <= setting.maximum):
        return f"must be a whole number from 0 to {setting.maximum}"
    if setting.is_network_list:
        return _network_fault(text)
    return ""


def _network_fault(text: str) -> str:
    try:
        parse_networks(text)
    except ValueError as error:
        return str(error)
    return ""
