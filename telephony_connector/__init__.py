"""Project package: settings, entry points and what every app shares."""
