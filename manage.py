#!/usr/bin/env python
"""Entry point of every command: `manage.py up`, `import_config`, `simulate_provider` and Django's own."""

import os
import sys


def main() -> None:
    """Run the command named on the command line with this project's settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "telephony_connector.settings")

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
