"""Tests of what every app uses."""
