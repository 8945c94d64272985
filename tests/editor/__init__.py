"""Tests of the mapping editor."""
