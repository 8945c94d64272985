"""Hundreds of open consoles on one stream process: `python -m bench consoles`.

Popups are posted at a steady rate to a web process, each for one agent; the streams of all agents hang on one stream
process. Told are the milliseconds from the start of a POST to its event's bytes on the agent's socket, whether each
came exactly once and to its agent alone, the stream process's database connections, and its memory.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

import psutil

from bench import console_clients, scene
from bench.console_clients import Arrival
from bench.latency import Latency
from bench.load import TIMEOUT_SECONDS, post
from bench.services import WebProcess, services, web_server

POPUP_PATH = f"/hooks/{scene.HOOK_KEY}/agent-popup"
STREAM_APPLICATION = "bench stream"
WARM_UP = 20
SETTLE_SECONDS = 3.0
POSTERS = 8
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many consoles, how many popups a second, for how long."""

    consoles: int
    rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Sent:
    """A popup that was posted: for which agent, and when its POST began."""

    agent: int
    session_id: str
    at: float


@dataclass(slots=True)
class Usage:
    """The stream process's database connections, memory and processor time while it is watched."""

    connections: list[int] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consoles:
    """What was measured; times in milliseconds, memory in megabytes."""

    consoles: int
    popups: int
    rate: float
    median: float
    p95: float
    p99: float
    slowest: float
    lost: int
    doubled: int
    elsewhere: int
    closed_streams: int
    latest_post: float
    database_connections: int
    database_pool: int
    idle_megabytes: float
    megabytes: float
    processor_ms: float
    load_average: float


def measure(plan: Plan) -> Consoles:
    """Run it on fresh services."""
    cookies: list[str] = []
    with services(lambda: cookies.extend(scene.build_agents(plan.consoles))):
        from django.conf import settings

        pool = int(settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"])
        with web_server() as web, web_server("--stream-only", environment={"PGAPPNAME": STREAM_APPLICATION}) as stream:
            idle = psutil.Process(stream.pid).memory_info().rss / _MEGABYTE
            with _listening(stream, cookies) as (told, usage):
                sent = _post_all(web, plan)
                time.sleep(SETTLE_SECONDS)
    return summarise(plan, sent=sent, told=told, usage=usage, idle=idle, pool=pool)


@dataclass(slots=True)
class Told:
    """What the consoles heard, and how many of their streams were closed too early."""

    arrivals: list[Arrival] = field(default_factory=list)
    closed: int = 0


@contextmanager
def _listening(stream: WebProcess, cookies: Sequence[str]) -> Iterator[tuple[Told, Usage]]:
    """All consoles open for the block; what they heard is told at its end."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=console_clients.listen, args=(stream.port, list(cookies), theirs)
    )
    process.start()
    theirs.close()
    told, usage, is_over = Told(), Usage(), threading.Event()
    try:
        ours.recv()
        watch = threading.Thread(target=_watch, args=(stream, usage, is_over))
        watch.start()
        yield told, usage
        is_over.set()
        watch.join()
        ours.send("stop")
        told.closed, told.arrivals = ours.recv(), ours.recv()
    finally:
        is_over.set()
        process.terminate()
        process.join()


def _watch(stream: WebProcess, usage: Usage, is_over: threading.Event) -> None:
    from django.db import connection

    process = psutil.Process(stream.pid)
    try:
        while not is_over.wait(0.5):
            usage.resident.append(process.memory_info().rss)
            times = process.cpu_times()
            usage.processor.append(times.user + times.system)
            with connection.cursor() as cursor:
                question = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
                cursor.execute(question, [STREAM_APPLICATION])
                usage.connections.append(int(cursor.fetchone()[0]))
    finally:
        connection.close()


def _post_all(web: WebProcess, plan: Plan) -> list[Sent]:
    """Post at a steady rate from a few connections; a popup whose turn has come waits for none before it."""
    total = round(plan.rate * plan.seconds)
    numbers, sent = count(), []
    warm = http.client.HTTPConnection("127.0.0.1", web.port, timeout=TIMEOUT_SECONDS)
    for number in range(WARM_UP):
        post(warm, POPUP_PATH, scene.popup(number, f"warm-{uuid.uuid4().hex}", agent=number % plan.consoles))
    starts_at = time.perf_counter() + 0.5

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=TIMEOUT_SECONDS)
        while (number := next(numbers)) < total:
            agent, session_id = number % plan.consoles, f"bench-{uuid.uuid4().hex}"
            body = scene.popup(number, session_id, agent=agent)
            time.sleep(max(0.0, starts_at + number / plan.rate - time.perf_counter()))
            sent.append(Sent(agent=agent, session_id=session_id, at=time.perf_counter()))
            post(connection, POPUP_PATH, body)
        connection.close()

    with ThreadPoolExecutor(POSTERS) as threads:
        for done in [threads.submit(work) for _ in range(POSTERS)]:
            done.result()
    return sent


def summarise(plan: Plan, *, sent: list[Sent], told: Told, usage: Usage, idle: float, pool: int) -> Consoles:
    """The figures of what was posted and heard; popups of other runs, such as the warm-up's, do not count."""
    posted = {one.session_id: one for one in sent}
    ours = [arrival for arrival in told.arrivals if arrival.session_id in posted]
    right = [arrival for arrival in ours if arrival.agent == posted[arrival.session_id].agent]
    times = Latency([(arrival.at - posted[arrival.session_id].at) * 1000 for arrival in right])
    copies = Counter(arrival.session_id for arrival in right)
    first = min(one.at for one in sent)
    due = sorted(one.at - first for one in sent)
    return Consoles(
        consoles=plan.consoles, popups=len(sent), rate=plan.rate,
        median=times.median, p95=times.p95, p99=times.p99, slowest=max(times.samples),
        lost=len(posted.keys() - copies.keys()), doubled=sum(copies.values()) - len(copies),
        elsewhere=len(ours) - len(right), closed_streams=told.closed,
        latest_post=max(at - number / plan.rate for number, at in enumerate(due)) * 1000,
        database_connections=max(usage.connections), database_pool=pool,
        idle_megabytes=idle, megabytes=max(usage.resident) / _MEGABYTE,
        processor_ms=(usage.processor[-1] - usage.processor[0]) * 1000 / len(sent), load_average=os.getloadavg()[0],
    )  # fmt: skip


def as_json(measured: Consoles) -> dict[str, Any]:
    """The figures, rounded."""
    return {name: round(value, 1) for name, value in asdict(measured).items()}


def as_table(measured: Consoles) -> str:
    """The same, to be read."""
    return "\n".join([
        "",
        f"{measured.consoles} consoles on one stream process, {measured.popups} popups at {measured.rate:g} a second",
        (f"{'POST to socket, ms':<28}median {measured.median:.0f}, p95 {measured.p95:.0f}, p99 {measured.p99:.0f}, "
        f"slowest {measured.slowest:.0f}"),
        (f"{'lost, doubled, elsewhere':<28}{measured.lost}, {measured.doubled}, {measured.elsewhere}; "
        f"{measured.closed_streams} streams closed"),
        f"{'database connections':<28}{measured.database_connections} of {measured.database_pool}",
        f"{'memory, MB':<28}{measured.megabytes:.0f} ({measured.idle_megabytes:.0f} without consoles)",
        f"{'latest POST behind plan, ms':<28}{measured.latest_post:.0f}",
        f"{'processor ms a popup':<28}{measured.processor_ms:.1f}",
        f"{'load average':<28}{measured.load_average:.1f}",
        "",
    ])  # fmt: skip
