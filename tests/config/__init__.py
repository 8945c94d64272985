"""Tests of the configuration file, its commands and the demo."""
