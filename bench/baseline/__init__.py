"""What the least possible code would do with a call log: check it, store it, answer."""
