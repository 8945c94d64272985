"""Which column of a model each key of the configuration file is; one table for import and export."""

from __future__ import annotations

from collections.abc import Mapping

CONNECTOR: Mapping[str, str] = {
    "name": "name",
    "preset": "preset",
    "enabled": "is_enabled",
    "time_zone": "time_zone",
    "default_country": "default_country",
    "hook_key": "hook_key",
    "excluded_numbers": "excluded_numbers",
    "allowed_networks": "allowed_networks",
    "rate_limit_per_minute": "rate_limit_per_minute",
    "ca_certificates": "ca_certificates",
    "call_route.reply": "call_route_reply",
    "call_route.body": "call_route_body",
    "call_route.content_type": "call_route_content_type",
    "call_route.number_format": "call_route_number_format",
    "call_route.opening_hours": "opening_hours",
    "agent_popup.enabled": "popup_enabled",
    "agent_popup.external_url": "popup_external_url",
    "agent_popup.panel_url": "panel_url",
    "agent_popup.permissions": "frame_permissions",
    "agent_popup.external_height": "popup_page_height",
    "agent_popup.panel_height": "panel_height",
    "agent_popup.panel_width": "panel_width",
    "unknown_caller.create_lead": "lead_creation",
    "recordings.hosts": "recording_hosts",
    "recordings.keep_copy": "keeps_recordings",
    "recordings.keep_days": "recording_days",
    "single_sign_on.server_credential": "server_credential",
    "single_sign_on.previous_server_credential": "previous_server_credential",
    "single_sign_on.embed_origins": "embed_origins",
    "click_to_call.calling_hours": "calling_hours",
    "click_to_call.allow_busy_agents": "allows_busy_agents",
    "disposition.required": "requires_disposition",
    "disposition.auto_dispose_minutes": "auto_dispose_minutes",
    "disposition.auto_disposition": "auto_disposition",
    "disposition.tasks": "disposition_tasks",
    "mapping": "mapping",
}
CONNECTOR_FORMER: Mapping[str, str] = {"server_credential": "server_credential"}
"""Keys of earlier files, which are still read but no longer written."""
CONNECTOR_SECRETS = frozenset({
    "hook_key", "single_sign_on.server_credential", "single_sign_on.previous_server_credential",
})  # fmt: skip

TEMPLATE: Mapping[str, str] = {
    "enabled": "is_enabled",
    "method": "method",
    "url": "url",
    "body_type": "body_type",
    "body": "body",
    "response_keyword": "response_keyword",
    "failure_keyword": "failure_keyword",
    "success_path": "success_path",
    "success_statuses": "success_statuses",
    "success_empty": "expects_empty_answer",
    "call_id_path": "call_id_path",
    "timeout_seconds": "timeout_seconds",
}
DISPOSITION: Mapping[str, str] = {**TEMPLATE, "values": "values"}

AGENT: Mapping[str, str] = {
    "email": "email",
    "name": "name",
    "role": "role",
    "on_duty": "is_on_duty",
    "click_to_call": "can_click_to_call",
    "popups": "receives_popups",
    "sees_full_numbers": "sees_full_numbers",
}
TEAM: Mapping[str, str] = {"sees_full_numbers": "sees_full_numbers"}
LEAD: Mapping[str, str] = {
    name: name
    for name in (
        "name", "email", "company", "stage", "source", "origin", "city", "state", "country", "zip_code",
        "do_not_call", "custom_fields",
    )
}  # fmt: skip
OPPORTUNITY: Mapping[str, str] = {name: name for name in ("name", "stage", "status")}


def keys_of(columns: Mapping[str, str]) -> dict[str, str]:
    """The same table the other way round: the file's key of each column."""
    return {column: key for key, column in columns.items()}


def given_values(entry: object, columns: Mapping[str, str]) -> dict[str, object]:
    """Values by column, of the keys that the file gives; ``a.b`` is a key inside the entry ``a``."""
    values: dict[str, object] = {}
    for key, column in columns.items():
        value: object = entry
        for part in key.split("."):
            value = getattr(value, part, None)
        if value is not None:
            values[column] = value
    return values
