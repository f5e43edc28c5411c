# SPDX-License-Identifier: Apache-2.0
"""What findings does by itself: the next edition of the buckets, at its time, whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from weir.clearinghouse.findings.reads.checking import newest_edition
from weir.clearinghouse.findings.verbs.checking import publish_buckets
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs.jobs import due_rows, job
from weir.foundation.jobs.terms import Due
from weir.kernel.moments import EPOCH, Moment


@job("findings.publish_buckets")
def publish(item: str, *, key: str, now: Moment) -> object:
    """One edition for each that has served its time: called again under the same key, it makes none."""
    return publish_buckets.perform(SYSTEM, now=now, idempotency_key=key)


def editions_due(now: Moment) -> Iterator[Due]:
    newest = newest_edition()
    if newest is None:
        yield Due("first", EPOCH)
    elif (due_at := Moment.of(newest.made_at + timedelta(minutes=settings.CHECK_MINUTES))) <= now:
        yield Due(newest.number, due_at)


due_rows("findings.editions", editions_due, wakes="findings.publish_buckets")
