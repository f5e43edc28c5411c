# SPDX-License-Identifier: Apache-2.0
"""The worker: a pulse that grows the log, reads the flow on, tells the queue what is due, and does what the queue hands
it.

Any number may run, each under a name of its own (WEIR_EXECUTOR). Here stands the only broad exception handler of Weir:
whatever goes wrong in one thing is said, tried again with patience, and stops nothing else.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections

from weir.foundation.actor import SYSTEM
from weir.foundation.identity.accounts import sweep_sessions
from weir.foundation.identity.verbs import sweep_ended
from weir.foundation.jobs import cursor, jobs, leases, progress
from weir.foundation.jobs.gates import DurableQueue, Processes, Queue, queue_url
from weir.foundation.jobs.terms import Failure, Lease, SlotNotYetFree
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.gates.presence import stay
from weir.foundation.ledger.sequencer import Sequencer
from weir.foundation.ledger.verbs import sweep_notes
from weir.foundation.policy.reads import open_policies
from weir.foundation.store.blobs import sweep as sweep_blobs
from weir.foundation.store.verbs import finish_destructions
from weir.kernel.errors import Unavailable, WeirError
from weir.kernel.moments import Moment
from weir.shell import flow, wiring
from weir.shell.clock import now
from weir.shell.keeping.endings import Endings
from weir.shell.running import errands

log = logging.getLogger(__name__)

PULSE = 0.5
AT_ONCE = 2
LONGEST_WAIT = timedelta(seconds=30)
FINISHES_WITHIN = 6.0
FENCED = 75  # the exit code of "try again": the supervisor starts it anew, and it takes its slot if that is free


@dataclass
class Chore:
    """One thing that the pulse does again and again, and how long it is left alone after it failed."""

    name: str
    every: timedelta
    act: Callable[[Moment], object]
    due_at: Moment | None = None
    failures: int = 0

    def is_due(self, at: Moment) -> bool:
        return self.due_at is None or self.due_at <= at

    def did(self, failure: Failure | None, at: Moment) -> None:
        self.failures = self.failures + 1 if failure else 0
        patience = timedelta(seconds=2 ** min(self.failures, 10)) if failure else timedelta(0)
        self.due_at = Moment.of(at + max(self.every, min(patience, LONGEST_WAIT)))


class Worker:
    """One worker slot, from taking its lease to giving it up."""

    def __init__(self, queue: Queue, executor: str, *, clock: Callable[[], Moment] = now) -> None:
        self.queue, self.executor, self.clock = queue, executor, clock
        self.processes = Processes()
        self.stop = threading.Event()
        self.fenced = False
        self.trouble = ""
        self.stations = (*flow.stations(), *errands.STATIONS)
        self._busy = threading.Semaphore(AT_ONCE)
        self._lease: Lease | None = None
        self.chores = self._chores()

    def run(self) -> int:
        """Until somebody sets `stop`, or the slot is taken over; the exit code."""
        self.begin()
        while not self.stop.wait(PULSE):
            self.pulse()
        return self.end()

    def begin(self) -> None:
        """Take the slot first: whatever was in this slot's hands comes back to it as soon as it listens."""
        self._lease = self._take()
        cursor.begin(self.stations)
        self.queue.listen(self.look, at_once=AT_ONCE)
        log.info("worker %s is at work", self.executor)

    def pulse(self) -> None:
        """Every chore that is due, each on its own: what fails is left alone for a while and keeps nothing else
        waiting.
        """
        close_old_connections()
        troubles = []
        for chore in self.chores:
            if self.stop.is_set():
                return
            if not chore.is_due(at := self.clock()):
                continue
            failure = self.attempt(partial(chore.act, at))
            chore.did(failure, at)
            if failure:
                troubles.append(f"{chore.name}: {failure.sentence}")
                log.warning("%s did not go: %s Again at %s.", chore.name, failure.sentence, chore.due_at)
        self.trouble = troubles[0] if troubles else self._still_troubled()

    def end(self) -> int:
        """Let what runs come to the end of its item, and leave the rest in the queue for whoever comes next."""
        self.stop.set()
        for _ in range(AT_ONCE):
            self._busy.acquire(timeout=FINISHES_WITHIN / AT_ONCE)
        self.queue.close()
        if self._lease and not self.fenced:
            self.attempt(partial(leases.release, self._lease))
        log.info("worker %s has stopped", self.executor)
        return FENCED if self.fenced else 0

    def look(self, job: str) -> None:
        """What the queue calls, in a thread of its own. It never fails: what could not be done is kept in rows."""
        with self._busy:
            close_old_connections()
            assert self._lease is not None
            runner = f"{self._lease.generation}.{os.getpid()}.{os.urandom(8).hex()}"
            jobs.run(job, runner, jobs.Means(self.clock, self.attempt, self.stop.is_set))

    def attempt(self, act: Callable[[], object]) -> Failure | None:
        """Do it, and say what was the matter if it was not done."""
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the one place where everything is caught: see the head of this file
            failure = failure_of(error)
            # A connection that broke under this is dropped, so that the next try opens a fresh one.
            close_old_connections()
            return failure
        return None

    def _take(self) -> Lease:
        patience = leases.LENGTH + leases.RENEWED_EVERY
        until = self.clock() + patience
        while True:
            try:
                return leases.take(self.executor, self.processes.mine(), self.clock(), is_gone=self.processes.is_gone)
            except SlotNotYetFree:
                if self.clock() > until or self.stop.wait(PULSE):
                    raise

    def _renew(self, at: Moment) -> None:
        assert self._lease is not None
        kept = leases.renew(self._lease, at, self.trouble)
        if kept is None:
            log.error("the slot %s was taken over: this worker stops", self.executor)
            self.fenced = True
            self.stop.set()
            return
        self._lease = kept

    def _rescue(self, at: Moment) -> None:
        assert self._lease is not None
        if rescued := leases.rescue(self._lease, self.queue.resume, at):
            log.warning("%s batches of a worker that ended were given back to the queue", rescued)

    def _still_troubled(self) -> str:
        return self.trouble if any(chore.failures for chore in self.chores) else ""

    def _chores(self) -> list[Chore]:
        often, sometimes, hourly = timedelta(0), timedelta(seconds=5), timedelta(hours=1)
        due_rows = [Chore(f"due rows of {name}", sometimes, partial(jobs.wake_due, name)) for name in jobs.DUE]
        return [
            Chore("lease", leases.RENEWED_EVERY, self._renew),
            Chore("tick", often, _tick),
            Chore("relay", often, lambda at: cursor.relay(self.stations, at)),
            *due_rows,
            Chore("endings", often, Endings(settings.KEYS).follow),
            Chore("sending", often, lambda at: progress.send_due(self.queue, at)),
            Chore("lost wake-ups", sometimes, lambda at: progress.wake_lost(self.queue, at)),
            Chore("rescue", sometimes, self._rescue),
            Chore("destructions", sometimes, finish_destructions),
            Chore("what has ended", hourly, lambda at: sweep_ended(SYSTEM, now=at)),
            Chore("sessions that ran out", hourly, sweep_sessions),
            Chore("keys and notes that served their time", hourly, lambda at: sweep_notes(SYSTEM, now=at)),
            Chore("orphaned files", hourly, sweep_blobs),
            Chore("old batches", hourly, progress.forget_old),
        ]


def failure_of(error: Exception) -> Failure:
    """A sentence, and whether waiting may help. What nobody foresaw is told in full to the log, and only there."""
    if isinstance(error, WeirError):
        return Failure(error.sentence, passes=isinstance(error, Unavailable))
    if isinstance(error, OSError):
        # Disks, networks, servers of others: what is away comes back, or a person is told after half an hour.
        log.warning("something outside did not do it", exc_info=error)
        return Failure(f"Something outside did not do it ({type(error).__name__}).", passes=True)
    if isinstance(error, DatabaseError):
        log.debug("the database did not do it", exc_info=error)
        return Failure(f"The database did not do it ({type(error).__name__}).", passes=True)
    log.error("something unforeseen", exc_info=error)
    return Failure(f"Something unforeseen ({type(error).__name__}); the worker's log says what.")


def _tick(at: Moment) -> None:
    sequencer = Sequencer(ledger.notary(), timedelta(seconds=settings.TICK_SECONDS), settings.BATCH_DEPTH)
    sequencer.tick(at)


def declare() -> None:
    """Every job of every room, and those of the flow."""
    for room in wiring.rooms():
        if find_spec(f"{room}.jobs"):
            import_module(f"{room}.jobs")
    flow.declare_jobs()
    errands.declare_jobs()


def main(stops: Iterable[signal.Signals] = (signal.SIGTERM, signal.SIGINT)) -> int:
    """Run the slot of this process until a signal comes; the exit code."""
    open_policies(strict=True)
    stay(on_return=wiring.open_log.cache_clear)
    wiring.begin()
    declare()
    queue = DurableQueue(queue_url(settings.DATABASES["default"], settings.HOME), settings.EXECUTOR)
    worker = Worker(queue, settings.EXECUTOR)
    for sign in stops:
        signal.signal(sign, lambda *_: worker.stop.set())
    return worker.run()
