# SPDX-License-Identifier: Apache-2.0
"""The queue page under load: what policy costs it, what drawing costs, how steady it is, and whether it grows slow.

As `weir up` serves it: gunicorn, a real session, another process that asks on connections that stay open. The reader
is no staff; policy's filter is on.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import load
from bench.figures import ROUNDS, Figure, Measured, quantile
from bench.stage import DATABASES, NoPostgres, command_of, house, play
from tools.postgres import free_port

SMALL, MIDDLE, LARGE = (int(size) for size in os.environ.get("BENCH_FINDINGS", "10000,100000,1000000").split(","))
MANY, FEW = "many@vendor.example", "few@isac.example"
PAGE = 50
CONNECTIONS, REQUESTS = 4, 160
QUEUE, UNFILTERED, JSON = "/findings/", "/bench/queue/", "/bench/json/"


@dataclass(frozen=True)
class Open:
    """A house that serves: who may come in, and how many findings each of them may see."""

    visitors: dict[str, load.Visitor]
    shown: dict[str, int]


def measure(data: Path | None) -> Measured:
    measured = Measured("web")
    for database in DATABASES:
        try:
            with ExitStack() as stack:
                small, middle, large = (stack.enter_context(opened(database, size)) for size in (SMALL, MIDDLE, LARGE))
                measured.results += against_peers(database, middle)
                measured.results += steady(database, large)
                measured.results += growing(database, small, large)
        except NoPostgres as why:
            measured.skipped.append(f"{database}: {why}")
    return measured


def against_peers(database: str, at: Open) -> list[Figure]:
    reader = at.visitors[MANY]
    rates, seconds = contest({path: (reader, path) for path in (QUEUE, UNFILTERED, JSON)})
    where = f"{database}, {MIDDLE:,} findings, {at.shown[MANY]:,} of them shown"
    return [
        Figure(
            f"the queue, filtered ({where})",
            rates[QUEUE],
            "pages/s",
            f"the newest of all, without policy: {rates[UNFILTERED]:,.0f}/s",
            rates[QUEUE] / rates[UNFILTERED],
            0.6,
        ),
        Figure(
            f"the queue, drawn ({where})",
            rates[QUEUE],
            "pages/s",
            f"as many rows as bare JSON: {rates[JSON]:,.0f}/s",
            rates[QUEUE] / rates[JSON],
            0.4,
        ),
        tail(where, seconds[QUEUE]),
    ]


def steady(database: str, at: Open) -> list[Figure]:
    """Of a reader for whom nearly nothing of a large queue is."""
    few = at.visitors[FEW]
    rates, seconds = contest({"few": (few, QUEUE), "unfiltered": (few, UNFILTERED)})
    where = f"{database}, {LARGE:,} findings, {at.shown[FEW]} of them shown"
    return [
        Figure(
            f"the queue, filtered ({where})",
            rates["few"],
            "pages/s",
            f"the newest of all, without policy: {rates['unfiltered']:,.0f}/s",
            rates["few"] / rates["unfiltered"],
            0.6,
        ),
        tail(where, seconds["few"]),
    ]


def growing(database: str, small: Open, large: Open) -> list[Figure]:
    rates, _ = contest({"small": (small.visitors[MANY], QUEUE), "large": (large.visitors[MANY], QUEUE)})
    return [
        Figure(
            f"a page of {LARGE:,} findings ({database})",
            1e3 / rates["large"],
            "ms",
            f"of {SMALL:,}: {1e3 / rates['small']:,.2f} ms",
            rates["small"] / rates["large"],
            1.3,
            at_most=True,
        )
    ]


def tail(where: str, seconds: list[float]) -> Figure:
    middle, late = quantile(seconds, 0.5), quantile(seconds, 0.99)
    return Figure(
        f"the slowest of a hundred pages ({where})",
        late * 1e3,
        "ms",
        f"the middle one, {CONNECTIONS} readers at once: {middle * 1e3:,.1f} ms",
        late / middle,
        3.0,
        at_most=True,
    )


def contest(sides: dict[str, tuple[load.Visitor, str]]) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Pages a second of each side, as medians over rounds in which each has its turn; and how long each page took."""
    rates: dict[str, list[float]] = {name: [] for name in sides}
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for visitor, path in sides.values():
        load.ask(visitor, path, connections=CONNECTIONS, requests=REQUESTS)
    for _ in range(ROUNDS):
        for name, (visitor, path) in sides.items():
            asked = load.ask(visitor, path, connections=CONNECTIONS, requests=REQUESTS)
            rates[name].append(asked.rate)
            seconds[name] += asked.seconds
    return {name: statistics.median(found) for name, found in rates.items()}, seconds


@contextmanager
def opened(database: str, findings: int) -> Iterator[Open]:
    """A house with so many findings, serving."""
    with house(database) as environment:
        told = play("queue", environment, findings)
        port = free_port()
        environment |= {"WEIR_ADDRESS": f"127.0.0.1:{port}"}
        with serving(environment, port):
            visitors = {email: load.sign_in(port, email, told["password"]) for email in (MANY, FEW)}
            check(visitors[MANY], QUEUE, PAGE)
            check(visitors[MANY], UNFILTERED, PAGE)
            check(visitors[FEW], QUEUE, min(PAGE, told["shown"][FEW]))
            yield Open(visitors, told["shown"])


@contextmanager
def serving(environment: dict[str, str], port: int) -> Iterator[None]:
    server = subprocess.Popen(command_of("serving"), env=environment)
    try:
        load.wait_for(port, lambda: server.poll() is None)
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def check(visitor: load.Visitor, path: str, rows: int) -> None:
    """A page that shows fewer rows is quicker for the wrong reason."""
    shown = len(re.findall(r'<tr role="row">\s*<td', visitor.page(path)))
    if shown != rows:
        raise load.NotServed(f"{path} shows {shown} rows, not {rows}")
