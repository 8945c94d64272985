"""How dates and times are written on administration pages (Django's FORMAT_MODULE_PATH)."""
