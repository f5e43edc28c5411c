# SPDX-License-Identifier: Apache-2.0
"""How a report lives: what may happen in which state, and by when the coordinator has promised what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, timedelta
from functools import cache, lru_cache
from importlib import resources

from weir.clearinghouse.intake.rules.reports import LIMITS, too_long_details
from weir.clearinghouse.intake.terms import (
    Act,
    ClockName,
    ClockState,
    Details,
    NothingSaid,
    NotNow,
    ReportState,
    Submission,
    TooLong,
    Words,
)
from weir.kernel.calendars import Calendar, us_federal
from weir.kernel.clocks import CIVIL_ZONE, BusinessDays, ClockTable, Deadline, deadline, parse_period
from weir.kernel.moments import Moment, zone_called

LOOKED_AT_AGAIN = timedelta(days=14)
_LONGEST = {"text": LIMITS["description"], "component": LIMITS["component"], "weakness": LIMITS["weakness"]}
_PLACES = {"text": "words"}  # as the verbs call it
_STAYS: Mapping[ReportState, ReportState] = {
    state: state for state in ReportState if state is not ReportState.WITHDRAWN
}

# What is not here is refused. A question is an acknowledgment too: somebody has read the report.
NEXT: Mapping[Act, Mapping[ReportState, ReportState]] = {
    Act.AMEND: _STAYS,
    Act.ATTACH: _STAYS,
    Act.ANSWER: _STAYS,
    Act.ACKNOWLEDGE: {ReportState.RECEIVED: ReportState.ACKNOWLEDGED},
    Act.ASK: {**_STAYS, ReportState.RECEIVED: ReportState.ACKNOWLEDGED},
    Act.ASSESS: dict.fromkeys(_STAYS, ReportState.ASSESSED),
    Act.WITHDRAW: dict.fromkeys(_STAYS, ReportState.WITHDRAWN),
}


def after(act: Act, state: ReportState) -> ReportState:
    """The state that follows, or why this cannot happen now."""
    following = NEXT[act].get(state)
    if following is None:
        raise NotNow(f"The report is {state}.")
    return following


def check_words(words: Words) -> None:
    """Something has to be said, and it has to fit."""
    if words == Words():
        raise NothingSaid
    long = {
        f"/{_PLACES.get(name, name)}": f"has {len(getattr(words, name))} characters; {limit} fit"
        for name, limit in _LONGEST.items()
        if len(getattr(words, name)) > limit
    }
    long |= too_long_details(words.details)
    if long:
        raise TooLong(faults=long)


def whole(submission: Submission, added: Iterable[Words]) -> Submission:
    """All that the finder has said by now: of each part the newest words that say something. The old ones are kept."""
    for words in added:
        newer = {name: getattr(words, name) for name in ("component", "weakness") if getattr(words, name)}
        submission = replace(submission, **newer, details=_newest(submission.details, words.details))
    return submission


def _newest(old: Details, new: Details) -> Details:
    said = {each.name: getattr(new, each.name) for each in fields(new)}
    return replace(old, **{name: value for name, value in said.items() if value})


# Clocks ---------------------------------------------------------------------------------------------------------------


@cache
def clock_table() -> ClockTable:
    """How long each promise is, as data: each with the authority that it rests on."""
    return ClockTable.load(resources.files("weir.clearinghouse.intake").joinpath("tables/clocks.json").read_bytes())


def promised(name: ClockName, start: Moment, paused_days: int = 0) -> Deadline:
    """By when, counted from `start` in business days; each business day on which it was paused is one more."""
    period = clock_table().as_of(name, start).period
    assert isinstance(period, BusinessDays)
    return deadline(start, BusinessDays(period.n + paused_days, period.calendar))


def due_of(name: ClockName, start: Moment) -> Moment:
    """The same moment without its reasons, at once: all that comes on one civil day is due on one day."""
    period = clock_table().as_of(name, start).period
    return _due_from(str(period), start.astimezone(zone_called(CIVIL_ZONE)).date())


@lru_cache(maxsize=1000)
def _due_from(period: str, day: date) -> Moment:
    noon_there = Moment(day.year, day.month, day.day, 17, tzinfo=UTC)
    return deadline(noon_there, parse_period(period)).due


def days_paused(since: Moment, until: Moment, calendar: Calendar | None = None) -> int:
    """The business days after that of `since`, up to that of `until`: asked and answered on one day is no pause."""
    counted, zone = calendar or us_federal(), zone_called(CIVIL_ZONE)
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    days = (first + timedelta(days=ahead) for ahead in range(1, (last - first).days + 1))
    return sum(map(counted.is_business_day, days))


def state_of(due: Moment, met_at: Moment | None, paused_since: Moment | None, now: Moment) -> ClockState:
    """A promise that was kept late was missed; one that was paused in time waits."""
    if (met_at or paused_since or now) > due:
        return ClockState.MISSED
    if met_at is not None:
        return ClockState.MET
    return ClockState.RUNS if paused_since is None else ClockState.PAUSED


def next_look(now: Moment, wanted: date | None) -> date:
    """When whoever asked looks again: the day they said, or two weeks on."""
    day = wanted or (now + LOOKED_AT_AGAIN).date()
    if day <= now.date():
        raise NothingSaid("The day on which you look again has to come yet.", faults={"/next_on": "is over"})
    return day
