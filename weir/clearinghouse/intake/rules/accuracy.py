# SPDX-License-Identifier: Apache-2.0
"""How many reports a day of one finder go on at once, and when those beyond have their turn.

Everybody starts with the floor. What lies above it is earned by the share of reports that somebody independent held to
be right, weighed as if a few wrong ones had been there from the start: so one lucky report earns little, and a record
of many a lot. Being wrong never takes away the floor.
"""

from __future__ import annotations

import math
from datetime import timedelta

from weir.clearinghouse.intake.terms import Outcome, Standing, TrackRecord
from weir.kernel.moments import Moment

FLOOR = 20
CEILING = 500
DOUBT = 5
DAY = timedelta(days=1)


def allowance(record: TrackRecord) -> int:
    """Reports a day: never less than the floor, never more than the ceiling; more for each validated one, less for each
    refuted one.
    """
    judged = record.validated + record.refuted + DOUBT
    return FLOOR + (CEILING - FLOOR) * record.validated // judged


def turn(full_at: Moment, now: Moment, per_day: int) -> tuple[Moment, Moment]:
    """When a report that comes now has its turn, and what to remember for the next one.

    One figure stands for the whole line: the moment at which a day's allowance will be whole again. Each report moves
    it by its share of a day; whoever is less than a day behind goes on at once.
    """
    later = Moment.of(max(full_at, now) + DAY / per_day)
    return Moment.of(max(now, later - DAY)), later


def waits_for(until: Moment, now: Moment) -> int:
    """In how many whole seconds, for Retry-After."""
    return max(1, math.ceil((until - now).total_seconds()))


def counts(outcome: Outcome, standing: Standing) -> bool:
    """Only what somebody independent said, of a package that is not the finder's own, and neither a duplicate nor
    something intended: these are nobody's fault and nobody's merit.
    """
    return standing is Standing.INDEPENDENT and outcome in {Outcome.VALIDATED, Outcome.REFUTED}
