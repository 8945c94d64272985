"""Debian packages that tests need: installed when we are root and the machine has apt."""

import os
import shutil
import subprocess

# Without a network apt would otherwise try every mirror for two minutes each.
PATIENCE = ("-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=1")


def install_command(package: str) -> str:
    """What a person types to install it, without `sudo`."""
    return f"apt-get install --yes --no-install-recommends {package}"


def install(package: str) -> None:
    """Try to install it; nothing is raised, the caller looks for what it wanted."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", *PATIENCE, "update", "-qq"], env=environment, check=False)
    subprocess.run([*install_command(package).split(), *PATIENCE, "-qq"], env=environment, check=False)
