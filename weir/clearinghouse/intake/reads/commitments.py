# SPDX-License-Identifier: Apache-2.0
"""Commitments, for whoever made them; and how many a member has waiting, for the rooms that bound something by it."""

from __future__ import annotations

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import CommitmentRow
from weir.clearinghouse.intake.terms import (
    GOES_STALE_AFTER,
    Commitment,
    CommitmentCounts,
    CommitmentId,
    CommitmentState,
)
from weir.foundation.actor import Actor
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.policy.rules import root
from weir.foundation.question import Page, present, question
from weir.kernel.moments import Moment

PAGE = 50


@question("intake.read_commitment", on="commitment")
def read_commitment(actor: Actor, commitment: CommitmentId) -> Commitment:
    """One commitment: when it was made, and which report opened it."""
    return _shown(CommitmentRow.objects.get(number=commitment), present())


@question("intake.list_commitments", filtered=True)
def list_commitments(actor: Actor, after: str = "") -> Page[Commitment]:
    """Your commitments, newest first."""
    rows, further = newest_page(actor, CommitmentRow, "intake.list_commitments", after=after, limit=PAGE)
    now = present()
    return Page(tuple(_shown(row, now) for row in rows), further)


def commitments_of(actor: Actor, now: Moment) -> CommitmentCounts:
    """How many commitments this member has waiting, how many of them have gone stale, and how many were opened: agents
    count with the person who answers for them. For verbs and questions that have asked policy already.
    """
    own = CommitmentRow.objects.filter(member=root(actor))
    waiting = own.filter(state=CommitmentState.WAITING)
    stale = waiting.filter(committed_at__lt=now - GOES_STALE_AFTER).count()
    return CommitmentCounts(waiting.count(), stale, own.filter(state=CommitmentState.OPENED).count())


def _shown(row: CommitmentRow, now: Moment) -> Commitment:
    state, at = CommitmentState(row.state), Moment.of(row.committed_at)
    stale = state is CommitmentState.WAITING and rules.has_gone_stale(at, now)
    return Commitment(CommitmentId(row.number), state, bytes(row.commitment).hex(), at, stale, row.report)
