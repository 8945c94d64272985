"""Fixtures that every test may use; the real services live in `tests/environment`."""
