"""Tests of the verification schemes."""
