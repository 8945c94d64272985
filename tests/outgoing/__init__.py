"""Tests of templates, rendering, success rules and their validation."""
