"""Management package of the project."""
