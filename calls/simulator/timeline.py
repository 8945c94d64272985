"""Runs actions at their times, in a few threads."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

Action = Callable[[], None]


class Timeline:
    """Actions by due time. ``add`` may be called from any thread, also by an action."""

    def __init__(self, *, threads: int = 16) -> None:
        """Start the clock and its workers."""
        self._due: list[tuple[float, int, Action]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._open = 0
        self._is_stopped = False
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="simulator")
        self._clock = threading.Thread(target=self._run, daemon=True)
        self._clock.start()

    def add(self, delay_seconds: float, action: Action) -> None:
        """Run the action after the delay; dropped when the timeline is stopped first."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay_seconds, next(self._numbers), action))
            self._open += 1
            self._changed.notify_all()

    def wait_until_empty(self) -> None:
        """Return once every action has run."""
        with self._changed:
            while self._open and not self._is_stopped:
                self._changed.wait(0.5)

    def stop(self) -> None:
        """Drop what is not yet due and wait for what runs."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
        self._clock.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while (action := self._next()) is not None:
            self._pool.submit(self._perform, action)

    def _next(self) -> Action | None:
        with self._changed:
            while not self._is_stopped:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
            return None

    def _perform(self, action: Action) -> None:
        try:
            action()
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()
