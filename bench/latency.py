"""From a provider's POST to the agent: the event stream's socket, and what stands on the screen."""

from __future__ import annotations

import http.client
import re
import statistics
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import requests
from playwright.sync_api import Page, sync_playwright

from bench import scene
from bench.load import post
from tests.environment.chromium import ARGUMENTS, find_chromium
from tests.environment.live import LiveSystem

ARRIVAL_TIMEOUT_SECONDS = 5.0
WARM_UP = 3
MOST_OPEN_POPUPS = 200
POPUP_PATH = f"/hooks/{scene.HOOK_KEY}/agent-popup"

# Notes when the name of each lead first stands in a visible popup, by the clock that Python reads too.
_OBSERVER = """
window.shownAt = {};
new MutationObserver(() => {
  for (const popup of document.querySelectorAll('[role=alertdialog]')) {
    const found = popup.checkVisibility() && popup.textContent.match(/Bench Lead \\d+\\./);
    if (found) window.shownAt[found[0]] ??= performance.timeOrigin + performance.now();
  }
}).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
"""

# Clicks the buttons at once: with many popups open, the page moves under a pointer that waits for it to stand still.
_DISMISS = """() => {
  const popups = [...document.querySelectorAll('[role=alertdialog]')].filter(popup => popup.checkVisibility());
  const buttons = popups.flatMap(popup => [...popup.querySelectorAll('button')]);
  for (const button of buttons) if (button.textContent.trim() === 'Dismiss') button.click();
  return popups.length;
}"""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of every sample, in the order taken."""

    samples: list[float]

    @property
    def median(self) -> float:
        """Half of the samples are faster."""
        return statistics.median(self.samples)

    @property
    def p95(self) -> float:
        """Nineteen of twenty samples are faster."""
        return self._faster_than(0.95)

    @property
    def p99(self) -> float:
        """Ninety-nine of a hundred samples are faster."""
        return self._faster_than(0.99)

    def _faster_than(self, share: float) -> float:
        return sorted(self.samples)[max(0, round(len(self.samples) * share) - 1)]


def measure(*, samples: int, screen_samples: int) -> dict[str, Latency]:
    """Start the product as it comes (SQLite, embedded broker); measure ``socket`` and, with a browser, ``screen``."""
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as directory:
        system = LiveSystem(data_dir=Path(directory) / "var", LOG_LEVEL="warning")
        try:
            system.manage("shell", "-c", "from bench.scene import build; build()")
            found = {"socket": Latency(_socket_samples(system, samples))}
            if screen_samples and find_chromium():
                found["screen"] = Latency(_screen_samples(system, screen_samples))
        finally:
            system.stop()
    return found


class _Stream(threading.Thread):
    """An agent's open event stream, which notes when each session id arrives on the socket."""

    def __init__(self, port: int, cookie: str) -> None:
        super().__init__(daemon=True)
        self.arrived_at: dict[str, float] = {}
        self.news = threading.Condition()
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._connection.request("GET", "/agent/stream", headers={"Cookie": cookie})
        self._response = self._connection.getresponse()
        if self._response.status != 200:
            raise RuntimeError(f"/agent/stream answered {self._response.status}")

    def run(self) -> None:
        """Read lines until the connection is closed."""
        while line := self._response.readline():
            now = time.perf_counter()
            with self.news:
                for session_id in re.findall(rb"bench-[0-9a-f]{32}", line):
                    self.arrived_at.setdefault(session_id.decode(), now)
                self.news.notify_all()

    def wait_for(self, session_id: str) -> float:
        """When it arrived; TimeoutError when it does not."""
        with self.news:
            if not self.news.wait_for(lambda: session_id in self.arrived_at, ARRIVAL_TIMEOUT_SECONDS):
                raise TimeoutError(f"popup {session_id} did not arrive")
            return self.arrived_at[session_id]


def _socket_samples(system: LiveSystem, samples: int) -> list[float]:
    stream = _Stream(system.port, _session_cookie(system))
    stream.start()
    provider = http.client.HTTPConnection("127.0.0.1", system.port)
    found = []
    for number in range(samples + WARM_UP):
        session_id = f"bench-{uuid.uuid4().hex}"
        started_at = time.perf_counter()
        post(provider, POPUP_PATH, scene.popup(number, session_id))
        found.append((stream.wait_for(session_id) - started_at) * 1000)
    return found[WARM_UP:]


def _session_cookie(system: LiveSystem) -> str:
    login = f"{system.base_url}/login/"
    with requests.Session() as session:
        session.get(login, timeout=10)
        form = {
            "username": scene.EMAIL,
            "password": scene.PASSWORD,
            "csrfmiddlewaretoken": session.cookies["csrftoken"],
        }
        session.post(login, form, timeout=10).raise_for_status()
        return f"sessionid={session.cookies['sessionid']}"


def _screen_samples(system: LiveSystem, samples: int) -> list[float]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        page = chromium.new_page()
        page.add_init_script(_OBSERVER)
        page.goto(f"{system.base_url}/login/")
        page.get_by_label("E-mail").fill(scene.EMAIL)
        page.get_by_label("Password").fill(scene.PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{system.base_url}/")
        _clear_desk(page)
        provider = http.client.HTTPConnection("127.0.0.1", system.port)
        # Leads that no earlier sample has used: a lead's name counts once.
        found = [_screen_sample(page, provider, number) for number in range(500, 500 + samples + WARM_UP)]
        chromium.close()
    return found[WARM_UP:]


def _screen_sample(page: Page, provider: http.client.HTTPConnection, number: int) -> float:
    name = scene.lead_name(number)
    started_at = time.time()
    post(provider, POPUP_PATH, scene.popup(number, f"bench-{uuid.uuid4().hex}"))
    shown_at = page.wait_for_function(
        "name => window.shownAt[name]", arg=name, timeout=ARRIVAL_TIMEOUT_SECONDS * 1000, polling=50
    ).json_value()
    _clear_desk(page)
    return float(shown_at) - started_at * 1000


def _clear_desk(page: Page) -> None:
    """Dismiss what is open, so that every popup finds an empty desk."""
    for _ in range(MOST_OPEN_POPUPS):
        if not page.evaluate(_DISMISS):
            return
        page.wait_for_timeout(100)
    raise RuntimeError("popups stay open on the console")
