"""Measurements of the product beside baselines of the same run: `make bench`."""
