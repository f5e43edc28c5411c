# SPDX-License-Identifier: Apache-2.0
"""Taking findings on, and keeping views of the queue."""

from __future__ import annotations

import os

from weir.clearinghouse.findings.models import FindingRow, ViewRow
from weir.clearinghouse.findings.reads.queue import VIEW_CONTEXT
from weir.clearinghouse.findings.terms import (
    LONGEST_NAME,
    MOST_VIEWS,
    FindingId,
    NoSuchView,
    Taken,
    TooManyViews,
    UnfitView,
    View,
    ViewId,
)
from weir.foundation.actor import Actor
from weir.foundation.store.blobs import seal
from weir.foundation.verb import verb
from weir.kernel.canonical import canonical
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

LONGEST_QUERY = 500


@verb("findings.take_finding", on="finding", sealed=True)
def take_finding(actor: Actor, finding: FindingId, *, now: Moment) -> Taken:
    """Take a finding on: other coordinators see that somebody has it."""
    FindingRow.objects.filter(number=finding).update(owner=actor.id)
    return Taken(finding, actor.id)


@verb("findings.hand_back_finding", on="finding", sealed=True)
def hand_back_finding(actor: Actor, finding: FindingId, *, now: Moment) -> Taken:
    """Let it be taken on by somebody else."""
    FindingRow.objects.filter(number=finding).update(owner=None)
    return Taken(finding, "")


@verb("findings.save_view")
def save_view(actor: Actor, name: str, query: str, *, now: Moment) -> View:
    """Keep a way to look at the queue, for yourself.

    Its name and filters may say what a case is about, so they are sealed, and the ledger holds neither.
    """
    if not 0 < len(name.strip()) <= LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise UnfitView(faults={"/name": f"has 1 to {LONGEST_NAME} characters"})
    if ViewRow.objects.filter(person=actor.id).count() >= MOST_VIEWS:
        raise TooManyViews
    number = ViewId.mint(now.year, os.urandom)
    words = canonical({"name": name.strip(), "query": query})
    row = ViewRow(id=uuid7(now, os.urandom), number=number, person=actor.id, sealed=seal(number, words, VIEW_CONTEXT))
    row.save(force_insert=True)
    return View(number, name.strip(), query)


@verb("findings.drop_view")
def drop_view(actor: Actor, view: ViewId, *, now: Moment) -> View:
    """Drop a view of your own."""
    if not ViewRow.objects.filter(number=view, person=actor.id).delete()[0]:
        raise NoSuchView
    return View(view)
