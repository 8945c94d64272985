"""What real telephone calls need: the SIP stack of `pjsua2-python`, and `sipp` from Debian's sip-tester.

A machine that lacks one of them skips the tests that telephone, and says why.
"""

import shutil
from importlib.util import find_spec

from tests.environment import apt

INSTALL_COMMAND = apt.install_command("sip-tester")


def find_sipp() -> str | None:
    """The path of an installed sipp."""
    return shutil.which("sipp")


def ensure_telephones() -> str:
    """Install sipp by apt when we are root and it is of use; the hindrance that is left."""
    if find_spec("pjsua2") and find_sipp() is None:
        apt.install("sip-tester")
    return hindrance()


def hindrance() -> str:
    """Why no SIP call can be made on this machine, and what would help; empty when one can."""
    if find_spec("pjsua2") is None:
        return "pjsua2-python is not installed; it has wheels for Python 3.11 and 3.12 on Linux x86_64"
    if find_sipp() is None:
        return f"there are no SIP telephones on this machine; install them with `sudo {INSTALL_COMMAND}`"
    return ""
