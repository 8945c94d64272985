"""Services that write connectors and load configuration."""
