"""Event loops for tests; a thread of its own for each, since Playwright leaves one running in the tests' own thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

Result = TypeVar("Result")


def run_steps(steps: Coroutine[Any, Any, Result]) -> Result:
    """Run them to their end, and give what they return or raise."""

    async def closing() -> Result:
        # What they opened is known in their own task alone.
        try:
            return await steps
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, closing()).result()


async def later(do: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Do database work from a test's steps."""
    return await asyncio.to_thread(_closing, lambda: do(*arguments, **options))


def _closing(work: Callable[[], Result]) -> Result:
    """No database connection stays behind in the thread that did the work."""
    try:
        return work()
    finally:
        connections.close_all()
