# SPDX-License-Identifier: Apache-2.0
"""What findings does by itself: items find their findings, findings are compared, and the next edition of the buckets
is made at its time, whatever happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from weir.clearinghouse.findings.engines.comparing import suggested
from weir.clearinghouse.findings.engines.trees import shipped
from weir.clearinghouse.findings.reads.checking import newest_edition
from weir.clearinghouse.findings.reads.items import comparisons_due, documents_due, fresh_findings, to_compare
from weir.clearinghouse.findings.verbs.checking import publish_buckets
from weir.clearinghouse.findings.verbs.items import correlate_items, record_compared
from weir.clearinghouse.findings.verbs.linking import nominate_link
from weir.clearinghouse.intake.terms.documents import DocumentId
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs.jobs import due_rows, job
from weir.foundation.jobs.terms import Due
from weir.foundation.store.terms import Erased
from weir.kernel.moments import EPOCH, Moment

MOST_BATCHES = 20  # of one document in one go; then others have their turn


@job("findings.walk_document")
def walk(item: str, *, key: str, now: Moment) -> None:
    """The items of a document that have their turn, a batch at a time. Stop anywhere: the next one goes on there."""
    for batch in range(MOST_BATCHES):
        try:
            done = correlate_items.perform(SYSTEM, DocumentId(item), now=now, idempotency_key=f"{key}/{batch}").outcome
        except Erased:
            return
        if done.goes_on_at is None or done.goes_on_at > now:
            return


@job("findings.compare_findings")
def compare(item: str, *, key: str, now: Moment) -> None:
    """Compare what is fresh with what is there, and bring up what is worth a look. Stop anywhere: a pair that was
    brought up already under this key is not brought up twice.
    """
    fresh = fresh_findings()
    for each in suggested(to_compare(fresh), frozenset(fresh), shipped()):
        own = f"{key}/{each.finding}/{each.other}/{each.kind}"
        nominate_link.perform(SYSTEM, *each, now=now, idempotency_key=own)
    record_compared(SYSTEM, tuple(fresh), now=now)


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


due_rows("findings.documents", documents_due, wakes="findings.walk_document")
due_rows("findings.comparisons", comparisons_due, wakes="findings.compare_findings")
due_rows("findings.editions", editions_due, wakes="findings.publish_buckets")
