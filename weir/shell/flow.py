# SPDX-License-Identifier: Apache-2.0
"""The journey of a vulnerability, in one table. Read this first: each row is a station, and rows stand in travel order.

A row reads: at this *station*, what *takes* its way here is given to this *verb*, which *leaves* that behind and
*wakes* those stations. The wake-up is the ledger entry itself: when an entry of the `kind` is recorded, the worker
calls the station's verb, once for each entry, with what the entry is about as its first parameter
(`weir/foundation/jobs`).

Data moves forward. A later fact reaches an earlier room only as a row marked `RETURN`, and every circle that such a row
closes has a stop: the sentence that says why the circle ends. A station is listed once its room exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from weir.foundation.actor import SYSTEM
from weir.foundation.jobs.jobs import JOBS, job
from weir.foundation.jobs.terms import Station
from weir.foundation.verb import VERBS, Verb
from weir.kernel.moments import Moment


class Direction(StrEnum):
    """Whether a fact goes on, or back to a room that it came from."""

    FORWARD = "forward"
    RETURN = "return"


@dataclass(frozen=True)
class Row:
    """One station. Without a `kind` nothing in the ledger wakes it: a door calls its verb, or a job for what is due."""

    station: str
    takes: str
    verb: str
    leaves: str
    wakes: tuple[str, ...] = ()
    kind: str = ""
    direction: Direction = Direction.FORWARD
    stop: str = ""


FLOW: tuple[Row, ...] = (
    Row(
        station="scanning",
        takes="a target, and what is to be scanned of it",
        verb="scanning.claim_target",
        leaves="a lease that ends by itself, an overlap answer",
    ),
    Row(
        station="intake",
        takes="a report, through any door",
        verb="intake.receive_report",
        leaves="a sealed report, a signed receipt",
        wakes=("findings",),
    ),
    Row(
        station="intake",
        takes="a document in a format that is read, through any door",
        verb="intake.receive_document",
        leaves="a sealed document, a receipt",
    ),
    Row(
        station="intake",
        takes="what a job read of a document, a batch at a time",
        verb="intake.record_items",
        leaves="items with their exact keys, and what could not be read",
        wakes=("findings",),
    ),
    Row(
        station="findings",
        takes="a report",
        kind="intake.receive_report",
        verb="findings.correlate_report",
        leaves="a finding, new or joined",
    ),
    Row(
        station="findings",
        takes="what was read of a document",
        kind="intake.record_items",
        verb="findings.correlate_items",
        leaves="findings that its items joined, and new ones as far as the finder has room",
    ),
)


def stations(rows: tuple[Row, ...] = FLOW) -> tuple[Station, ...]:
    """The rows that the ledger wakes, as the relay takes them. Each reads the ledger by itself, under a name of its
    own: the first row of a station under that of the station.
    """
    woken = [row for row in rows if row.kind]
    first = {row.station: row for row in reversed(woken)}
    return tuple(
        Station(row.station if first[row.station] is row else f"{row.station}: {row.kind}", row.kind, row.verb)
        for row in woken
    )


def declare_jobs(rows: tuple[Row, ...] = FLOW) -> None:
    """One job for each row that is woken: it calls the row's verb. Safe to call again."""
    for row in rows:
        if row.kind and row.verb not in JOBS:
            job(row.verb)(_calls(VERBS[row.verb]))


def _calls(verb: Verb[..., object]) -> Callable[..., object]:
    def act(item: str, *, key: str, now: Moment) -> object:
        parameters = verb.shape.read({verb.shape.names[0]: item})
        return verb.perform(SYSTEM, **parameters, now=now, idempotency_key=key)

    return act


def circles(rows: tuple[Row, ...] = FLOW) -> Iterator[tuple[Row, ...]]:
    """Every way that comes back to where it began, told once, from its earliest station."""
    by_station: dict[str, list[Row]] = {}
    for row in rows:
        by_station.setdefault(row.station, []).append(row)
    order = list(by_station)

    def walk(way: tuple[Row, ...]) -> Iterator[tuple[Row, ...]]:
        for name in way[-1].wakes:
            if name == way[0].station:
                yield way
            elif order.index(name) > order.index(way[0].station) and name not in {row.station for row in way}:
                yield from (found for row in by_station[name] for found in walk((*way, row)))

    for row in rows:
        yield from walk((row,))
