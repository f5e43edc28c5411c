# SPDX-License-Identifier: Apache-2.0
"""Business calendars as data: which days count, by which rule, and on whose authority.

A calendar holds rules rather than dates, so it answers for any year it covers; its name, version and digest travel with
every deadline that it helped to compute.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib import resources

from weir.kernel.canonical import hexdigest
from weir.kernel.documents import Malformed, Node, read
from weir.kernel.errors import Invalid

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAY_NUMBERS = {name.lower(): number for number, name in enumerate(WEEKDAYS)}
_ONE_DAY = timedelta(days=1)
_LEAP_YEAR = 2000
_FIRST_YEAR = 2  # a year from either end of what a date can hold, because a holiday may move into its neighbor
_LAST_YEAR = date.max.year - 2
_LONGEST_REST = 366
_MOST_CLOSURES = 20_000
_LONGEST_SHIFT = 6


class OutsideCalendar(Invalid):
    """The calendar does not say which days count in that year."""

    hint = "Use a calendar whose rules cover the year."


@dataclass(frozen=True)
class FixedDate:
    """The same date every year; `observed` moves it, by weekday, by so many days."""

    name: str
    authority: str
    from_year: int
    until_year: int
    month: int
    day: int
    observed: tuple[tuple[int, int], ...] = ()

    def days(self, year: int) -> list[tuple[date, str]]:
        """The day itself and, where it moves, the day it is observed."""
        if self.day > _days_in(year, self.month):
            return []
        day = date(year, self.month, self.day)
        shift = dict(self.observed).get(day.weekday(), 0)
        return [(day, self.name)] + ([(day + shift * _ONE_DAY, f"{self.name} (observed)")] if shift else [])


@dataclass(frozen=True)
class NthWeekday:
    """The nth such weekday of a month; counted from the end where `nth` is negative."""

    name: str
    authority: str
    from_year: int
    until_year: int
    month: int
    weekday: int
    nth: int

    def days(self, year: int) -> list[tuple[date, str]]:
        length = _days_in(year, self.month)
        those = [day for at in range(1, length + 1) if (day := date(year, self.month, at)).weekday() == self.weekday]
        at = self.nth - 1 if self.nth > 0 else self.nth
        return [(those[at], self.name)] if at < len(those) else []


Rule = FixedDate | NthWeekday


@dataclass(frozen=True)
class Closure:
    """One day that does not count, once, on somebody's authority."""

    day: date
    name: str
    authority: str


@dataclass(frozen=True)
class Calendar:
    """Which days are business days.

    The digest covers the whole document, so that no two calendars of one name and version pass for each other.
    """

    name: str
    version: str
    authority: str
    from_year: int
    weekend: frozenset[int]
    rules: tuple[Rule, ...]
    closures: tuple[Closure, ...]
    digest: str
    _years: dict[int, Mapping[date, str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def load(cls, data: bytes) -> Calendar:
        """Read a calendar; whatever is wrong is named with its place."""
        node = read(data)
        known = ("calendar", "version", "authority", "from_year", "weekend", "holidays", "closures")
        node.members(*known)
        from_year = node.member("from_year").integer(_FIRST_YEAR, _LAST_YEAR)
        closures = node.optional("closures")
        return cls(
            name=node.member("calendar").text(),
            version=node.member("version").text(),
            authority=node.member("authority").text(),
            from_year=from_year,
            weekend=_weekend(node.member("weekend")),
            rules=tuple(_rule(item, from_year) for item in node.member("holidays").items()),
            closures=_closures(closures) if closures else (),
            digest=hexdigest(node.value),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.authority})"

    def is_business_day(self, day: date) -> bool:
        return self.why_not(day) == ""

    def why_not(self, day: date) -> str:
        """The weekend day, holiday or closure for which the day does not count; empty for a business day."""
        holiday = self.holiday_name(day) or ""
        return WEEKDAYS[day.weekday()] if day.weekday() in self.weekend else holiday

    def holiday_name(self, day: date) -> str | None:
        """What is kept on this day, if anything; two things on one day are both named."""
        return self._year(day.year).get(day)

    def next_business_day(self, day: date) -> date:
        """The first business day after this day."""
        return self.add_business_days(day, 1)

    def previous_business_day(self, day: date) -> date:
        """The last business day before this day."""
        return self._walk(day, -1)

    def add_business_days(self, day: date, count: int) -> date:
        """The count-th business day after `day`, which is itself not counted; with 0 the day itself, whatever it is."""
        if count < 0:
            raise Invalid(f"Business days are counted forward; {count} was asked.")
        for _ in range(count):
            day = self._walk(day, 1)
        return day

    def _walk(self, day: date, step: int) -> date:
        for _ in range(_LONGEST_REST):
            day += step * _ONE_DAY
            if self.is_business_day(day):
                return day
        raise OutsideCalendar(f"The calendar {self.name} {self.version} has no business day within a year of {day}.")

    def _year(self, year: int) -> Mapping[date, str]:
        if not self.from_year <= year <= _LAST_YEAR:
            raise OutsideCalendar(f"The calendar {self.name} {self.version} does not speak of {year}.")
        if year not in self._years:
            self._years[year] = self._compute(year)
        return self._years[year]

    def _compute(self, year: int) -> Mapping[date, str]:
        """A holiday may be observed in the year before or after its own, so the neighbors are asked too."""
        found = [(closure.day, closure.name) for closure in self.closures if closure.day.year == year]
        for own in (year - 1, year, year + 1):
            for rule in self.rules:
                if rule.from_year <= own <= rule.until_year:
                    found += [(day, name) for day, name in rule.days(own) if day.year == year]
        names: dict[date, str] = {}
        for day, name in found:
            names[day] = f"{names[day]} and {name}" if day in names else name
        return names


@cache
def us_federal() -> Calendar:
    """The legal public holidays of 5 U.S.C. 6103."""
    return Calendar.load(resources.files(__name__).joinpath("us_federal.json").read_bytes())


def _rule(node: Node, calendar_from: int) -> Rule:
    names = ("name", "rule", "authority", "month", "day", "observed", "weekday", "nth", "from_year", "until_year")
    node.members(*names)
    kinds = {"fixed": _fixed, "nth weekday": _nth, "last weekday": _last}
    return node.member("rule").choice(kinds)(node, calendar_from)


def _fixed(node: Node, calendar_from: int) -> Rule:
    month = node.member("month").integer(1, 12)
    day = node.member("day").integer(1, _days_in(_LEAP_YEAR, month))
    name, authority, first, last = _common(node, calendar_from, "weekday", "nth")
    observed = node.optional("observed")
    moves = _moves(observed) if observed else ()
    return FixedDate(name, authority, first, last, month, day, moves)


def _nth(node: Node, calendar_from: int) -> Rule:
    return _on_weekday(node, calendar_from, node.member("nth").integer(1, 5))


def _last(node: Node, calendar_from: int) -> Rule:
    if node.optional("nth"):
        raise node.fault('"nth" does not belong to this rule')
    return _on_weekday(node, calendar_from, -1)


def _on_weekday(node: Node, calendar_from: int, nth: int) -> Rule:
    name, authority, first, last = _common(node, calendar_from, "day", "observed")
    month = node.member("month").integer(1, 12)
    return NthWeekday(name, authority, first, last, month, node.member("weekday").choice(_WEEKDAY_NUMBERS), nth)


def _common(node: Node, calendar_from: int, *strange: str) -> tuple[str, str, int, int]:
    for name in strange:
        if node.optional(name):
            raise node.fault(f'"{name}" does not belong to this rule')
    first, last = node.optional("from_year"), node.optional("until_year")
    from_year = first.integer(_FIRST_YEAR, _LAST_YEAR) if first else calendar_from
    until_year = last.integer(from_year, _LAST_YEAR) if last else _LAST_YEAR + 1
    return node.member("name").text(), node.member("authority").text(), from_year, until_year


def _moves(node: Node) -> tuple[tuple[int, int], ...]:
    moves = []
    for name, shift in node.members(*_WEEKDAY_NUMBERS).items():
        moves.append((_WEEKDAY_NUMBERS[name], shift.integer(-_LONGEST_SHIFT, _LONGEST_SHIFT)))
    return tuple(sorted(moves))


def _weekend(node: Node) -> frozenset[int]:
    days = frozenset(item.choice(_WEEKDAY_NUMBERS) for item in node.items())
    if len(days) == len(WEEKDAYS):
        raise node.fault("a week needs at least one day that is not weekend")
    return days


def _closures(node: Node) -> tuple[Closure, ...]:
    items = node.items()
    if len(items) > _MOST_CLOSURES:
        raise node.fault(f"more than {_MOST_CLOSURES} closures")
    for item in items:
        item.members("date", "name", "authority")
    return tuple(Closure(i.member("date").day(), i.member("name").text(), i.member("authority").text()) for i in items)


def _days_in(year: int, month: int) -> int:
    return monthrange(year, month)[1]


__all__ = ["WEEKDAYS", "Calendar", "Closure", "Malformed", "OutsideCalendar", "us_federal"]
