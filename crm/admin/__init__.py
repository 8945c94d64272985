"""Administration pages of crm: people and leads."""

from crm.admin import accounts, leads, people

__all__ = ["accounts", "leads", "people"]
