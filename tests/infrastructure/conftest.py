"""What the tests of this area share."""

from pathlib import Path

import pytest

from telephony_connector.processes.env_file import fresh_keys
from tests.environment.live import isolated_environment
from tests.environment.ports import free_port


@pytest.fixture
def minimal_environment(tmp_path: Path) -> dict[str, str]:
    """The least that a start needs, with its state in the test's directory."""
    values = {**fresh_keys(), "DATA_DIR": str(tmp_path / "var"), "PORT": str(free_port()), "LOAD_DEMO": "false"}
    return isolated_environment(values)
