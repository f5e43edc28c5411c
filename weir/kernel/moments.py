# SPDX-License-Identifier: Apache-2.0
"""Points in time, always UTC; and civil deadlines, which belong to a place and only lead to a point in time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from weir.kernel.errors import Invalid
from weir.kernel.spelled import quoted, schema_from_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

MILLISECOND = timedelta(milliseconds=1)
_EXAMPLE = "2026-11-20T12:00:00.123Z"
_RFC_3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(?:([Zz])|([+-])([01]\d|2[0-3]):([0-5]\d))?",
    re.ASCII,
)
_LEAP = 60
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SATURDAY = 5
# Not localtime, posixrules or right/...: what these say differs from machine to machine, or counts leap seconds.
_ZONE = re.compile(r"UTC|(?!posix/|right/)[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z][A-Za-z0-9_+-]*)+")


class UnreadableMoment(Invalid):
    """This is not a point in time that can be read without guessing."""

    hint = f"Write it as in RFC 3339, with the offset: {_EXAMPLE}."


class UnknownZone(Invalid):
    """No time zone has this name."""

    hint = "Use a name of the IANA list, such as America/New_York."


class Moment(datetime):
    """A point in time: UTC, to the millisecond.

    Finer parts are dropped at construction, so that what is written (`str`, canonical bytes, a row) is the whole value,
    and reading it back gives an equal one. What leaves UTC (`astimezone`, `replace(tzinfo=...)`) is a plain datetime.
    """

    def __new__(  # noqa: PLR0913 - the signature of datetime, whose own methods call it
        cls,
        year: int,
        month: int,
        day: int,
        hour: int = 0,
        minute: int = 0,
        second: int = 0,
        microsecond: int = 0,
        tzinfo: tzinfo | None = None,
        *,
        fold: int = 0,  # noqa: ARG004 - UTC has no hour that happens twice; datetime's own methods pass it
    ) -> Self:
        # utcoffset(None) is zero only where it is zero all year: UTC under any name, and not London in winter.
        if tzinfo is not UTC and (tzinfo is None or tzinfo.utcoffset(None) != timedelta(0)):
            raise UnreadableMoment(
                f"A moment is in UTC, and this datetime is in {tzinfo or 'no zone at all'}.",
                hint="Moment.of(...) converts an aware datetime.",
            )
        return super().__new__(cls, year, month, day, hour, minute, second, microsecond // 1000 * 1000, UTC)

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The same point in time; whoever hands over a naive datetime has to say first where it was meant."""
        if isinstance(moment, cls):
            return moment
        if moment.utcoffset() is None:
            raise UnreadableMoment("This datetime has no zone, so it is no point in time.", hint="Attach its zone.")
        at = moment.astimezone(UTC)
        return cls(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, UTC)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read RFC 3339. An offset is required and converted; a leap second is refused: our arithmetic has none."""
        match = _RFC_3339.fullmatch(text)
        if match is None:
            raise UnreadableMoment(f"{quoted(text)} is not a point in time.")
        fraction, zulu, sign, hours, minutes = match.groups()[6:]
        if not zulu and not sign:
            raise UnreadableMoment(f"{quoted(text)} has no offset, so it is no point in time.", hint="Add Z for UTC.")
        year, month, day, hour, minute, second = map(int, match.groups()[:6])
        if second == _LEAP:
            raise UnreadableMoment(f"{quoted(text)} names a leap second.", hint="Write the second before or after it.")
        microsecond = int((fraction or "0")[:6].ljust(6, "0"))
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
        try:
            return cls.of(datetime(year, month, day, hour, minute, second, microsecond, timezone(offset)))
        except (ValueError, OverflowError) as no:
            raise UnreadableMoment(f"{quoted(text)} is not in the calendar.") from no

    def __str__(self) -> str:
        return f"{datetime.isoformat(self, timespec='milliseconds')[:-6]}Z"

    def plain(self) -> datetime:
        """The same point in time as the standard library's own class."""
        return datetime.combine(self.date(), self.time(), UTC)

    def astimezone(self, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # away from UTC: no Moment
        return self.plain().astimezone(tz)

    def replace(self, *args: Any, **changes: Any) -> datetime:  # type: ignore[override]  # Django strips tzinfo
        changed = self.plain().replace(*args, **changes)
        return Moment.of(changed) if changed.tzinfo is UTC else changed

    def __reduce_ex__(self, protocol: object) -> tuple[Callable[[datetime], Moment], tuple[datetime]]:
        return type(self).of, (self.plain(),)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return schema_from_text(cls._from_outside)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "examples": [_EXAMPLE]}

    @classmethod
    def _from_outside(cls, value: object) -> Self:
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, datetime):
            return cls.of(value)
        raise UnreadableMoment(f"A moment is text, not {type(value).__name__}.")


EPOCH = Moment(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CivilDeadline:
    """A deadline as law and letters set it: a day and a time on the clocks of a place.

    This is what is stored. The UTC moment is derived each time, because a legislature may move the clocks before the
    day. A time that the clocks skip in spring moves forward by what they skip; of an hour that happens twice, the first
    counts.
    """

    day: date
    at: time
    zone: str

    def __post_init__(self) -> None:
        if isinstance(self.day, datetime) or self.at.tzinfo is not None or self.at.fold:
            raise UnreadableMoment(
                "A civil deadline is a day, a time without zone or fold, and the name of a zone.",
                hint="Give the three apart, such as 2026-11-20, 17:00 and America/New_York.",
            )
        zone_called(self.zone)

    def utc(self) -> Moment:
        # fold is 0 (PEP 495): in a gap the offset before it, so the clock shows later; in an overlap the first pass.
        try:
            return Moment.of(datetime.combine(self.day, self.at, zone_called(self.zone)))
        except OverflowError as no:
            raise UnreadableMoment(f"{self} is not in the calendar.") from no

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.at.isoformat()} {self.zone}"


def zone_called(name: str) -> ZoneInfo:
    """The time zone of that name on the IANA list."""
    if not _ZONE.fullmatch(name):
        raise UnknownZone(f"{quoted(name)} is not the name of a time zone.")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as no:  # OSError: the name of a region alone is a directory
        raise UnknownZone(f"{quoted(name)} is not the name of a time zone.") from no


def weekday_shown(day: date) -> str:
    """A day as deadlines show it: 'Fri 2026-11-20', 'Sat 2026-11-21 (weekend)'.

    Of a Moment it is the day in UTC; for a deadline that belongs to a place, pass the civil day.
    """
    shown = f"{_DAYS[day.weekday()]} {day.year:04}-{day.month:02}-{day.day:02}"
    return f"{shown} (weekend)" if day.weekday() >= _SATURDAY else shown
