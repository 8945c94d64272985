"""Management package of webhooks."""
