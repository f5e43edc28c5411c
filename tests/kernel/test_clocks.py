# SPDX-License-Identifier: Apache-2.0
"""Deadlines: business days keep to the calendar, days end at midnight, and what was computed once can be again."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.kernel.calendars import WEEKDAYS, OutsideCalendar
from weir.kernel.clocks import (
    BusinessDays,
    Calendar,
    CalendarDays,
    ClockTable,
    DeadlineDiffers,
    Hours,
    Malformed,
    NoClockInForce,
    Overlap,
    TooFar,
    UnreadablePeriod,
    deadline,
    parse_period,
    replay,
    us_federal,
)
from weir.kernel.errors import Missing
from weir.kernel.moments import Moment, UnknownZone

US = us_federal()
SIGNED = Moment.parse("2026-06-02T20:00:00Z")

days = st.dates(date(1980, 1, 1), date(2060, 12, 31))
starts = st.datetimes(datetime(1980, 1, 1), datetime(2060, 12, 31), timezones=st.just(UTC)).map(Moment.of)  # noqa: DTZ001
zones = st.sampled_from(["America/New_York", "UTC", "Pacific/Auckland", "Asia/Kolkata"])
lengths = st.integers(1, 300)
periods = st.one_of(lengths.map(Hours), lengths.map(CalendarDays), lengths.map(lambda n: BusinessDays(n, US)))


def counted(year, month, weekday, nth):
    """The nth such weekday found by walking through the month; the last one for -1."""
    day, those = date(year, month, 1), []
    while day.month == month:
        if day.weekday() == weekday:
            those.append(day)
        day += timedelta(days=1)
    return those[nth - 1 if nth > 0 else nth]


def by_the_statute(year):
    """5 U.S.C. 6103(a) read sentence by sentence, for the years in which it reads as it does today."""
    monday, thursday = 0, 3
    yearly = {
        date(year, 1, 1): "New Year's Day",
        counted(year, 1, monday, 3): "Birthday of Martin Luther King, Jr.",
        counted(year, 2, monday, 3): "Washington's Birthday",
        counted(year, 5, monday, -1): "Memorial Day",
        date(year, 7, 4): "Independence Day",
        counted(year, 9, monday, 1): "Labor Day",
        counted(year, 10, monday, 2): "Columbus Day",
        date(year, 11, 11): "Veterans Day",
        counted(year, 11, thursday, 4): "Thanksgiving Day",
        date(year, 12, 25): "Christmas Day",
    }
    return yearly | ({date(year, 6, 19): "Juneteenth National Independence Day"} if year >= 2021 else {})


def kept(day):
    """The weekday on which a Monday-to-Friday worker is off for this holiday."""
    return day + timedelta(days={"Saturday": -1, "Sunday": 1}.get(WEEKDAYS[day.weekday()], 0))


def every_day(first, last):
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def changed(**changes):
    rule = {"name": "Feast", "rule": "fixed", "month": 5, "day": 1, "authority": "village council"}
    whole = {
        "calendar": "v",
        "version": "1",
        "authority": "a",
        "from_year": 2000,
        "weekend": ["sunday"],
        "holidays": [rule],
    }
    rule.update(changes.pop("rule", {}))
    return json.dumps({**whole, **changes}).encode()


def test_federal_holidays_are_those_of_the_statute_and_no_others():
    named = {day: name for year in range(2014, 2037) for day, name in by_the_statute(year).items()}
    observed = {kept(day): f"{name} (observed)" for day, name in named.items() if kept(day) != day}
    expected = {**observed, **named}
    for day in every_day(date(2015, 1, 1), date(2035, 12, 31)):
        assert US.holiday_name(day) == expected.get(day), day


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-07-03", "Independence Day (observed)"),
        ("2026-07-04", "Independence Day"),
        ("2021-12-31", "New Year's Day (observed)"),
        ("2021-06-18", "Juneteenth National Independence Day (observed)"),
        ("2020-06-19", None),
        ("2023-01-02", "New Year's Day (observed)"),
        ("2026-11-26", "Thanksgiving Day"),
        ("1985-01-21", None),
        ("1986-01-20", "Birthday of Martin Luther King, Jr."),
        ("1977-10-24", "Veterans Day"),
        ("1977-11-11", None),
        ("1978-11-10", "Veterans Day (observed)"),
        ("2024-12-24", None),
    ],
)
def test_days_that_people_remember(day, name):
    assert US.holiday_name(date.fromisoformat(day)) == name


def test_a_calendar_is_silent_about_years_it_does_not_cover():
    with pytest.raises(OutsideCalendar, match="does not speak of 1970"):
        US.is_business_day(date(1970, 12, 31))
    with pytest.raises(OutsideCalendar):
        US.next_business_day(date(9999, 12, 30))


@given(days, lengths, lengths)
def test_business_days_add_up(day, n, m):
    assert US.add_business_days(US.add_business_days(day, n), m) == US.add_business_days(day, n + m)


@given(days)
def test_next_and_previous_business_day_have_none_between(day):
    after, before = US.next_business_day(day), US.previous_business_day(day)
    assert before < day < after
    between = every_day(before + timedelta(days=1), after - timedelta(days=1))
    assert [other for other in between if US.is_business_day(other)] == ([day] if US.is_business_day(day) else [])


@given(starts, lengths, zones)
def test_a_business_deadline_ends_a_business_day_and_accounts_for_every_day_on_the_way(start, n, zone):
    due = deadline(start, BusinessDays(n, US), zone)
    last = due.local.date()
    assert US.is_business_day(last)
    assert f"{due.local:%H:%M:%S}" == "23:59:59"
    began = start.astimezone(ZoneInfo(zone)).date()
    assert n + len(due.skipped) == (last - began).days


@given(starts, lengths, lengths)
def test_going_on_from_a_deadline_is_like_counting_through(start, n, m):
    on_the_way = deadline(start, BusinessDays(n, US)).due
    assert deadline(on_the_way, BusinessDays(m, US)).due == deadline(start, BusinessDays(n + m, US)).due


@given(starts, starts, periods, zones)
def test_who_starts_later_is_never_due_earlier(one, other, period, zone):
    earlier, later = sorted([one, other])
    assert deadline(earlier, period, zone).due <= deadline(later, period, zone).due


@given(starts, periods, zones)
def test_a_longer_period_is_due_later_and_after_its_start(start, period, zone):
    longer = type(period)(**{**vars(period), "n": period.n + 1})
    assert start < deadline(start, period, zone).due < deadline(start, longer, zone).due


@given(starts, lengths)
def test_hours_are_elapsed_time_whatever_the_zone(start, n):
    assert deadline(start, Hours(n), "America/New_York").due == deadline(start, Hours(n), "UTC").due
    assert deadline(start, Hours(n)).due - start == timedelta(hours=n)


@pytest.mark.parametrize(
    ("start", "period", "due"),
    [
        # Clocks went forward on 8 March 2026 and back on 1 November 2026: the day stays, the moment in UTC moves.
        ("2026-03-07T17:00:00Z", CalendarDays(1), "2026-03-09T03:59:59Z"),
        ("2026-03-06T17:00:00Z", CalendarDays(1), "2026-03-08T04:59:59Z"),
        ("2026-10-31T16:00:00Z", CalendarDays(1), "2026-11-02T04:59:59Z"),
        ("2026-10-31T16:00:00Z", Hours(24), "2026-11-01T16:00:00Z"),
        # Evening in New York is tomorrow in UTC: the civil day of the zone is what counts.
        ("2026-06-03T02:00:00Z", CalendarDays(30), "2026-07-03T03:59:59Z"),
        # The Order was signed on 2 June 2026; 60 days later is a Saturday, and stays one.
        ("2026-06-02T20:00:00Z", CalendarDays(60), "2026-08-02T03:59:59Z"),
        ("2026-07-02T12:00:00Z", BusinessDays(1, US), "2026-07-07T03:59:59Z"),
        ("2021-12-30T12:00:00Z", BusinessDays(1, US), "2022-01-04T04:59:59Z"),
    ],
)
def test_deadlines_worked_out_by_hand(start, period, due):
    assert deadline(Moment.parse(start), period).due == Moment.parse(due)


def test_a_calendar_day_deadline_shows_its_weekend_and_does_not_move():
    assert deadline(SIGNED, CalendarDays(60)).explanation == (
        "60 days after Tue 2026-06-02 16:00:00 EDT ends on Sat 2026-08-01 (weekend) 23:59:59 EDT.",
        "Deadlines in calendar time are not moved off a weekend.",
    )
    assert deadline(SIGNED, CalendarDays(1)).explanation == (
        "1 day after Tue 2026-06-02 16:00:00 EDT ends on Wed 2026-06-03 23:59:59 EDT.",
    )


def test_a_business_deadline_names_the_holidays_it_left_out():
    due = deadline(Moment.parse("2026-11-20T12:00:00Z"), BusinessDays(5, US))
    assert due.explanation == (
        "5 business days after Fri 2026-11-20 07:00:00 EST ends on Mon 2026-11-30 23:59:59 EST.",
        "4 weekend days are not counted.",
        "Not counted either: Thanksgiving Day, Thu 2026-11-26.",
        f"Counted by the calendar us-federal 1.0.0 ({US.authority}).",
    )


def test_a_very_long_deadline_still_has_a_short_explanation():
    told = " ".join(deadline(SIGNED, BusinessDays(2000, US)).explanation)
    assert "and 76 more" in told
    assert len(told) < 1200


@given(starts, periods, zones)
def test_a_stored_deadline_is_computed_again_the_same(start, period, zone):
    due = deadline(start, period, zone)
    assert replay(json.loads(json.dumps(due.record()))) == due


def test_a_stored_deadline_that_was_altered_does_not_pass():
    record = deadline(SIGNED, BusinessDays(10, US)).record()
    with pytest.raises(DeadlineDiffers, match="computed again as 2026-06-17T03:59:59"):
        replay({**record, "due": "2026-06-30T03:59:59.000Z"})


def test_a_deadline_of_an_older_calendar_needs_that_calendar():
    older = Calendar.load(changed(calendar="us-federal", weekend=["saturday", "sunday"]))
    record = deadline(SIGNED, BusinessDays(20, older)).record()
    with pytest.raises(Missing, match="us-federal 1 "):
        replay(record)
    assert replay(record, [older]).due == deadline(SIGNED, BusinessDays(20, older)).due
    assert replay(record, [older]).due != deadline(SIGNED, BusinessDays(20, US)).due


@given(periods)
def test_periods_are_read_as_they_are_written(period):
    assert parse_period(str(period)) == period


@pytest.mark.parametrize(
    ("text", "period"),
    [("1 day", CalendarDays(1)), ("30 Calendar  days", CalendarDays(30)), ("1 business day", BusinessDays(1, US))],
)
def test_periods_people_write(text, period):
    assert parse_period(text) == period


@pytest.mark.parametrize(
    "text",
    [
        "",
        "days",
        "0 days",
        "-3 days",
        "3",
        "3 weeks",
        "1.5 hours",
        "٣ days",
        "3 dayss",
        "99999999 hours",
        "9" * 9999 + " days",
    ],
)
def test_other_periods_are_refused(text):
    with pytest.raises(UnreadablePeriod):
        parse_period(text)


def test_a_deadline_beyond_all_years_is_refused():
    last = Moment.parse("9999-12-30T00:00:00Z")
    for period in (Hours(72), CalendarDays(30)):
        with pytest.raises(TooFar):
            deadline(last, period)


def test_a_zone_that_does_not_exist_is_refused():
    with pytest.raises(UnknownZone):
        deadline(SIGNED, Hours(1), "Mars/Olympus_Mons")


def test_a_closure_and_two_feasts_on_one_day_are_all_named():
    closed = {"date": "2026-05-01", "name": "Flood", "authority": "mayor's order 7"}
    calendar = Calendar.load(changed(closures=[closed]))
    assert calendar.holiday_name(date(2026, 5, 1)) == "Flood and Feast"
    assert calendar.why_not(date(2026, 5, 3)) == "Sunday"
    assert calendar.is_business_day(date(2026, 5, 2))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (changed(rule={"day": 32}), "/holidays/0/day"),
        (changed(rule={"month": 2, "day": 30}), "/holidays/0/day"),
        (changed(rule={"rule": "easter"}), "/holidays/0/rule"),
        (changed(rule={"nth": 3}), "/holidays/0"),
        (changed(rule={"observed": {"caturday": 1}}), "/holidays/0/observed"),
        (changed(rule={"from_year": 2020, "until_year": 2019}), "/holidays/0/until_year"),
        (changed(rule={"authority": " "}), "/holidays/0/authority"),
        (changed(rule={"color": "red"}), "/holidays/0"),
        (changed(weekend=list(map(str.lower, WEEKDAYS))), "/weekend"),
        (changed(rule={"month": True}), "/holidays/0/month"),
        (changed(holidays={}), "/holidays"),
        (changed(closures=[{"date": "1 May", "name": "x", "authority": "y"}]), "/closures/0/date"),
        (b"[]", "/"),
    ],
)
def test_a_malformed_calendar_names_the_place(text, place):
    with pytest.raises(Malformed) as no:
        Calendar.load(text)
    assert list(no.value.faults) == [place]


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'{"a": 1, "a": 2}', b"[" * 100_000])
def test_what_is_not_json_is_no_calendar(text):
    with pytest.raises(Malformed):
        Calendar.load(text)


def test_a_calendar_in_which_nothing_is_open_ends_the_search():
    feasts = [
        {"name": "Rest", "rule": "fixed", "month": month, "day": at, "authority": "a"}
        for month in range(1, 13)
        for at in range(1, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] + 1)
    ]
    idle = Calendar.load(changed(holidays=feasts))
    with pytest.raises(OutsideCalendar, match="no business day within a year"):
        idle.next_business_day(SIGNED.date())


def clock(begins, ends, period="30 days", name="notice"):
    return {"name": name, "period": period, "authority": "rule 4", "effective_from": begins, "effective_until": ends}


def clocks(*rows):
    return json.dumps({"clock_table": "village", "version": "1", "clocks": rows}).encode()


def test_the_clock_that_counts_is_the_one_in_force_then():
    table = ClockTable.load(
        clocks(
            clock("2025-01-01T00:00:00Z", None, "15 business days"),
            clock("2020-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "30 days"),
            clock("2020-01-01T00:00:00Z", None, "72 hours", name="alarm"),
        )
    )
    assert table.as_of("notice", Moment.parse("2024-12-31T23:59:59.999Z")).period == CalendarDays(30)
    assert table.as_of("notice", Moment.parse("2025-01-01T00:00:00Z")).period == BusinessDays(15, US)
    assert table.as_of("alarm", Moment.parse("2020-01-01T00:00:00Z")).period == Hours(72)


def test_a_gap_is_a_gap():
    table = ClockTable.load(
        clocks(clock("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"), clock("2022-01-01T00:00:00Z", None))
    )
    with pytest.raises(NoClockInForce) as no:
        table.as_of("notice", Moment.parse("2021-06-01T00:00:00Z"))
    assert "ended at 2021-01-01T00:00:00.000Z. The next begins at 2022-01-01T00:00:00.000Z." in no.value.sentence
    with pytest.raises(NoClockInForce, match="the table village has: notice"):
        table.as_of("alarm", SIGNED)


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(1, 28)).filter(lambda span: span[0] < span[1]), max_size=6))
def test_overlaps_are_refused_and_only_overlaps(spans):
    rows = [clock(f"2026-01-{a:02}T00:00:00Z", f"2026-01-{b:02}T00:00:00Z") for a, b in spans]
    crowded = any(sum(a <= day < b for a, b in spans) > 1 for day in range(1, 29))
    if crowded:
        with pytest.raises(Overlap):
            ClockTable.load(clocks(*rows))
        return
    table = ClockTable.load(clocks(*rows))
    for a, b in spans:
        assert table.as_of("notice", Moment(2026, 1, b - 1, tzinfo=UTC)).effective_from == Moment(
            2026, 1, a, tzinfo=UTC
        )


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (clock("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"), "/clocks/0"),
        (clock("yesterday", None), "/clocks/0/effective_from"),
        (clock("2026-01-02T00:00:00", None), "/clocks/0/effective_from"),
        (clock("2026-01-02T00:00:00Z", None, "soon"), "/clocks/0/period"),
        ({**clock("2026-01-02T00:00:00Z", None), "authority": ""}, "/clocks/0/authority"),
    ],
)
def test_a_malformed_clock_names_the_place(row, place):
    with pytest.raises(Malformed) as no:
        ClockTable.load(clocks(row))
    assert list(no.value.faults) == [place]
