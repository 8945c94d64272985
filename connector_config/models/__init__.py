"""Models of connector_config."""

from connector_config.models.agent_mapping import AgentMapping
from connector_config.models.connector import Connector, VirtualNumber
from connector_config.models.disposition_field import DispositionField, DispositionOption
from connector_config.models.mapping_version import MappingVersion
from connector_config.models.request_template import RequestHeader, RequestTemplate

__all__ = [
    "AgentMapping",
    "Connector",
    "DispositionField",
    "DispositionOption",
    "MappingVersion",
    "RequestHeader",
    "RequestTemplate",
    "VirtualNumber",
]
