# SPDX-License-Identifier: Apache-2.0
"""What coordinators promised, and by when. Their list is here; whoever reported sees the same on the report's page."""

from __future__ import annotations

from django.db.models import F, Q

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import ReportRow
from weir.clearinghouse.intake.terms import Clock, ClockLine, ClockName, Needs, ReportId, ReportState
from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.jobs.terms import Due
from weir.foundation.policy.reads import visible_to
from weir.foundation.question import present, question
from weir.foundation.transactions import reading
from weir.kernel.moments import Moment

MOST = 200
_COLUMNS = {
    ClockName.ACKNOWLEDGE: ("acknowledge_by", "acknowledged_at"),
    ClockName.ASSESS: ("assess_by", "assessed_at"),
}


@question("intake.list_clocks", filtered=True)
def list_clocks(actor: Actor) -> tuple[ClockLine, ...]:
    """Reports that you may see and that wait for a coordinator's word, the next promise first; no word of theirs.

    Those that came in a flood stand here once it is their turn.
    """
    now = present()
    rows = visible_to(actor, ReportRow, "intake.list_clocks").filter(assess_by__isnull=False, assessed_at=None)
    rows = rows.exclude(state=ReportState.WITHDRAWN).filter(Q(turn_at=None) | Q(turn_at__lte=now))
    lines = [_line(row, now) for row in rows.order_by("assess_by", "id")[:MOST]]
    return tuple(sorted(lines, key=lambda line: min(clock.due for clock in line.clocks)))


def clocks_of(row: ReportRow, now: Moment) -> tuple[Clock, ...]:
    """Both promises of a report; none of one that was withdrawn, or that came before there were any."""
    if row.state == ReportState.WITHDRAWN or row.turn_at is None:
        return ()
    return tuple(_clock(row, name, now) for name in ClockName)


def needs_of(row: ReportRow) -> Needs | None:
    """What the report waits for, if anything was asked of its finder."""
    if not row.needs_owner or row.paused_since is None or row.next_on is None:
        return None
    return Needs(row.needs_owner, Moment.of(row.paused_since), row.next_on)


def overdue(now: Moment) -> list[Due]:
    """Promises that were not kept in time and that the ledger does not tell of yet, for the scan that wakes the job."""
    with reading(SYSTEM):
        return [due for name in ClockName for due in _overdue(name, now)]


def _overdue(name: ClockName, now: Moment) -> list[Due]:
    by, met = _COLUMNS[name]
    late = ReportRow.objects.filter(**{f"{by}__lte": now, met: None}).exclude(state=ReportState.WITHDRAWN)
    late = late.filter(Q(paused_since=None) | Q(paused_since__gt=F(by))).exclude(overdue_noted__contains=name.value)
    oldest = late.order_by(by, "id").values_list("number", by)[:MOST]
    return [Due(f"{number} {name}", Moment.of(due)) for number, due in oldest]


def _clock(row: ReportRow, name: ClockName, now: Moment) -> Clock:
    by, met = _COLUMNS[name]
    assert row.turn_at is not None
    paused = row.paused_days if name is ClockName.ASSESS else 0
    due = Moment.of(getattr(row, by))
    met_at = Moment.of(getattr(row, met)) if getattr(row, met) else None
    since = Moment.of(row.paused_since) if row.paused_since and name is ClockName.ASSESS else None
    explained = rules.promised(name, Moment.of(row.turn_at), paused).explanation
    return Clock(name, rules.state_of(due, met_at, since, now), due, explained)


def _line(row: ReportRow, now: Moment) -> ClockLine:
    open_clocks = tuple(clock for clock in clocks_of(row, now) if getattr(row, _COLUMNS[clock.name][1]) is None)
    return ClockLine(
        ReportId(row.number), ReportState(row.state), Moment.of(row.received_at), open_clocks, needs_of(row)
    )
