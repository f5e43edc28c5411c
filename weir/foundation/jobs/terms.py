# SPDX-License-Identifier: Apache-2.0
"""Nouns of jobs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from weir.kernel.errors import Conflict, Missing
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment

BATCH = 200
LONGEST_SENTENCE = 300


class SetAsideId(TypedId, prefix="SA"):
    """One thing that a job could not do."""


class JobState(StrEnum):
    """Where a batch stands."""

    WAITING = "waiting"
    SENT = "sent"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


UNFINISHED = (JobState.WAITING, JobState.SENT, JobState.RUNNING)


@dataclass(frozen=True)
class Item:
    """One thing to do: what it is about, and the idempotency key under which its verb is called at every try."""

    id: str
    key: str


@dataclass(frozen=True)
class Station:
    """A reader of the ledger: entries of this kind wake this job, one item each."""

    name: str
    kind: str
    job: str


@dataclass(frozen=True)
class Due:
    """A row that has fallen due. While its room has not dealt with it, it is told again."""

    id: str
    due_at: Moment


@dataclass(frozen=True)
class Batch:
    """A job as a worker holds it: what is left of it, and the token that says it is still this worker's."""

    id: str
    name: str
    left: tuple[Item, ...]
    turn: int
    starts: int
    runner: str


@dataclass(frozen=True)
class Failure:
    """Why an item was not done. What passes by itself is tried again; the rest waits for a person."""

    sentence: str
    passes: bool = False


@dataclass(frozen=True)
class Lease:
    """That this process runs a worker slot. The generation is the fence: whoever takes the slot over raises it."""

    executor: str
    generation: int
    until: Moment


@dataclass(frozen=True)
class Process:
    """A process as another one can recognize it: where, which, and born when (a pid alone is used again)."""

    host: str
    pid: int
    born: int


@dataclass(frozen=True)
class JobStatus:
    """How far a batch has come. `attempts` counts its turn among repeated tries; `trouble` is the last thing in its
    way.
    """

    id: str
    name: str
    state: JobState
    done: int
    total: int
    set_aside: int
    attempts: int
    due_at: Moment
    trouble: str


@dataclass(frozen=True)
class WorkerStatus:
    """A worker slot. `alive` says that its lease runs; `trouble` is what its last pulse could not do."""

    executor: str
    host: str
    pid: int
    alive: bool
    seen_at: Moment
    trouble: str


@dataclass(frozen=True)
class JobsStatus:
    """What the workers are doing. `lag` counts batches that are due and not begun."""

    workers: tuple[WorkerStatus, ...]
    jobs: tuple[JobStatus, ...]
    lag: int
    set_aside: int


@dataclass(frozen=True)
class SetAside:
    """What a job could not do, and why. It waits for a person."""

    id: SetAsideId
    job: str
    item: str
    sentence: str
    at: Moment


@dataclass(frozen=True)
class Retried:
    """A thing that was set aside is tried again."""

    id: SetAsideId
    job: str
    item: str


@dataclass(frozen=True)
class Cancelled:
    """A batch goes no further. What it had done stays done."""

    id: str
    name: str
    done: int


class SlotTaken(Conflict):
    """Another worker runs under this name."""

    hint = (
        "Give each worker that runs at once a WEIR_EXECUTOR of its own; after a crash on another host, wait 20 seconds."
    )


class SlotNotYetFree(SlotTaken):
    """Another host ran a worker under this name, and its lease has not ended."""


class NoSuchJob(Missing):
    """There is no job of that id, or it was over long ago."""

    hint = "`weir jobs status` lists what runs and what waits."


class NotSetAside(Missing):
    """Nothing is set aside under that number."""

    hint = "`weir jobs list-set-aside` lists what is; somebody may have tried it again already."


class AlreadyOver(Conflict):
    """This job is over."""

    hint = "What it did stays done; there is nothing left to stop."
