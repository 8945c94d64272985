"""Pages, the event stream and the REST API."""
