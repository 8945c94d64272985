"""Recordings: the proxy, its parts, copies and the player."""
