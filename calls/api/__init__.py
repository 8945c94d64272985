"""The REST API over calls, popups, outbound requests, leads, people and connectors (docs/api.md)."""
