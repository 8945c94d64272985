"""The browser for tests: an installed Chromium or Chrome."""

import shutil

from tests.environment import apt

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
INSTALL_COMMAND = apt.install_command("chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class ChromiumMissingError(Exception):
    """There is no browser, and we may not install one; the text names the command."""


def find_chromium() -> str | None:
    """The path of an installed browser."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure_chromium() -> str:
    """The path of the browser, installed by apt when we are root; raises ChromiumMissingError."""
    path = find_chromium()
    if path:
        return path
    apt.install("chromium")
    path = find_chromium()
    if not path:
        raise ChromiumMissingError(f"The tests need Chromium; install it with `sudo {INSTALL_COMMAND}` and try again.")
    return path
