"""Tests of settings, processes, health and metrics."""
