# SPDX-License-Identifier: Apache-2.0
"""A finder's record, as later rooms judge what was reported."""

from __future__ import annotations

from django.db.models import F

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import FinderRow, ReportRow, TrackedRow
from weir.clearinghouse.intake.terms import Outcome, ReportId, Standing, Tracked
from weir.foundation.actor import Actor
from weir.foundation.verb import verb
from weir.kernel.moments import Moment

_COLUMN = {Outcome.VALIDATED: "validated", Outcome.REFUTED: "refuted"}


@verb("intake.record_track_record", internal=True)
def record_track_record(
    actor: Actor, report: ReportId, outcome: Outcome, standing: Standing, *, now: Moment
) -> Tracked:
    """Let a verdict count in the record of whoever reported.

    A report counts once: a later verdict takes the place of the one before. Told twice, it changes nothing.
    """
    row = ReportRow.objects.select_for_update().get(number=report)
    counted = bool(row.finder) and rules.counts(outcome, standing)
    before = TrackedRow.objects.filter(report=row).first()
    if before is not None and before.counted:
        _move(row.finder, Outcome(before.outcome), -1)
    if counted:
        _move(row.finder, outcome, +1)
    told = {"finder": row.finder, "outcome": outcome.value, "counted": counted}
    TrackedRow.objects.update_or_create(report=row, defaults=told)
    return Tracked(report, outcome, counted)


def _move(finder: str, outcome: Outcome, by: int) -> None:
    column = _COLUMN[outcome]
    FinderRow.objects.get_or_create(finder=finder)
    FinderRow.objects.filter(finder=finder).update(**{column: F(column) + by})
