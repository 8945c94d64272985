"""The browser for tests: an installed Chromium or Chrome."""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
INSTALL_COMMAND = "apt-get install --yes --no-install-recommends chromium"
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
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        subprocess.run([*INSTALL_COMMAND.split(), "-qq"], env=environment, check=False)
    path = find_chromium()
    if not path:
        raise ChromiumMissingError(f"The tests need Chromium; install it with `sudo {INSTALL_COMMAND}` and try again.")
    return path
