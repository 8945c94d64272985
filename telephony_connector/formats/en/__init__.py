"""The formats of English, the pages' language."""
