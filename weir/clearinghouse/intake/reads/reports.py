# SPDX-License-Identifier: Apache-2.0
"""Reports as they are kept, opened for whoever may read them."""

from __future__ import annotations

from dataclasses import replace

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import ReportRow
from weir.clearinghouse.intake.terms import AiUse, Report, ReportId, ReportLine, ReportState, Submission
from weir.foundation.actor import Actor
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.question import Page, question
from weir.foundation.store.reads import unseal
from weir.foundation.store.terms import Erased
from weir.kernel.canonical import hexdigest, own_object
from weir.kernel.moments import Moment

PAGE = 50
SEALED_CONTEXT = "intake.report"
ERASED = "(erased)"


@question("intake.read_report", on="report", sealed=True)
def read_report(actor: Actor, report: ReportId) -> Report:
    """One report, opened, with what it still lacks."""
    opened = report_for(actor, report)
    return replace(opened, checklist=rules.checklist(opened.submission))


@question("intake.list_reports", filtered=True, sealed=True)
def list_reports(actor: Actor, after: str = "") -> Page[ReportLine]:
    """The reports you sent, newest first."""
    # As whoever sent them, not as staff: a coordinator is shown every report, and these are one's own.
    rows, further = newest_page(replace(actor, staff=False), ReportRow, "intake.list_reports", after=after, limit=PAGE)
    return Page(tuple(_line(row) for row in rows), further)


def report_for(actor: Actor, report: ReportId) -> Report:
    """The opened report; for verbs and questions that have asked policy already."""
    row = ReportRow.objects.get(number=report)
    words = _words(row)
    return Report(
        id=report,
        state=ReportState(row.state),
        received_at=Moment.of(row.received_at),
        submitter=row.submitter,
        submission=_submission(words),
        # Worked out, never kept: beside the row it would confirm a guess, and show which reports are alike.
        digest=hexdigest(words),
    )


def _words(row: ReportRow) -> bytes:
    return unseal(row.number, bytes(row.sealed), SEALED_CONTEXT)


def _submission(words: bytes) -> Submission:
    said = own_object(words)
    return Submission(**(said | {"ai_use": AiUse(said["ai_use"])}))


def _said(row: ReportRow) -> Submission:
    """What the finder said; of a case whose key was dropped only that it was here. One such row must not close the
    list.
    """
    try:
        return _submission(_words(row))
    except Erased:
        return Submission(ERASED, "", "")


def _line(row: ReportRow) -> ReportLine:
    said = _said(row)
    return ReportLine(
        ReportId(row.number), said.title, said.component, ReportState(row.state), Moment.of(row.received_at)
    )
