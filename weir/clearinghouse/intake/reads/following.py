# SPDX-License-Identifier: Apache-2.0
"""The course of a report: what was said after it came, what is awaited, which files belong to it."""

from __future__ import annotations

from weir.clearinghouse.intake.models import CommitmentRow, ReportRow
from weir.clearinghouse.intake.reads.clocks import clocks_of, needs_of
from weir.clearinghouse.intake.reads.sealed import attachment_of, words_of
from weir.clearinghouse.intake.terms import Act, Course, Fact, ReportId
from weir.foundation.actor import Actor
from weir.foundation.question import present, question
from weir.kernel.moments import Moment


@question("intake.read_course", on="report", sealed=True)
def read_course(actor: Actor, report: ReportId) -> Course:
    """What was said about a report after it came, what is awaited and by when, and the files that belong to it."""
    row = ReportRow.objects.get(number=report)
    facts = tuple(
        Fact(Act(fact.act), Moment.of(fact.at), words_of(row.number, fact)) for fact in row.facts.order_by("place")
    )
    attachments = tuple(attachment_of(row.number, kept) for kept in row.attachments.order_by("id"))
    committed = CommitmentRow.objects.filter(report=report).order_by("committed_at").first()
    return Course(
        id=report,
        turn_at=Moment.of(row.turn_at) if row.turn_at else None,
        facts=facts,
        clocks=clocks_of(row, present()),
        needs=needs_of(row),
        attachments=attachments,
        committed_at=Moment.of(committed.committed_at) if committed else None,
    )
