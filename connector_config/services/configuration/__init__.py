"""The configuration file: importing and exporting what an administrator sets (docs/configuration-file.md)."""

from __future__ import annotations

from connector_config.services.configuration.exporting import export_configuration
from connector_config.services.configuration.importing import ImportReport, import_configuration
from connector_config.services.configuration.problems import ConfigurationFileError, Problem

__all__ = ["ConfigurationFileError", "ImportReport", "Problem", "export_configuration", "import_configuration"]
