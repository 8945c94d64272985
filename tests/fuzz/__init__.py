"""Hostile strangers and clumsy providers at every door."""
