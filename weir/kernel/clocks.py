# SPDX-License-Identifier: Apache-2.0
"""How deadlines run: a period, a start and a zone give one moment, with the reasons; years later they give it again.

Hours are elapsed time. Days are civil days in the zone: the day of the start is not counted, and the deadline is the
last second (23:59:59) of the last day, so nobody loses hours by being told in the afternoon, and a change to or from
summer time moves no deadline to another day. Calendar days are never moved off a weekend, because the orders that count
in them have no such rule: the weekend is shown instead. Business days end on a business day by construction.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from weir.kernel.calendars import WEEKDAYS, Calendar, us_federal
from weir.kernel.documents import Malformed, Node, read, shown
from weir.kernel.errors import Conflict, Invalid, Missing
from weir.kernel.moments import CivilDeadline, Moment, weekday_shown, zone_called

CIVIL_ZONE = "America/New_York"
LONGEST_DAYS = 36_525
LONGEST_HOURS = LONGEST_DAYS * 24
NAMED_HOLIDAYS = 12

_SATURDAY = 5
_END_OF_DAY = time(23, 59, 59)


class UnreadablePeriod(Invalid):
    """This is not a period."""

    hint = 'Write it as "72 hours", "30 days" or "15 business days".'


class TooFar(Invalid):
    """The deadline would lie beyond the last moment that can be written down."""

    hint = "Check the start and the length of the period."


class Overlap(Invalid):
    """Two clocks of one name would be in force at the same moment."""

    hint = "End the earlier one where the later one begins."


class NoClockInForce(Missing):
    """No clock of that name was in force at that moment."""

    hint = "Nothing is assumed for a gap: add the row that was in force then, with its authority."


class DeadlineDiffers(Conflict):
    """Computed again, the deadline is not the one that was stored."""

    hint = "Look for a changed time zone rule or an altered record; the stored deadline stands until somebody decides."


@dataclass(frozen=True)
class Hours:
    """Elapsed hours, whatever the clock on the wall does."""

    n: int

    def __post_init__(self) -> None:
        _bounded(self.n, LONGEST_HOURS)

    def __str__(self) -> str:
        return _counted(self.n, "hour")


@dataclass(frozen=True)
class CalendarDays:
    """Every day counts."""

    n: int

    def __post_init__(self) -> None:
        _bounded(self.n, LONGEST_DAYS)

    def __str__(self) -> str:
        return _counted(self.n, "day")


@dataclass(frozen=True)
class BusinessDays:
    """Only the business days of a calendar count."""

    n: int
    calendar: Calendar

    def __post_init__(self) -> None:
        _bounded(self.n, LONGEST_DAYS)

    def __str__(self) -> str:
        return _counted(self.n, "business day")


Period = Hours | CalendarDays | BusinessDays


@dataclass(frozen=True)
class Skipped:
    """A day that was not counted, and why."""

    day: date
    why: str


@dataclass(frozen=True)
class Deadline:
    """When something is due, from what it was counted, and which days were left out on the way."""

    start: Moment
    period: Period
    zone: str
    due: Moment
    skipped: tuple[Skipped, ...] = ()

    @property
    def local(self) -> datetime:
        """The due moment as the clock on the wall in the zone shows it."""
        return self.due.astimezone(zone_called(self.zone))

    @property
    def explanation(self) -> tuple[str, ...]:
        """Sentences for the person who has to keep the deadline."""
        began = self.start.astimezone(zone_called(self.zone))
        first = f"{self.period} after {_written(began)} ends on {_written(self.local)}."
        if isinstance(self.period, BusinessDays):
            return (first, *_told_skips(self.skipped), f"Counted by the calendar {self.period.calendar}.")
        if self.local.weekday() >= _SATURDAY:
            return (first, "Deadlines in calendar time are not moved off a weekend.")
        return (first,)

    def record(self) -> dict[str, object]:
        """What to store: civil time and zone, the derived moment, and enough to compute both again."""
        return {
            "start": str(self.start),
            "period": str(self.period),
            "zone": self.zone,
            "local": self.local.replace(tzinfo=None).isoformat(),
            "due": str(self.due),
            "calendar": _identity(self.period.calendar) if isinstance(self.period, BusinessDays) else None,
        }


def deadline(start: Moment, period: Period, zone: str = CIVIL_ZONE) -> Deadline:
    """When the period that begins at `start` ends, by the civil days of `zone`."""
    where = zone_called(zone)
    try:
        if isinstance(period, Hours):
            return Deadline(start, period, zone, Moment.of(start + timedelta(hours=period.n)))
        first = start.astimezone(where).date()
        last = _last_day(first, period)
        due = CivilDeadline(last, _END_OF_DAY, zone).utc()
    except OverflowError:
        raise TooFar(f"{period} after {start} is beyond the last moment that can be written down.") from None
    return Deadline(start, period, zone, due, _skips(first, last, period))


def parse_period(text: str, calendar: Calendar | None = None) -> Period:
    """Read "72 hours", "30 days" or "15 business days"; these are days of `calendar`, else US federal ones."""
    number, _, unit = " ".join(text.split()).partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) <= len(str(LONGEST_HOURS))):
        raise UnreadablePeriod(f"{shown(text)} does not begin with a whole number.")
    n = int(number)
    units: dict[str, Callable[[], Period]] = {
        "hour": lambda: Hours(n),
        "day": lambda: CalendarDays(n),
        "calendar day": lambda: CalendarDays(n),
        "business day": lambda: BusinessDays(n, calendar or us_federal()),
    }
    if unit.lower().removesuffix("s") not in units:
        raise UnreadablePeriod(f"{shown(text)} is counted neither in hours nor in days nor in business days.")
    return units[unit.lower().removesuffix("s")]()


def replay(record: Mapping[str, object], calendars: Iterable[Calendar] = ()) -> Deadline:
    """Compute a stored deadline again, with the very calendar that was used; a different answer is an error."""
    node = read(dict(record))
    start = _moment(node.member("start"))
    named = node.optional("calendar")
    calendar = _same_calendar(named, [*calendars, us_federal()]) if named else None
    again = deadline(start, parse_period(node.member("period").text(), calendar), node.member("zone").text())
    if again.record() != dict(record):
        raise DeadlineDiffers(f"Stored as {node.member('due').text()}, computed again as {again.due}.")
    return again


@dataclass(frozen=True)
class ClockRow:
    """One clock: how long, on whose authority, in force from a moment on until just before another."""

    name: str
    period: Period
    authority: str
    effective_from: Moment
    effective_until: Moment | None

    def in_force(self, at: Moment) -> bool:
        return self.effective_from <= at and (self.effective_until is None or at < self.effective_until)


@dataclass(frozen=True)
class ClockTable:
    """Every clock that ever applied, so that a past deadline is computed with what was in force then."""

    name: str
    version: str
    rows: tuple[ClockRow, ...]

    @classmethod
    def load(cls, data: bytes, calendar: Calendar | None = None) -> ClockTable:
        """Read a table. Overlaps are refused; gaps are allowed and stay gaps."""
        node = read(data)
        node.members("clock_table", "version", "clocks")
        rows = tuple(_row(item, calendar) for item in node.member("clocks").items())
        _refuse_overlaps(rows)
        return cls(node.member("clock_table").text(), node.member("version").text(), rows)

    def as_of(self, name: str, at: Moment) -> ClockRow:
        """The one clock of that name in force at that moment."""
        rows = [row for row in self.rows if row.name == name]
        for row in rows:
            if row.in_force(at):
                return row
        if not rows:
            names = ", ".join(sorted({row.name for row in self.rows})) or "none"
            raise NoClockInForce(f"There is no clock named {shown(name)}; the table {self.name} has: {names}.")
        raise NoClockInForce(f'No clock "{name}" was in force at {at}. {_around(rows, at)}')


def _last_day(first: date, period: CalendarDays | BusinessDays) -> date:
    if isinstance(period, CalendarDays):
        return first + timedelta(days=period.n)
    return period.calendar.add_business_days(first, period.n)


def _skips(first: date, last: date, period: CalendarDays | BusinessDays) -> tuple[Skipped, ...]:
    if isinstance(period, CalendarDays):
        return ()
    days = (first + timedelta(days=ahead) for ahead in range(1, (last - first).days))
    return tuple(Skipped(day, why) for day in days if (why := period.calendar.why_not(day)))


def _told_skips(skipped: tuple[Skipped, ...]) -> list[str]:
    holidays = [skip for skip in skipped if skip.why not in WEEKDAYS]
    weekend = len(skipped) - len(holidays)
    told = [f"{_counted(weekend, 'weekend day')} {'is' if weekend == 1 else 'are'} not counted."] if weekend else []
    if holidays:
        named = "; ".join(f"{skip.why}, {weekday_shown(skip.day)}" for skip in holidays[:NAMED_HOLIDAYS])
        more = len(holidays) - NAMED_HOLIDAYS
        told.append(f"Not counted either: {named}{f'; and {more} more' if more > 0 else ''}.")
    return told


def _row(node: Node, calendar: Calendar | None) -> ClockRow:
    node.members("name", "period", "authority", "effective_from", "effective_until")
    place, until = node.member("period"), node.optional("effective_until")
    try:
        period = parse_period(place.text(), calendar)
    except UnreadablePeriod as unreadable:
        raise place.fault(unreadable.sentence.rstrip(".")) from None
    begins, ends = _moment(node.member("effective_from")), _moment(until) if until else None
    if ends is not None and ends <= begins:
        raise node.fault("it ends before it begins")
    return ClockRow(node.member("name").text(), period, node.member("authority").text(), begins, ends)


def _refuse_overlaps(rows: tuple[ClockRow, ...]) -> None:
    ordered = sorted(rows, key=lambda row: (row.name, row.effective_from))
    for earlier, later in itertools.pairwise(ordered):
        if earlier.name == later.name and earlier.in_force(later.effective_from):
            at = later.effective_from
            raise Overlap(f'Two clocks "{later.name}" are in force at {at}: {earlier.period} and {later.period}.')


def _around(rows: list[ClockRow], at: Moment) -> str:
    ended = [row.effective_until for row in rows if row.effective_until and row.effective_until <= at]
    begins = [row.effective_from for row in rows if row.effective_from > at]
    told = [f"The one before ended at {max(ended)}."] if ended else []
    return " ".join(told + ([f"The next begins at {min(begins)}."] if begins else []))


def _same_calendar(named: Node, calendars: list[Calendar]) -> Calendar:
    for calendar in calendars:
        if _identity(calendar) == named.value:
            return calendar
    raise Missing(
        f"The calendar {' '.join(named.member(part).text() for part in ('name', 'version', 'digest'))} is not here.",
        hint="Keep every version of a calendar that a deadline was ever computed with.",
    )


def _moment(node: Node) -> Moment:
    try:
        return Moment.parse(node.text())
    except (Invalid, ValueError):
        raise node.fault(f"expected a moment like 2026-11-20T12:00:00Z, found {shown(node.value)}") from None


def _identity(calendar: Calendar) -> dict[str, str]:
    return {"name": calendar.name, "version": calendar.version, "digest": calendar.digest}


def _bounded(n: int, most: int) -> None:
    if not 1 <= n <= most:
        raise UnreadablePeriod(f"A period counts from 1 to {most}; {n} was given.")


def _counted(n: int, unit: str) -> str:
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"


def _written(moment: datetime) -> str:
    return f"{weekday_shown(moment.date())} {moment:%H:%M:%S} {moment.tzname()}"


__all__ = [
    "CIVIL_ZONE", "BusinessDays", "Calendar", "CalendarDays", "ClockRow", "ClockTable", "Deadline", "DeadlineDiffers",
    "Hours", "Malformed", "NoClockInForce", "Overlap", "Period", "Skipped", "TooFar", "UnreadablePeriod", "deadline",
    "parse_period", "replay", "us_federal",
]  # fmt: skip
