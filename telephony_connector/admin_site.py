"""The look of the administration: title, colours, sidebar. Read by settings as UNFOLD."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def _item(title: str, icon: str, name: str, *, is_for_administrators: bool = False) -> dict[str, object]:
    item: dict[str, object] = {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}_changelist")}
    if is_for_administrators:
        item["permission"] = "telephony_connector.admin_site.is_administrator"
    return item


def is_administrator(request: HttpRequest) -> bool:
    """True for superusers: log-ins and tokens are theirs to manage."""
    return bool(getattr(request.user, "is_superuser", False))


def may_see_calls(request: HttpRequest) -> bool:
    """True for who may read calls in the administration."""
    return request.user.has_perm("calls.view_call")


UNFOLD = {
    "SITE_TITLE": "Telephony Connector",
    "SITE_HEADER": "Telephony Connector",
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": "/",
    "SITE_SYMBOL": "call",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")},
    ],
    "LOGIN": {"form": "telephony_connector.login.AdministrationLoginForm"},
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "connector_config.admin.home.home",
    "STYLES": [lambda request: static("admin-extra/admin.css")],
    "SCRIPTS": [
        lambda request: static("admin-extra/posting.js"),
        lambda request: static("admin-extra/names.js"),
        lambda request: static("admin-extra/zone.js"),
    ],
    "COLORS": {
        "primary": {
            "50": "#eff6ff",
            "100": "#dbeafe",
            "200": "#bfdbfe",
            "300": "#93c5fd",
            "400": "#60a5fa",
            "500": "#3b82f6",
            "600": "#1d5fd1",
            "700": "#1a4fb0",
            "800": "#1e40af",
            "900": "#1e3a8a",
            "950": "#172554",
        }
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    {"title": "Home", "icon": "home", "link": reverse_lazy("admin:index")},
                    _item("Connectors", "hub", "connector_config_connector"),
                ]
            },
            {
                "title": "Calls",
                "separator": True,
                "items": [
                    _item("Calls", "call", "calls_call"),
                    _item("Popups", "chat_bubble", "calls_popupdelivery"),
                    _item("Outbound requests", "outgoing_mail", "calls_outboundrequest"),
                    _item("Plays of recordings", "headphones", "calls_recordingplay"),
                    _item("Copies of recordings", "audio_file", "calls_recordingcopy"),
                ],
            },
            {
                "title": "Journal",
                "separator": True,
                "items": [
                    _item("Requests received", "receipt_long", "webhooks_journalentry"),
                    _item("Refused requests", "gpp_bad", "webhooks_quarantinedrequest"),
                    _item("Events", "timeline", "calls_storedevent"),
                ],
            },
            {
                "title": "Leads",
                "separator": True,
                "items": [
                    _item("Leads", "contacts", "crm_lead"),
                    _item("Opportunities", "handshake", "crm_opportunity"),
                    _item("Tasks", "task_alt", "crm_task"),
                ],
            },
            {
                "title": "People",
                "separator": True,
                "items": [
                    _item("Agents", "support_agent", "crm_agent"),
                    _item("Teams", "groups", "crm_team"),
                    _item("Groups", "label", "crm_agentgroup"),
                ],
            },
            {
                "title": "Reports",
                "separator": True,
                "items": [
                    {
                        "title": "Calls and agents",
                        "icon": "bar_chart",
                        "link": reverse_lazy("report"),
                        "permission": "telephony_connector.admin_site.may_see_calls",
                    }
                ],
            },
            {
                "title": "Settings",
                "separator": True,
                "items": [
                    _item("Dispositions", "checklist", "connector_config_dispositionfield"),
                    _item("Log-ins", "person", "auth_user", is_for_administrators=True),
                    _item("Permission groups", "shield_person", "auth_group", is_for_administrators=True),
                    _item("API tokens", "key", "authtoken_tokenproxy", is_for_administrators=True),
                ],
            },
        ],
    },
}
