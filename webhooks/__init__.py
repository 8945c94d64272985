"""Providers requests in: authentication, journal, endpoints."""
