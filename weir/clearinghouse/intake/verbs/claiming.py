# SPDX-License-Identifier: Apache-2.0
"""Coming back with a claim code."""

from __future__ import annotations

from dataclasses import replace

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import ReportRow
from weir.clearinghouse.intake.reads import read_course, read_report
from weir.clearinghouse.intake.terms import Claimed, NoSuchCode, ReportId
from weir.foundation.actor import ANONYMOUS, Actor
from weir.foundation.verb import verb
from weir.kernel.moments import Moment


@verb("intake.open_by_code")
def open_by_code(actor: Actor, claim_code: str, *, now: Moment) -> Claimed:
    """Open the report that was sent without a name and answered with this code.

    A verb, and no question: a code never stands in an address, nor in any log. The ledger keeps that the report was
    opened with its code, by nobody in particular.
    """
    digest = rules.claim_code_digest(claim_code.strip())
    rows = ReportRow.objects.filter(claim_code=digest, submitter=ANONYMOUS.id)
    number = rows.values_list("number", flat=True).first()
    if number is None:
        raise NoSuchCode
    claimant, report = claimant_with(claim_code), ReportId(number)
    return Claimed(report, read_report(claimant, report), read_course(claimant, report))


def claimant_with(claim_code: str) -> Actor:
    """Nobody in particular, who holds this code."""
    return replace(ANONYMOUS, handles=frozenset({rules.claim_key(claim_code.strip())}))
