"""The key ``authentication`` of a request template in the configuration file."""

from __future__ import annotations

from collections.abc import Mapping

from connector_config.models import RequestTemplate
from connector_config.outgoing.authentication import normalised, secret_names
from connector_config.services.configuration.problems import join
from connector_config.services.configuration.run import ImportRun


def set_authentication(template: RequestTemplate, given: Mapping[str, object], path: str, run: ImportRun) -> None:
    """Replace kind and settings; secrets that the file leaves out stay while the kind stays, empty ones go."""
    kind = given.get("kind", template.authentication_kind)
    if not isinstance(kind, str):
        run.problems.add(join(path, "kind"), "must be a word")
        return
    stored = template.authentication_settings if kind == template.authentication_kind else {}
    kept = {name: stored[name] for name in secret_names(kind) & set(stored) if name not in given}
    settings = normalised({name: value for name, value in given.items() if name != "kind"})
    template.authentication_kind = kind
    template.authentication_settings = {**kept, **settings}


def exported_authentication(template: RequestTemplate, *, with_secrets: bool) -> dict[str, object]:
    """The entry of a file, without secrets unless they are asked for."""
    hidden = frozenset() if with_secrets else secret_names(template.authentication_kind)
    shown = {name: value for name, value in template.authentication_settings.items() if name not in hidden}
    return {"kind": template.authentication_kind, **dict(sorted(shown.items()))}


def with_default(own: Mapping[str, object], default: Mapping[str, object] | None) -> dict[str, object]:
    """A file's entry over its preset's, as long as both are of the same kind."""
    is_same_kind = default is not None and own.get("kind", default.get("kind")) == default.get("kind")
    return {**(default or {}), **own} if is_same_kind else dict(own)
