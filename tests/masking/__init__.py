"""Customers' numbers, hidden from agents by role."""
