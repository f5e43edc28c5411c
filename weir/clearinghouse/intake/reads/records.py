# SPDX-License-Identifier: Apache-2.0
"""What independent verdicts made of a finder's reports, and how far the line of those that wait reaches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connections

from weir.clearinghouse.intake.models import FinderRow
from weir.clearinghouse.intake.terms import TrackRecord
from weir.kernel.moments import Moment

# Plain SQL, because every report received passes here: putting these two questions together took the ORM longer than
# all the rest of taking a report in.
_LINE = (
    "SELECT line.full_at, line.line_bytes, record.validated, record.refuted FROM (SELECT 1) AS always"
    " LEFT JOIN (SELECT full_at, line_bytes FROM intake_report WHERE finder = %s"
    " ORDER BY turn_at DESC, line_bytes DESC LIMIT 1) AS line ON true"
    " LEFT JOIN intake_finder AS record ON record.finder = %s"
)


class FinderLine(NamedTuple):
    """How far a finder's line reaches, how much has come in it, and what their record earns them. A line that has not
    begun reaches nowhere.
    """

    full_at: Moment | None
    bytes: int
    record: TrackRecord


def track_record(finder: str) -> TrackRecord:
    """Of somebody whose reports nobody judged yet: nothing for them, nothing against them."""
    counts = FinderRow.objects.filter(finder=finder).values_list("validated", "refuted").first()
    return TrackRecord(*(counts or (0, 0)))


def line_of(finder: str) -> FinderLine:
    """Read off the last of this finder's reports, so that nothing is locked that another report would wait for."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_LINE, [finder, finder])
        full_at, come, validated, refuted = cursor.fetchone()
    return FinderLine(_moment(full_at), come or 0, TrackRecord(validated or 0, refuted or 0))


def _moment(kept: datetime | None) -> Moment | None:
    """SQLite gives moments without a zone, and means UTC."""
    if kept is None:
        return None
    return Moment.of(kept if kept.tzinfo else kept.replace(tzinfo=UTC))
