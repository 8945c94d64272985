"""Form fields for lists that are typed line by line, and for secrets that are written but never shown."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from connector_config.disposition_tasks import StoredRules, TaskRulesError, rules_as_text, rules_from_text


class LinesField(forms.CharField):
    """A list of texts, one a line; commas part entries as well. Cleans to ``list[str]`` without repetition."""

    def __init__(self, *, rows: int = 3, placeholder: str = "", **kwargs: Any) -> None:
        attrs = {"rows": rows, "placeholder": placeholder, "spellcheck": "false"}
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs=attrs))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The stored list as lines."""
        return "\n".join(str(item) for item in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """Raises ValidationError when it is required and empty."""
        text = super().clean(value)
        words = (word.strip() for line in text.splitlines() for word in line.split(","))
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != self.clean(data or "")


class TableField(forms.CharField):
    """A table of texts, one ``ours = theirs`` a line. Cleans to ``dict[str, str]``."""

    def __init__(self, *, placeholder: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminTextareaWidget(attrs={"rows": 3, "placeholder": placeholder}))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The stored table as lines."""
        if isinstance(value, Mapping):
            return "\n".join(f"{key} = {inner}" for key, inner in value.items())
        return value

    def clean(self, value: Any) -> dict[str, str]:
        """Raises ValidationError for a line without ``=``."""
        table: dict[str, str] = {}
        for line in filter(str.strip, super().clean(value).splitlines()):
            key, equals, inner = line.partition("=")
            if not equals or not key.strip():
                raise forms.ValidationError(f"“{line.strip()}” has no “=”. Write one a line: Call back = CB")
            table[key.strip()] = inner.strip()
        return table

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return dict(initial or {}) != self.clean(data or "")
        except forms.ValidationError:
            return True


class TaskRulesField(forms.CharField):
    """Tasks after dispositions, one ``Call back = 2 days: Call again`` a line. Cleans to the column's table."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"rows": 3, "placeholder": "Call back = 2 days: Call again"}
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs=attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The stored rules as lines."""
        return rules_as_text(value) if isinstance(value, Mapping) else value

    def clean(self, value: Any) -> StoredRules:
        """Raises ValidationError for a line that is not understood."""
        try:
            return rules_from_text(super().clean(value))
        except TaskRulesError as error:
            raise forms.ValidationError(str(error)) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return dict(initial or {}) != self.clean(data or "")
        except forms.ValidationError:
            return True


class SecretChange(Enum):
    """What a secret field cleans to when nothing was typed."""

    KEEP = "keep"
    CLEAR = "clear"


class SecretWidget(UnfoldAdminTextInputWidget):  # type: ignore[misc]  # the theme ships no types
    """An empty password box, and where something is stored a box to clear it. The value itself is never rendered."""

    template_name = "admin/connector_config/widgets/secret.html"
    input_type = "password"
    is_stored = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        placeholder = "•••••••• stored; blank keeps it" if self.is_stored else ""
        own = {"autocomplete": "new-password", "placeholder": placeholder, "spellcheck": "false"}
        context: dict[str, Any] = super().get_context(name, None, {**(attrs or {}), **own})
        context["widget"] |= {"is_stored": self.is_stored, "clear_name": f"{name}-clear"}
        return context

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """By the project's templates, which the renderer of forms does not know."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | SecretChange:
        text = data.get(name) or ""
        if text:
            return str(text)
        return SecretChange.CLEAR if data.get(f"{name}-clear") else SecretChange.KEEP


class SecretField(forms.Field):
    """Cleans to the new secret, or to KEEP or CLEAR. Set ``widget.is_stored`` where there is one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=SecretWidget(), **kwargs)

    def clean(self, value: Any) -> str | SecretChange:
        """The text without outer blanks."""
        return value.strip() if isinstance(value, str) else value or SecretChange.KEEP

    def has_changed(self, initial: Any, data: Any) -> bool:
        return data is not SecretChange.KEEP


def changed_secret(change: str | SecretChange, stored: str) -> str:
    """What is to be stored after the change."""
    if change is SecretChange.KEEP:
        return stored
    return "" if isinstance(change, SecretChange) else change
