# SPDX-License-Identifier: Apache-2.0
"""Giving reports their findings."""

from __future__ import annotations

import os

from weir.clearinghouse.findings.models import FindingReportRow, FindingRow
from weir.clearinghouse.findings.reads import SEALED_CONTEXT
from weir.clearinghouse.findings.terms import Correlated, FindingId, FindingState
from weir.clearinghouse.intake.reads import report_for
from weir.clearinghouse.intake.terms import Report, ReportId
from weir.foundation.actor import Actor
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.store.blobs import seal
from weir.foundation.verb import verb
from weir.kernel.canonical import canonical
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment


@verb("findings.correlate_report", sealed=True, internal=True)
def correlate_report(actor: Actor, report: ReportId, *, now: Moment) -> Correlated:
    """Give a report its finding.

    A report belongs to exactly one finding. Told again of a report that has one, this says which, and changes nothing,
    so that a flow that stopped half way may simply run again.
    """
    if kept := FindingReportRow.objects.select_related("finding").filter(report=report).first():
        return Correlated(FindingId(kept.finding.number), report, new=False)
    return Correlated(_open_finding(report_for(actor, report), now), report, new=True)


def _open_finding(report: Report, now: Moment) -> FindingId:
    number = FindingId.mint(now.year, os.urandom)
    words = canonical({"title": report.submission.title, "target": report.submission.component})
    row = FindingRow(
        id=uuid7(now, os.urandom),
        number=number,
        state=FindingState.OPEN,
        received_at=report.received_at,
        tlp=Tlp.AMBER_STRICT,
        sealed=seal(number, words, SEALED_CONTEXT),
    )
    row.save(force_insert=True)
    FindingReportRow.objects.create(
        id=uuid7(now, os.urandom), finding=row, report=report.id, received_at=report.received_at
    )
    mark_fresh([row], report.id, Marking(Tlp.AMBER_STRICT, frozenset({"role:coordinator"})))
    return number
