# SPDX-License-Identifier: Apache-2.0
"""Promises that were not kept in time are put on record."""

from __future__ import annotations

from weir.clearinghouse.intake.reads import overdue
from weir.clearinghouse.intake.terms import ClockName, ReportId
from weir.clearinghouse.intake.verbs import note_overdue
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs.jobs import due_rows, job
from weir.kernel.moments import Moment

NOTE = "intake.note_overdue"


@job(NOTE)
def note(item: str, *, key: str, now: Moment) -> object:
    """One promise of one report: `R-2026-7K3QM-X assess`."""
    number, _, clock = item.partition(" ")
    return note_overdue.perform(SYSTEM, ReportId(number), ClockName(clock), now=now, idempotency_key=key)


due_rows("promises of intake", overdue, wakes=NOTE)
