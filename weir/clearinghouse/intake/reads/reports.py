# SPDX-License-Identifier: Apache-2.0
"""Reports as they are kept, opened for whoever may read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import AttachmentRow, FactRow, ReportRow
from weir.clearinghouse.intake.reads.clocks import clocks_of
from weir.clearinghouse.intake.reads.sealed import SEALED_CONTEXT, attachment_of, submission_from, words_of
from weir.clearinghouse.intake.terms import (
    ClockState,
    Report,
    ReportId,
    ReportLine,
    ReportState,
    Role,
    Submission,
)
from weir.foundation.actor import Actor
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.question import Page, present, question
from weir.foundation.store.reads import unseal
from weir.foundation.store.terms import Erased
from weir.kernel.canonical import hexdigest
from weir.kernel.moments import Moment

PAGE = 50
ERASED = "(erased)"


@question("intake.read_report", on="report", sealed=True)
def read_report(actor: Actor, report: ReportId) -> Report:
    """One report, opened, with what it still lacks."""
    opened = report_for(actor, report)
    row = ReportRow.objects.prefetch_related("facts", "attachments").get(number=report)
    whole = rules.whole(opened.submission, (words_of(row.number, fact) for fact in _in_order(row)))
    return replace(opened, checklist=rules.checklist(whole, _roles(row)))


@question("intake.list_reports", filtered=True, sealed=True)
def list_reports(actor: Actor, after: str = "") -> Page[ReportLine]:
    """The reports you sent, newest first: where each stands, what it lacks, and what comes next."""
    # As whoever sent them, not as staff: a coordinator is shown every report, and these are one's own.
    rows, further = newest_page(replace(actor, staff=False), ReportRow, "intake.list_reports", after=after, limit=PAGE)
    return Page(tuple(_lines(rows)), further)


def report_for(actor: Actor, report: ReportId) -> Report:
    """The opened report as it came; for verbs and questions that have asked policy already."""
    row = ReportRow.objects.get(number=report)
    words = _words(row)
    return Report(
        id=report,
        state=ReportState(row.state),
        received_at=Moment.of(row.received_at),
        submitter=row.submitter,
        submission=submission_from(words),
        # Worked out, never kept: beside the row it would confirm a guess, and show which reports are alike.
        digest=hexdigest(words),
    )


def _words(row: ReportRow) -> bytes:
    return unseal(row.number, bytes(row.sealed), SEALED_CONTEXT)


def _in_order(row: ReportRow) -> list[FactRow]:
    return sorted(row.facts.all(), key=lambda fact: fact.place)


def _roles(row: ReportRow) -> Collection[Role]:
    return {attachment_of(row.number, kept).role for kept in row.attachments.all()}


def _lines(rows: Iterable[ReportRow]) -> Iterable[ReportLine]:
    kept = list(rows)
    facts, files = defaultdict(list), defaultdict(list)
    for fact in FactRow.objects.filter(report__in=kept).order_by("place"):
        facts[fact.report_id].append(fact)
    for file in AttachmentRow.objects.filter(report__in=kept):
        files[file.report_id].append(file)
    now = present()
    for row in kept:
        yield _line(row, facts[row.pk], files[row.pk], now)


def _line(row: ReportRow, facts: list[FactRow], files: list[AttachmentRow], now: Moment) -> ReportLine:
    """What the finder said; of a case whose key was dropped only that it was here. One such row must not close the
    list.
    """
    try:
        said = rules.whole(submission_from(_words(row)), [words_of(row.number, fact) for fact in facts])
        lacks = rules.lacks(rules.checklist(said, {attachment_of(row.number, kept).role for kept in files}))
    except Erased:
        said, lacks = Submission(ERASED, "", ""), 0
    running = [clock.due for clock in clocks_of(row, now) if clock.state in {ClockState.RUNS, ClockState.MISSED}]
    return ReportLine(
        id=ReportId(row.number),
        title=said.title,
        component=said.component,
        state=ReportState(row.state),
        received_at=Moment.of(row.received_at),
        lacks=lacks if row.state != ReportState.WITHDRAWN else 0,
        asked=bool(row.needs_owner),
        next_at=min(running, default=None),
    )
