# SPDX-License-Identifier: Apache-2.0
"""What was merged with what. Asked by verbs and questions that have asked policy already."""

from __future__ import annotations

from collections.abc import Iterable

from weir.clearinghouse.findings.models import FindingReportRow, FindingRow, UnverifiedProofRow
from weir.clearinghouse.findings.terms import FindingId
from weir.clearinghouse.intake.terms import ReportId


def tree_of(root: FindingRow, *, hold: bool = False) -> list[FindingRow]:
    """This finding, and all that was merged into it; held until the verb is over, if a verb asks."""
    rows = FindingRow.objects.select_for_update() if hold else FindingRow.objects.all()
    found = level = [root]
    while level:
        level = list(rows.filter(merged_into__in=[row.pk for row in level]).order_by("pk"))
        found = [*found, *level]
    return found


def reports_of(rows: Iterable[FindingRow]) -> list[FindingReportRow]:
    """Their reports, in the order in which they came."""
    return list(FindingReportRow.objects.filter(finding__in=[row.pk for row in rows]).order_by("received_at", "report"))


def unverified_in(rows: Iterable[FindingRow]) -> tuple[ReportId, ...]:
    reports = [each.report for each in reports_of(rows)]
    waiting = set(UnverifiedProofRow.objects.filter(report__in=reports).values_list("report", flat=True))
    return tuple(ReportId(report) for report in reports if report in waiting)


def unverified_proofs(finding: FindingId) -> tuple[ReportId, ...]:
    """Reports whose proofs are still to be run against the fix, because their findings were merged. Whoever closes a
    finding asks this first: while one is left, it is not closed.
    """
    return unverified_in(tree_of(FindingRow.objects.get(number=finding)))
