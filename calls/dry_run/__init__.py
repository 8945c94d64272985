"""Dry run: an administrator looks at a connector's request for a real agent and lead, and may send it."""
