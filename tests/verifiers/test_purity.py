"""The verification package stands alone: without Django, HTTP or models."""

from __future__ import annotations

import subprocess
import sys


def test_verification_is_imported_without_django() -> None:
    program = (
        "import sys, connector_config.verification\n"
        "print([name for name in ('django', 'rest_framework', 'requests', 'jwt', 'twilio') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"
