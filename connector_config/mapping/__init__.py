"""The pure mapping engine: a parsed request becomes call events."""
