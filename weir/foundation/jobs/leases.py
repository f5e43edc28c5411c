# SPDX-License-Identifier: Apache-2.0
"""Who runs which worker slot, and what becomes of the work of one that died.

A named direct writer. The queue library gives a dead worker's work to nobody but a worker of the same name, so this
does: whoever finds a lease that has ended raises its generation, which fences the old holder out, and gives the work
back. A verdict of death may be wrong (a machine that slept, a network that was cut): then the old holder finds out at
its next renewal and stops itself, and whatever both of them did meanwhile met in one idempotency key.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError

from weir.foundation.jobs.models import LeaseRow
from weir.foundation.jobs.terms import LONGEST_SENTENCE, Lease, Process, SlotNotYetFree, SlotTaken
from weir.foundation.transactions import writing
from weir.kernel.moments import Moment

LENGTH = timedelta(seconds=15)
RENEWED_EVERY = timedelta(seconds=3)


def take(executor: str, process: Process, now: Moment, *, is_gone: Callable[[Process], bool]) -> Lease:
    """Run this slot. Refused while another process does; one that is known to be gone need not be waited for."""
    until = now + LENGTH
    try:
        with writing():
            row = LeaseRow.objects.select_for_update().filter(executor=executor).first()
            if row is None:
                LeaseRow.objects.create(executor=executor, until=until, seen_at=now, **vars(process))
                return Lease(executor, 1, Moment.of(until))
            holder = Process(row.host, row.pid, row.born)
            if row.until > now and not is_gone(holder):
                error = SlotTaken if holder.host == process.host else SlotNotYetFree
                raise error(f"A worker already runs as {executor} (process {row.pid} on {row.host.split('/')[0]}).")
            row.generation, row.host, row.pid, row.born = row.generation + 1, process.host, process.pid, process.born
            row.until, row.seen_at, row.trouble = until, now, ""
            row.save()
            return Lease(executor, row.generation, Moment.of(until))
    except IntegrityError:
        # Two started in the same instant, and the other one was first.
        raise SlotTaken(f"Another worker has just started as {executor}.") from None


def renew(lease: Lease, now: Moment, trouble: str = "") -> Lease | None:
    """Hold on to the slot; None when it was taken over, and then this worker must stop."""
    until = Moment.of(now + LENGTH)
    mine = LeaseRow.objects.filter(executor=lease.executor, generation=lease.generation)
    kept = mine.update(until=until, seen_at=now, trouble=trouble[:LONGEST_SENTENCE])
    return Lease(lease.executor, lease.generation, until) if kept else None


def release(lease: Lease) -> None:
    """Give the slot up at a graceful stop. Its batches were left where they are: the row stays until somebody takes it
    or gives them back, and says that nobody need be waited for.
    """
    row = LeaseRow.objects.filter(executor=lease.executor, generation=lease.generation)
    row.update(until=lease.until - LENGTH)


def rescue(mine: Lease, resume: Callable[[str], int], now: Moment) -> int:
    """Give back what slots that ended had in hand; how many batches. Any number of workers may try this at once."""
    ended = LeaseRow.objects.filter(until__lt=now - RENEWED_EVERY).exclude(executor=mine.executor)
    return sum(_rescue_one(executor, resume, now) for executor in ended.values_list("executor", flat=True))


def _rescue_one(executor: str, resume: Callable[[str], int], now: Moment) -> int:
    with writing():
        rows = LeaseRow.objects.select_for_update(skip_locked=True).filter(executor=executor, until__lt=now)
        row = rows.first()
        if row is None:
            return 0
        row.generation, row.until = row.generation + 1, now + LENGTH
        row.save(update_fields=["generation", "until"])
    # Stop here: the slot is fenced, and nothing is given back. When this hold ends, the next worker does it again.
    resumed = resume(executor)
    # Stop here: given back, and the row says it is not. It is done again, and finds nothing, or wakes a batch that
    # runs: whoever claims it last goes on, the other one's progress is refused.
    LeaseRow.objects.filter(executor=executor, generation=row.generation).delete()
    return resumed
