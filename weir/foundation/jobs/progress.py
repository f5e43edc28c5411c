# SPDX-License-Identifier: Apache-2.0
"""How batches come to be, are handed out, get on and end.

A named direct writer: a batch says nothing that the ledger should keep, since the verbs it calls record themselves. At
each commit point stands what is true if we stop there; in every case somebody looks again, and idempotency keys make
looking again harmless.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from django.db import IntegrityError
from django.db.models import F

from weir.foundation.jobs import rules
from weir.foundation.jobs.models import JobRow, SetAsideRow, WokenRow
from weir.foundation.jobs.terms import (
    BATCH,
    LONGEST_SENTENCE,
    UNFINISHED,
    Batch,
    Failure,
    Item,
    JobState,
    SetAsideId,
)
from weir.foundation.transactions import writing
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

SENT_AT_ONCE = 100
LOST_AFTER = timedelta(seconds=30)
KEPT = timedelta(days=30)


class Wakes(Protocol):
    """What this file needs of the queue."""

    def wake(self, job: str, name: str) -> None: ...

    def pending(self, names: Sequence[str]) -> frozenset[str]: ...


def create(name: str, items: Sequence[Item], now: Moment, *, turn: int = 1) -> int:
    """Batches for these items, in the caller's transaction; how many. Due at once, or after the wait of their turn."""
    batches = rules.cut(items, BATCH)
    JobRow.objects.bulk_create(
        JobRow(
            id=uuid7(now, os.urandom),
            name=name,
            items=[[item.id, item.key] for item in batch],
            total=len(batch),
            state=JobState.WAITING,
            turn=turn,
            due_at=now + rules.wait_before(turn),
            changed_at=now,
        )
        for batch in batches
    )
    return len(batches)


def send_due(queue: Wakes, now: Moment) -> int:
    """Tell the queue of every batch that is due. Several workers may do this at once: a name is taken in only once."""
    rows = JobRow.objects.filter(state=JobState.WAITING, due_at__lte=now).order_by("due_at").values_list("id", "wakes")
    sent = list(rows[:SENT_AT_ONCE])
    for id, wakes in sent:
        queue.wake(str(id), waking_name(id, wakes))
        # Stop here: the queue knows and the row does not say so. The next pulse tells it again under the same name.
        JobRow.objects.filter(id=id, state=JobState.WAITING).update(state=JobState.SENT, changed_at=now)
    return len(sent)


def waking_name(id: object, wakes: int) -> str:
    """Deterministic: told twice, the queue hears it once. A lost wake-up is told again under the next name."""
    return f"{id}.{wakes}"


def wake_lost(queue: Wakes, now: Moment) -> int:
    """The row is the truth: a batch that the queue has forgotten, or given up, is told to it again."""
    rows = JobRow.objects.filter(state__in=(JobState.SENT, JobState.RUNNING), changed_at__lt=now - LOST_AFTER)
    quiet = {waking_name(id, wakes): id for id, wakes in rows.values_list("id", "wakes")[:SENT_AT_ONCE]}
    if not quiet:
        return 0
    lost = [quiet[name] for name in set(quiet) - queue.pending(list(quiet))]
    found = JobRow.objects.filter(id__in=lost, state__in=(JobState.SENT, JobState.RUNNING))
    return found.update(state=JobState.WAITING, wakes=F("wakes") + 1, changed_at=now)


def claim(job: str, runner: str, now: Moment) -> Batch | None:
    """What is left of a batch, for this runner alone from here on; None when nothing is."""
    with writing():
        row = JobRow.objects.select_for_update().filter(id=job, state__in=UNFINISHED).first()
        if row is None:
            return None
        row.state, row.runner, row.starts, row.changed_at = JobState.RUNNING, runner, row.starts + 1, now
        row.save(update_fields=["state", "runner", "starts", "changed_at"])
        # Stop here: it runs in nobody's hands. The queue resumes it with this worker's slot, or `wake_lost` does.
    left = tuple(Item(id, key) for id, key in row.items[row.done :])
    return Batch(job, row.name, left, row.turn, row.starts, runner)


def keep(batch: Batch, tried: Sequence[tuple[Item, Failure | None]], now: Moment) -> bool:
    """So many more are done, and what failed is set aside or comes again later: all of it or nothing. False when the
    batch was cancelled, or has gone to another runner.
    """
    failed = [(item, failure) for item, failure in tried if failure is not None]
    again = [item for item, failure in failed if rules.comes_again(failure, batch.turn)]
    aside = [(item, failure) for item, failure in failed if not rules.comes_again(failure, batch.turn)]
    with writing():
        mine = JobRow.objects.filter(id=batch.id, runner=batch.runner, state=JobState.RUNNING)
        row = mine.select_for_update().first()
        if row is None:
            return False
        row.done, row.starts, row.changed_at = row.done + len(tried), 0, now
        row.set_aside += len(aside)
        row.trouble = failed[-1][1].sentence[:LONGEST_SENTENCE] if failed else row.trouble
        row.state = JobState.DONE if row.done >= row.total else JobState.RUNNING
        row.save(update_fields=["done", "starts", "changed_at", "set_aside", "trouble", "state"])
        create(batch.name, again, now, turn=batch.turn + 1)
        SetAsideRow.objects.bulk_create(_set_aside(batch.name, item, failure, now) for item, failure in aside)
    # Stop before this line: these items are tried again, and their keys give the answer that they gave before.
    return True


def wake_rows(job: str, items: Iterable[tuple[bytes, Item]], now: Moment) -> int:
    """Batches for due rows that were not told yet. Told and batched in one transaction: never one without the other."""
    by_waking = dict(items)
    try:
        return _wake_rows(job, by_waking, now)
    except IntegrityError:
        # Two workers scan at once: the other one has told some of these. The next scan finds what is left.
        return 0


def _wake_rows(job: str, by_waking: Mapping[bytes, Item], now: Moment) -> int:
    with writing():
        told = {bytes(row) for row in WokenRow.objects.filter(waking__in=by_waking).values_list("waking", flat=True)}
        fresh = {waking: item for waking, item in by_waking.items() if waking not in told}
        WokenRow.objects.bulk_create(WokenRow(waking=waking, at=now) for waking in fresh)
        create(job, list(fresh.values()), now)
    return len(fresh)


def forget_old(now: Moment) -> int:
    """Batches that ended a month ago, and wakings as old."""
    ended = JobRow.objects.filter(state__in=(JobState.DONE, JobState.CANCELLED), changed_at__lt=now - KEPT)
    gone, _ = ended.delete()
    WokenRow.objects.filter(at__lt=now - KEPT).delete()
    return gone


def _set_aside(name: str, item: Item, failure: Failure, now: Moment) -> SetAsideRow:
    number = SetAsideId.mint(now.year, os.urandom, length=8)  # long: a bad day sets thousands aside
    sentence = failure.sentence[:LONGEST_SENTENCE]
    return SetAsideRow(
        id=uuid7(now, os.urandom), number=number, name=name, item=item.id, key=item.key, sentence=sentence, at=now
    )
