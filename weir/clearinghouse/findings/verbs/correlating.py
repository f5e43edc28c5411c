# SPDX-License-Identifier: Apache-2.0
"""Giving reports their findings."""

from __future__ import annotations

import os

from weir.clearinghouse.findings.models import FindingReportRow, FindingRow
from weir.clearinghouse.findings.reads import SEALED_CONTEXT
from weir.clearinghouse.findings.terms import Correlated, FindingId, FindingState
from weir.clearinghouse.intake.reads import report_for
from weir.clearinghouse.intake.terms import ReportId
from weir.foundation.actor import Actor
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.store.blobs import seal
from weir.foundation.verb import verb
from weir.kernel.canonical import canonical
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

FRESH = Marking(Tlp.AMBER_STRICT, frozenset({"role:coordinator"}))


@verb("findings.correlate_report", sealed=True, internal=True)
def correlate_report(actor: Actor, report: ReportId, *, now: Moment) -> Correlated:
    """Give a report its finding.

    A report belongs to exactly one finding. Told again of a report that has one, this says which, and changes nothing,
    so that a flow that stopped half way may simply run again.
    """
    if kept := FindingReportRow.objects.select_related("finding").filter(report=report).first():
        return Correlated(FindingId(kept.finding.number), report, new=False)
    came = report_for(actor, report)
    row = open_finding(report, came.submission.title, came.submission.component, came.received_at, now, reports=1)
    FindingReportRow.objects.create(id=uuid7(now, os.urandom), finding=row, report=report, received_at=came.received_at)
    return Correlated(FindingId(row.number), report, new=True)


def open_finding(
    source: str, title: str, target: str, received_at: Moment, now: Moment, *, reports: int = 0, items: int = 0
) -> FindingRow:
    """A finding of its own, for coordinators. Called inside a verb, which says what belongs to it."""
    number = FindingId.mint(now.year, os.urandom)
    row = FindingRow(
        id=uuid7(now, os.urandom),
        number=number,
        state=FindingState.OPEN,
        received_at=received_at,
        reports=reports,
        items=items,
        tlp=Tlp.AMBER_STRICT,
        sealed=seal(number, canonical({"title": title, "target": target}), SEALED_CONTEXT),
    )
    row.save(force_insert=True)
    mark_fresh([row], source, FRESH)
    return row
