"""Requests to providers: merge fields, and escaping for each place where a value may land. Pure."""
