"""Calls and what follows from them: popups, dispositions, requests to providers."""
