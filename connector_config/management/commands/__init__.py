"""Commands of connector_config."""
