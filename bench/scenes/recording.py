# SPDX-License-Identifier: Apache-2.0
"""What recording costs a real verb: `receive_report` of 2 KB with and without its fourth beat; and the bare rows by
the ORM.

python -m bench.scenes.recording WRITERS SECONDS      prints calls a second of each side, round by round
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.scenes.opened import FINDER, open_house

ROUNDS = 21
DESCRIPTION = "The length in the header is trusted. " * 56


def sides() -> dict[str, Callable[[], Callable[[], object]]]:
    """Each side, made ready when its turn comes. Imported here, because rooms need Django set up."""
    from weir.clearinghouse.intake.rules import accuracy
    from weir.clearinghouse.intake.verbs import receive_report
    from weir.foundation.verb import BOUND, Act, Entry
    from weir.kernel.moments import EPOCH
    from weir.shell.clock import now

    # A year's worth of reports in a second is not what is measured: each goes on at once, as a finder's do in life.
    accuracy.FLOOR = accuracy.CEILING = 10**9
    recorder = BOUND.record
    nothing, nowhere = Act("", 1, "", b"", "", EPOCH), Entry("", "", b"", EPOCH)

    class Unrecorded:
        """Neither the outcome's bytes are made nor anything kept."""

        def write(self, actor: Any, act: Any, *, last: bool) -> Entry:
            return nowhere

        def recall(self, *asked: object) -> None:
            return None

    def call() -> object:
        return receive_report(FINDER, "Heap overflow", DESCRIPTION, component="pkg:pypi/made-up@1", now=now())

    def verb() -> Callable[[], object]:
        vars(receive_report).pop("_act", None)
        BOUND.record = recorder
        return call

    def unrecorded() -> Callable[[], object]:
        vars(receive_report)["_act"] = lambda *_asked: nothing
        BOUND.record = Unrecorded()
        return call

    return {"verb": verb, "unrecorded": unrecorded, "bare": lambda: bare}


def bare() -> None:
    """The same two rows, as large, in one transaction, with no policy, no sealing, no marking, no hashing."""
    from django.db import transaction

    from weir.clearinghouse.intake.models import ReportRow
    from weir.foundation.ledger.models import EntryRow
    from weir.foundation.transactions import tell_row_security
    from weir.kernel.ids import uuid7
    from weir.shell.clock import now

    at = now()
    id = uuid7(at, os.urandom)
    with transaction.atomic():
        tell_row_security(beat="writing", keys=frozenset())  # PostgreSQL takes no report from whoever does not say so
        ReportRow.objects.create(
            id=id,
            number=id.hex[-24:],
            state="received",
            received_at=at,
            submitter=FINDER.id,
            organization=FINDER.organization,
            sealed=os.urandom(len(DESCRIPTION) + 160),
        )
        EntryRow.objects.create(
            log=1,
            kind="intake.receive_report",
            version=1,
            actor=FINDER.id,
            about=id.hex[:14],
            compartment=id.hex[:14],
            at_ms=0,
            body=os.urandom(380),
            salt=b"",
            leaf=os.urandom(32),
        )


def main(writers: int, seconds: float) -> None:
    open_house()
    from django.db import connections

    connections.close_all()
    fork = multiprocessing.get_context("fork")
    barrier, counted = fork.Barrier(writers), fork.Queue()
    started = [fork.Process(target=write, args=(barrier, counted, seconds)) for _ in range(writers)]
    for process in started:
        process.start()
    each = [counted.get() for _ in started]
    for process in started:
        process.join()
    print(json.dumps({name: [sum(found[name][n] for found in each) for n in range(ROUNDS)] for name in each[0]}))


def write(barrier: Any, counted: Any, seconds: float) -> None:
    """One writer: all sides in turn, in step with the other writers."""
    every = sides()
    found: dict[str, list[float]] = {name: [] for name in every}
    for ready in every.values():
        ready()()
    for _ in range(ROUNDS):
        for name, ready in every.items():
            found[name].append(rate(ready(), barrier, seconds))
    counted.put(found)


def rate(act: Callable[[], object], barrier: Any, seconds: float) -> float:
    """Calls a second. A writer that waited long for the others is counted by the time it really took."""
    barrier.wait()
    calls, begun = 0, time.perf_counter()
    while (took := time.perf_counter() - begun) < seconds:
        act()
        calls += 1
    return calls / took


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
