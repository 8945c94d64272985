"""What a provider's page may do inside ours: the words an administrator lists, as a frame's two attributes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# https://developer.mozilla.org/docs/Web/HTTP/Headers/Permissions-Policy
FEATURES = (
    "microphone", "camera", "autoplay", "speaker-selection", "clipboard-read", "clipboard-write", "display-capture",
    "fullscreen",
)  # fmt: skip
# Leading our page elsewhere is in neither list.
WINDOWS = ("popups", "modals", "downloads")
DEFAULT = ("microphone", "autoplay", "popups", "modals", "downloads")
_ALWAYS = "allow-scripts allow-forms allow-same-origin"
"""Without these no softphone works. The origin is its own: a page of ours refuses to be framed by another of ours."""


@dataclass(frozen=True, slots=True)
class FrameAttributes:
    """The values of an iframe's ``allow`` and ``sandbox``."""

    allow: str
    sandbox: str


def default_permissions() -> list[str]:
    """What a new connector's pages may do."""
    return list(DEFAULT)


def unknown_permissions(words: Iterable[object]) -> list[str]:
    """The words that are no permission."""
    return [str(word) for word in words if word not in FEATURES and word not in WINDOWS]


def frame_attributes(words: Iterable[object]) -> FrameAttributes:
    """The attributes that these words give; a word that is no permission gives nothing."""
    listed = list(words)
    windows = [f"allow-{word}" for word in WINDOWS if word in listed]
    if "popups" in listed:
        # A window of the provider's is a page like any other, not a sandbox within a sandbox.
        windows.append("allow-popups-to-escape-sandbox")
    return FrameAttributes(
        allow="; ".join(feature for feature in FEATURES if feature in listed), sandbox=" ".join([_ALWAYS, *windows])
    )
