"""Merge fields: their catalogue, their grammar and the values that they take (docs/templates.md)."""

from __future__ import annotations

from connector_config.outgoing.context import MergeContext, text_of
from connector_config.outgoing.grammar import Part, Placeholder, Template, TemplateError, compile_template
from connector_config.outgoing.names import BARE_NAMES, SCOPED_NAMES, Scope

__all__ = [
    "BARE_NAMES",
    "SCOPED_NAMES",
    "MergeContext",
    "Part",
    "Placeholder",
    "Scope",
    "Template",
    "TemplateError",
    "compile_template",
    "text_of",
]
