# SPDX-License-Identifier: Apache-2.0
"""What can be done later, by name, and how a batch of it is done: ids in, verbs called, one bad item stops nobody.

Rooms declare theirs in their own `jobs.py` with `@job` and `due_rows`; the shell adds one for each row of the flow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from weir.foundation.jobs import progress, rules
from weir.foundation.jobs.terms import Batch, Due, Failure, Item
from weir.kernel.moments import Moment

# Progress is kept after so many items: what a crash makes us look at again.
STEP = 20


class Act(Protocol):
    """Does one item: a gate perhaps, then a verb as SYSTEM under this key. Called again after a crash."""

    def __call__(self, item: str, *, key: str, now: Moment) -> object: ...


JOBS: dict[str, Act] = {}


@dataclass(frozen=True)
class DueRows:
    """Rows that fall due: a question for those due by now, and the job that each of them wakes."""

    job: str
    source: Callable[[Moment], Iterable[Due]]


DUE: dict[str, DueRows] = {}


class Stopping(BaseException):
    """The worker stops and lets go of the batch where it is. No error: nothing may take it for something failed."""


@dataclass(frozen=True)
class Means:
    """What a worker lends to a batch: a clock, a guard that turns whatever goes wrong into a failure, and its stop
    sign.
    """

    now: Callable[[], Moment]
    attempt: Callable[[Callable[[], object]], Failure | None]
    stopping: Callable[[], bool]


def job(name: str) -> Callable[[Act], Act]:
    """Declare what is done with one item, under its one name."""

    def declare(act: Act) -> Act:
        if name in JOBS:
            msg = f"{name} is declared twice"
            raise RuntimeError(msg)
        JOBS[name] = act
        return act

    return declare


def due_rows(name: str, source: Callable[[Moment], Iterable[Due]], *, wakes: str) -> None:
    """Have a scan wake a job for each row that is due. The row is the truth: it is told until its room has dealt with
    it.
    """
    DUE[name] = DueRows(wakes, source)


def wake_due(name: str, now: Moment) -> int:
    """One scan of one source; how many rows were told for the first time."""
    due = DUE[name]
    found = ((rules.waking(name, row.id, row.due_at), row) for row in due.source(now))
    items = [(waking, Item(row.id, f"{name}:{waking.hex()}")) for waking, row in found]
    return progress.wake_rows(due.job, items, now) if items else 0


def run(job_id: str, runner: str, means: Means) -> None:
    """Do what is left of a batch. Called again after every crash, with another runner, until nothing is left."""
    batch = progress.claim(job_id, runner, means.now())
    if batch is None:
        return
    for step in rules.cut(batch.left, STEP):
        tried = _tried(batch, step, means)
        if tried and not progress.keep(batch, tried, means.now()):
            return
        if len(tried) < len(step):
            raise Stopping


def _tried(batch: Batch, step: tuple[Item, ...], means: Means) -> list[tuple[Item, Failure | None]]:
    act = JOBS.get(batch.name)
    if act is None:
        return [(item, Failure(f"This release has no job named {batch.name}.")) for item in step]
    if rules.kills_its_worker(batch.starts):
        return [(item, Failure("Whichever worker began this batch ended before it was done.")) for item in step]
    tried: list[tuple[Item, Failure | None]] = []
    for item in step:
        if means.stopping():
            break
        tried.append((item, means.attempt(partial(act, item.id, key=item.key, now=means.now()))))
    return tried
