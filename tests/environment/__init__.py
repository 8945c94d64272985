"""Real services for tests: PostgreSQL, Valkey, the running product, a provider, a browser."""
