# SPDX-License-Identifier: Apache-2.0
"""Committing now, revealing later."""

from __future__ import annotations

import os

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import CommitmentRow, ReportRow
from weir.clearinghouse.intake.reads import commitments_of, report_for
from weir.clearinghouse.intake.terms import (
    MOST_WAITING,
    CommitmentId,
    CommitmentState,
    Committed,
    DoesNotOpen,
    OpenedBefore,
    Opening,
    ReportId,
    TooManyWaiting,
)
from weir.foundation.actor import Actor
from weir.foundation.policy.marks import mark, mark_fresh
from weir.foundation.policy.rules import root
from weir.foundation.policy.terms import Marking, NothingHere, Tlp
from weir.foundation.verb import verb
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment


@verb("intake.commit_report")
def commit_report(actor: Actor, commitment: str, *, now: Moment) -> Committed:
    """Put on record that you hold a report, without telling anything of it.

    `commitment` is SHA-256 over a salt of yours and the report's canonical words, in hexadecimal. It reserves nothing:
    opened with `intake.open_commitment`, it proves since when you had the report.
    """
    told = rules.thirty_two_bytes(commitment, "commitment")
    if commitments_of(actor, now).waiting >= MOST_WAITING:
        raise TooManyWaiting
    number = CommitmentId.mint(now.year, os.urandom)
    row = CommitmentRow(
        id=uuid7(now, os.urandom),
        number=number,
        member=root(actor),
        commitment=told,
        committed_at=now,
        state=CommitmentState.WAITING,
    )
    row.save(force_insert=True)
    mark_fresh([row], row.member, Marking(Tlp.AMBER_STRICT, _own(row)))
    return Committed(number, now, commitment)


@verb("intake.open_commitment", on="commitment")
def open_commitment(actor: Actor, commitment: CommitmentId, report: ReportId, salt: str, *, now: Moment) -> Opening:
    """Show that a report which you sent is the one that you had committed to.

    From then on coordinators see it beside the report; nobody else does.
    """
    row = CommitmentRow.objects.select_for_update().get(number=commitment)
    if row.state == CommitmentState.OPENED:
        raise OpenedBefore
    salted = rules.thirty_two_bytes(salt, "salt")
    if not ReportRow.objects.filter(number=report, submitter=actor.id).exists():
        raise NothingHere
    if not rules.opens(bytes(row.commitment), salted, report_for(actor, report).submission):
        raise DoesNotOpen
    row.state, row.report, row.opened_at = CommitmentState.OPENED, report, now
    row.save(update_fields=["state", "report", "opened_at"])
    mark(row, row.member, Marking(Tlp.AMBER_STRICT, _own(row) | {"role:coordinator"}))
    return Opening(commitment, report, Moment.of(row.committed_at), now)


def _own(row: CommitmentRow) -> frozenset[str]:
    """Whoever answers for it, and the agents of theirs."""
    return frozenset({f"actor:{row.member}", f"owner:{row.member}"})
