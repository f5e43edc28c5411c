# SPDX-License-Identifier: Apache-2.0
"""What happens to a report once it is there. New words stand beside the old, never instead of them."""

from __future__ import annotations

import os
from datetime import date

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import FactRow, ReportRow
from weir.clearinghouse.intake.reads import FACT_CONTEXT
from weir.clearinghouse.intake.terms import (
    NO_DETAILS,
    Act,
    Added,
    Assessment,
    ClockName,
    Details,
    NothingAsked,
    NothingSaid,
    Overdue,
    ReportId,
    ReportState,
    Words,
)
from weir.foundation.actor import Actor
from weir.foundation.store.blobs import seal
from weir.foundation.verb import verb
from weir.kernel.canonical import canonical, hexdigest
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment


@verb("intake.amend_report", on="report", sealed=True)
def amend_report(
    actor: Actor,
    report: ReportId,
    words: str = "",
    component: str = "",
    weakness: str = "",
    details: Details = NO_DETAILS,
    *,
    now: Moment,
) -> Added:
    """Add to your report: in your own words, part by part, or both. What you said before stays beside it.

    If something was asked of you, this is taken as the answer.
    """
    row, said = _held(report), Words(words, component, weakness, details)
    rules.check_words(said)
    _resume(row, now)
    return _add(actor, row, Act.AMEND, said, now)


@verb("intake.withdraw_report", on="report", sealed=True)
def withdraw_report(actor: Actor, report: ReportId, reason: str = "", *, now: Moment) -> Added:
    """Take your report back. It stays readable to you, its promises end, and no reason has to be given."""
    row, said = _held(report), Words(reason)
    if reason:
        rules.check_words(said)
    row.paused_since, row.needs_owner, row.next_on = None, "", None
    return _add(actor, row, Act.WITHDRAW, said, now)


@verb("intake.acknowledge_report", on="report", sealed=True)
def acknowledge_report(actor: Actor, report: ReportId, words: str = "", *, now: Moment) -> Added:
    """Tell whoever reported that a person has read it."""
    row, said = _held(report), Words(words)
    if words:
        rules.check_words(said)
    return _add(actor, row, Act.ACKNOWLEDGE, said, now)


@verb("intake.assess_report", on="report", sealed=True)
def assess_report(actor: Actor, report: ReportId, assessment: Assessment, reasons: str, *, now: Moment) -> Added:
    """Say what you hold the report to be at first sight, with reasons. The finder's own severity stays as it is.

    Another assessment may follow; it stands beside this one.
    """
    row, said = _held(report), Words(reasons, assessment=assessment.value)
    if not reasons.strip():
        raise NothingSaid("An assessment has reasons.", faults={"/reasons": "is empty"})
    rules.check_words(said)
    row.assessed_at = row.assessed_at or now
    _resume(row, now)
    return _add(actor, row, Act.ASSESS, said, now)


@verb("intake.ask_finder", on="report", sealed=True)
def ask_finder(actor: Actor, report: ReportId, words: str, next_on: date | None = None, *, now: Moment) -> Added:
    """Ask whoever reported for what is needed. It is no rejection: you look again on that day, or in two weeks.

    The clock of the assessment waits until something comes from the finder.
    """
    row, said = _held(report), Words(words)
    if not words.strip():
        raise NothingSaid("A question has words.", faults={"/words": "is empty"})
    rules.check_words(said)
    row.next_on, row.needs_owner = rules.next_look(now, next_on), actor.id
    row.paused_since = row.paused_since or now
    return _add(actor, row, Act.ASK, said, now)


@verb("intake.answer_question", on="report", sealed=True)
def answer_question(actor: Actor, report: ReportId, words: str, *, now: Moment) -> Added:
    """Answer what was asked about your report. The clock of the assessment goes on."""
    row, said = _held(report), Words(words)
    rules.after(Act.ANSWER, ReportState(row.state))
    if not row.needs_owner:
        raise NothingAsked
    if not words.strip():
        raise NothingSaid("An answer has words.", faults={"/words": "is empty"})
    rules.check_words(said)
    _resume(row, now)
    return _add(actor, row, Act.ANSWER, said, now)


@verb("intake.note_overdue", internal=True)
def note_overdue(actor: Actor, report: ReportId, clock: ClockName, *, now: Moment) -> Overdue:
    """Put on record that a promise to whoever reported was not kept in time. Told twice, it changes nothing.

    Whether it still is to be noted is decided here: the report may have been dealt with since the scan saw it.
    """
    row = _held(report)
    by = {ClockName.ACKNOWLEDGE: row.acknowledge_by, ClockName.ASSESS: row.assess_by}[clock]
    met = {ClockName.ACKNOWLEDGE: row.acknowledged_at, ClockName.ASSESS: row.assessed_at}[clock]
    noted = row.overdue_noted.split()
    due = Moment.of(by or now)
    if met or clock in noted or due > now or row.state == ReportState.WITHDRAWN:
        return Overdue(report, clock, due, noted=False)
    row.overdue_noted = " ".join([*noted, clock])
    row.save(update_fields=["overdue_noted"])
    return Overdue(report, clock, due, noted=True)


def _held(report: ReportId) -> ReportRow:
    """Two who act on one report wait for each other."""
    return ReportRow.objects.select_for_update().get(number=report)


def _resume(row: ReportRow, now: Moment) -> None:
    """Something came, so nobody waits for the finder: the promise is later by the business days of the pause. One that
    was due before the pause began stays missed.
    """
    if row.paused_since is None:
        return
    since = Moment.of(row.paused_since)
    if row.turn_at is not None and row.assess_by is not None and row.assess_by >= since:
        row.paused_days += rules.days_paused(since, now)
        row.assess_by = rules.promised(ClockName.ASSESS, Moment.of(row.turn_at), row.paused_days).due
    row.paused_since, row.needs_owner, row.next_on = None, "", None


def _add(actor: Actor, row: ReportRow, act: Act, words: Words, now: Moment) -> Added:
    """The state that follows and the sealed words, in one go."""
    row.state = rules.after(act, ReportState(row.state))
    if row.state in {ReportState.ACKNOWLEDGED, ReportState.ASSESSED}:
        row.acknowledged_at = row.acknowledged_at or now
    row.save()
    said = canonical(words)
    sealed = seal(row.number, said, FACT_CONTEXT)
    place = FactRow.objects.filter(report=row).count()  # whoever acts on the report holds its row
    FactRow.objects.create(
        id=uuid7(now, os.urandom), report=row, place=place, act=act, at=now, by=actor.id, sealed=sealed
    )
    return Added(ReportId(row.number), ReportState(row.state), now, hexdigest(said))
