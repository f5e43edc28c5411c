# SPDX-License-Identifier: Apache-2.0
"""The queue, and one finding."""

from __future__ import annotations

from django.db.models import Q

from weir.clearinghouse.findings.models import FindingReportRow, FindingRow
from weir.clearinghouse.findings.terms import Finding, FindingId, FindingLine, FindingState, ReportOf
from weir.clearinghouse.intake.terms import ReportId
from weir.foundation.actor import Actor
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.question import Page, question
from weir.foundation.store.reads import unseal
from weir.foundation.store.terms import Erased
from weir.kernel.canonical import own_object
from weir.kernel.moments import Moment

PAGE = 50
SEALED_CONTEXT = "findings.finding"
ERASED = "(erased)"


@question("findings.list_findings", filtered=True, sealed=True)
def list_findings(actor: Actor, state: FindingState | None = None, after: str = "") -> Page[FindingLine]:
    """The queue: findings that you may see, newest first."""
    where = Q(state=state) if state else None
    rows, further = newest_page(actor, FindingRow, "findings.list_findings", after=after, limit=PAGE, where=where)
    return Page(tuple(line_of(row) for row in rows), further)


@question("findings.read_finding", on="finding", sealed=True)
def read_finding(actor: Actor, finding: FindingId) -> Finding:
    """One finding, and the reports that led to it."""
    row = FindingRow.objects.get(number=finding)
    line = line_of(row)
    reports = FindingReportRow.objects.filter(finding=row).order_by("received_at")
    return Finding(
        id=line.id,
        title=line.title,
        target=line.target,
        state=line.state,
        received_at=line.received_at,
        marking=line.marking,
        reports=tuple(ReportOf(ReportId(kept.report), Moment.of(kept.received_at)) for kept in reports),
    )


def line_of(row: FindingRow) -> FindingLine:
    said = _said(row)
    return FindingLine(
        id=FindingId(row.number),
        title=said["title"],
        target=said["target"],
        state=FindingState(row.state),
        received_at=Moment.of(row.received_at),
        reports=row.reports,
        marking=f"TLP:{row.tlp}",
    )


def _said(row: FindingRow) -> dict[str, str]:
    """What was sealed; of a case whose key was dropped only that it was here. One such row must not close the whole
    list.
    """
    try:
        return own_object(unseal(row.number, bytes(row.sealed), SEALED_CONTEXT))
    except Erased:
        return {"title": ERASED, "target": ""}
