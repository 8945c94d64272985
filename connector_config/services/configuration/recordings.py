"""The key ``recordings.authentication`` of a connector in the configuration file."""

from __future__ import annotations

from collections.abc import Mapping

from connector_config.models import Connector
from connector_config.outgoing.authentication import normalised
from connector_config.recording_access import recording_secret_names
from connector_config.services.configuration.problems import join
from connector_config.services.configuration.run import ImportRun


def set_recording_authentication(connector: Connector, given: Mapping[str, object], path: str, run: ImportRun) -> None:
    """Replace kind and settings; secrets that the file leaves out stay while the kind stays, empty ones go."""
    kind = given.get("kind", connector.recording_authentication)
    if not isinstance(kind, str):
        run.problems.add(join(path, "kind"), "must be a word")
        return
    stored = connector.recording_settings if kind == connector.recording_authentication else {}
    kept = {name: stored[name] for name in recording_secret_names(kind) & set(stored) if name not in given}
    settings = normalised({name: value for name, value in given.items() if name != "kind"})
    connector.recording_authentication = kind
    connector.recording_settings = {**kept, **settings}


def exported_recording_authentication(connector: Connector, *, with_secrets: bool) -> dict[str, object]:
    """The entry of a file, without secrets unless they are asked for."""
    kind = connector.recording_authentication
    hidden = frozenset() if with_secrets else recording_secret_names(kind)
    shown = {name: value for name, value in connector.recording_settings.items() if name not in hidden}
    return {"kind": kind, **dict(sorted(shown.items()))}
