"""Single sign-on, embedded pages, and lead details."""
