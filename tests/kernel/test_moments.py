# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import copy
import pickle
import sqlite3
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from weir.kernel.errors import Invalid
from weir.kernel.moments import CivilDeadline, Moment, UnknownZone, UnreadableMoment, weekday_shown

NOON = Moment(2026, 11, 20, 12, tzinfo=UTC)
NEW_YORK = "America/New_York"


@dataclass(frozen=True)
class Note:
    at: Moment


def moments():
    return st.datetimes(timezones=st.just(UTC)).map(Moment.of)


@given(moments())
def test_what_is_written_reads_back_as_the_same_moment(moment):
    assert Moment.parse(str(moment)) == moment
    assert len(str(moment)) == len("2026-11-20T12:00:00.123Z")


@given(moments(), moments())
def test_what_is_written_sorts_as_the_moments_do(one, other):
    assert (str(one) < str(other)) == (one < other)


def test_it_is_written_with_milliseconds_always():
    assert str(NOON) == f"{NOON}" == "2026-11-20T12:00:00.000Z"
    assert str(Moment(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000Z"
    assert str(Moment(2026, 11, 20, 12, 0, 0, 123999, UTC)) == "2026-11-20T12:00:00.123Z"


@pytest.mark.parametrize(
    "tz", [None, timezone(timedelta(hours=1)), ZoneInfo("Europe/London"), timezone(timedelta(hours=5), "UTC")]
)
def test_construction_refuses_what_is_not_utc_all_year(tz):
    with pytest.raises(UnreadableMoment) as no:
        Moment(2026, 1, 20, tzinfo=tz)
    assert no.value.hint == "Moment.of(...) converts an aware datetime."


@pytest.mark.parametrize("tz", [UTC, timezone(timedelta(0)), ZoneInfo("UTC"), ZoneInfo("Etc/UTC")])
def test_utc_under_any_name_becomes_the_one_utc(tz):
    assert Moment(2026, 1, 20, tzinfo=tz).tzinfo is UTC


@given(st.datetimes(timezones=st.timezones()))
def test_an_aware_datetime_is_converted_to_the_millisecond(aware):
    assume(2 < aware.year < 9998)
    assert timedelta(0) <= aware - Moment.of(aware) < timedelta(milliseconds=1)


def test_a_naive_datetime_is_no_moment():
    with pytest.raises(UnreadableMoment, match="no zone"):
        Moment.of(NOON.plain().replace(tzinfo=None))
    for naive in (lambda: Moment.fromisoformat("2026-11-20"), lambda: Moment.strptime("2026", "%Y")):
        with pytest.raises(UnreadableMoment):
            naive()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00.000Z"),
        ("2026-11-20t12:00:00.5z", "2026-11-20T12:00:00.500Z"),
        ("2026-11-20 13:30:00+01:30", "2026-11-20T12:00:00.000Z"),
        ("2026-11-20T07:00:00.123987654-05:00", "2026-11-20T12:00:00.123Z"),
        ("2026-11-20T12:00:00-00:00", "2026-11-20T12:00:00.000Z"),
        ("2024-02-29T23:59:59.999+00:00", "2024-02-29T23:59:59.999Z"),
        ("1990-12-31T15:59:59-08:00", "1990-12-31T23:59:59.000Z"),
    ],
)
def test_rfc_3339_is_read_and_converted(text, read):
    assert str(Moment.parse(text)) == read


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-11-20T12:00:00", "has no offset"),
        ("1990-12-31T23:59:60Z", "names a leap second"),
        ("2026-02-29T12:00:00Z", "not in the calendar"),
        ("2026-11-20T24:00:00Z", "not in the calendar"),
        ("0000-01-01T00:00:00Z", "not in the calendar"),
        ("0001-01-01T00:00:00+01:00", "not in the calendar"),
        ("9999-12-31T23:59:59-01:00", "not in the calendar"),
        ("2026-11-20", "not a point in time"),
        ("2026-11-20T12:00Z", "not a point in time"),
        ("2026-11-20T12:00:00.Z", "not a point in time"),
        ("2026-11-20T12:00:00+24:00", "not a point in time"),
        ("2026-11-20T12:00:00+0100", "not a point in time"),
        ("２０２６-11-20T12:00:00Z", "not a point in time"),  # noqa: RUF001 - digits of another script
        ("2026-11-20T12:00:00Z\n", "not a point in time"),
        ("now", "not a point in time"),
        ("", "not a point in time"),
    ],
)
def test_what_needs_guessing_is_refused_and_the_sentence_says_why(text, why):
    with pytest.raises(UnreadableMoment, match=why) as no:
        Moment.parse(text)
    assert isinstance(no.value, Invalid)
    assert no.value.hint


@given(st.text(max_size=40))
def test_junk_is_refused_and_nothing_else_happens(text):
    with pytest.raises(UnreadableMoment) as no:
        Moment.parse("at " + text)
    assert no.value.sentence.isprintable()


@given(moments(), st.timedeltas(timedelta(days=-9999), timedelta(days=9999)))
def test_arithmetic_with_durations_stays_a_moment(moment, duration):
    assume(Moment(30, 1, 1, tzinfo=UTC) < moment < Moment(9970, 1, 1, tzinfo=UTC))
    for result in (moment + duration, duration + moment, moment - duration):
        assert type(result) is Moment
        assert result.tzinfo is UTC
        assert result.microsecond % 1000 == 0
    assert type((moment + duration) - moment) is timedelta


def test_the_day_is_the_one_in_utc():
    late = Moment.parse("2026-11-20T23:30:00-05:00")
    assert late.date() == date(2026, 11, 21)
    assert type(late.date()) is date


@given(moments())
def test_it_equals_and_hashes_as_the_datetime_of_the_same_time(moment):
    assert moment == moment.plain()
    assert {moment: 1}[moment.plain()] == 1
    assert type(moment.plain()) is datetime


@given(moments())
def test_copies_and_pickles_are_moments(moment):
    pickled = [pickle.loads(pickle.dumps(moment, protocol)) for protocol in range(6)]  # noqa: S301 - our own bytes
    for twin in (*pickled, copy.copy(moment), copy.deepcopy(moment)):
        assert type(twin) is Moment
        assert twin == moment
        assert twin.tzinfo is UTC


def test_leaving_utc_gives_a_plain_datetime():
    assert type(NOON.astimezone(ZoneInfo(NEW_YORK))) is datetime
    assert NOON.astimezone(ZoneInfo(NEW_YORK)).isoformat() == "2026-11-20T07:00:00-05:00"
    assert type(NOON.replace(tzinfo=None)) is datetime
    assert NOON.replace(hour=3) == Moment(2026, 11, 20, 3, tzinfo=UTC)
    assert type(NOON.replace(hour=3)) is Moment


def test_django_writes_it_for_sqlite_as_it_writes_any_aware_datetime():
    from django.utils.timezone import is_aware, make_naive

    assert is_aware(NOON)
    assert str(make_naive(NOON, UTC)) == str(make_naive(NOON.plain(), UTC)) == "2026-11-20 12:00:00"


def test_psycopg_writes_a_form_that_postgresql_reads():
    from psycopg.adapt import PyFormat, Transformer

    def written(value: datetime, form: PyFormat) -> object:
        return Transformer().get_dumper(value, form).dump(value)

    assert written(NOON, PyFormat.TEXT) == b"2026-11-20T12:00:00.000Z"
    assert written(NOON, PyFormat.BINARY) == written(NOON.plain(), PyFormat.BINARY)


def test_sqlite_takes_a_typed_number_as_text():
    from weir.kernel.ids import TypedId

    class XsqlId(TypedId, prefix="XSQ"):
        pass

    with sqlite3.connect(":memory:") as database:
        shown = database.execute("SELECT typeof(?), ?", (XsqlId.example(), XsqlId.example())).fetchone()
        assert shown == ("text", XsqlId.example())
    database.close()


def test_schemas_read_and_show_it():
    adapter = TypeAdapter(Note)
    assert adapter.validate_json('{"at": "2026-11-20T13:00:00+01:00"}') == Note(NOON)
    assert adapter.dump_json(Note(NOON)) == b'{"at":"2026-11-20T12:00:00.000Z"}'
    assert type(adapter.validate_python({"at": NOON.plain()}).at) is Moment
    assert TypeAdapter(Moment).json_schema()["format"] == "date-time"
    for sent in ("2026-11-20T12:00:00", 1_700_000_000, None, datetime(2026, 11, 20)):  # noqa: DTZ001 - refused for it
        with pytest.raises(ValidationError):
            adapter.validate_python({"at": sent})


def test_a_civil_deadline_follows_the_clocks_of_its_place():
    winter = CivilDeadline(date(2026, 11, 20), time(17), NEW_YORK)
    summer = CivilDeadline(date(2026, 7, 20), time(17), NEW_YORK)
    assert str(winter.utc()) == "2026-11-20T22:00:00.000Z"
    assert str(summer.utc()) == "2026-07-20T21:00:00.000Z"
    assert str(winter) == "2026-11-20 17:00:00 America/New_York"


def test_a_time_that_the_clocks_skip_moves_forward_by_what_they_skip():
    skipped = CivilDeadline(date(2026, 3, 8), time(2, 30), NEW_YORK).utc()
    assert str(skipped) == "2026-03-08T07:30:00.000Z"
    assert skipped.astimezone(ZoneInfo(NEW_YORK)).time() == time(3, 30)
    half_an_hour = CivilDeadline(date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe").utc()
    assert half_an_hour.astimezone(ZoneInfo("Australia/Lord_Howe")).time() == time(2, 40)
    whole_day = CivilDeadline(date(2011, 12, 30), time(12), "Pacific/Apia").utc()
    assert whole_day.astimezone(ZoneInfo("Pacific/Apia")).date() == date(2011, 12, 31)


def test_of_an_hour_that_happens_twice_the_earlier_counts():
    twice = CivilDeadline(date(2026, 11, 1), time(1, 30), NEW_YORK).utc()
    assert str(twice) == "2026-11-01T05:30:00.000Z"


@given(
    st.dates(date(1990, 1, 1), date(2037, 1, 1)),
    st.times(),
    st.sampled_from([NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe"]),
)
def test_a_civil_deadline_never_falls_before_its_local_time(day, at, zone):
    local = CivilDeadline(day, at.replace(fold=0), zone).utc().astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    meant = datetime.combine(day, at).replace(microsecond=at.microsecond // 1000 * 1000, fold=0)
    assert timedelta(0) <= local - meant <= timedelta(hours=1)


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "Mars/Olympus",
        "America",
        "America/Argentina",
        "America/",
        "../etc/passwd",
        "/etc/localtime",
        "localtime",
        "posixrules",
        "right/UTC",
        "right/America/New_York",
        "posix/America/New_York",
        "EST",
        "America/New_York\x00",
        "A/" + "b" * 5000,
    ],
)
def test_a_zone_that_does_not_exist_or_differs_by_machine_is_refused(zone):
    with pytest.raises(UnknownZone):
        CivilDeadline(date(2026, 11, 20), time(17), zone)


def test_a_civil_deadline_is_three_things_apart():
    for day, at in (
        (NOON, time(17)),
        (date(2026, 11, 1), time(1, 30, tzinfo=UTC)),
        (date(2026, 11, 1), time(1, 30, fold=1)),
    ):
        with pytest.raises(UnreadableMoment):
            CivilDeadline(day, at, NEW_YORK)
    with pytest.raises(UnreadableMoment, match="not in the calendar"):
        CivilDeadline(date(9999, 12, 31), time(23), NEW_YORK).utc()


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2026, 11, 20), "Fri 2026-11-20"),
        (date(2026, 11, 21), "Sat 2026-11-21 (weekend)"),
        (date(2026, 11, 22), "Sun 2026-11-22 (weekend)"),
        (date(2026, 11, 23), "Mon 2026-11-23"),
        (NOON + timedelta(days=1), "Sat 2026-11-21 (weekend)"),
    ],
)
def test_a_weekend_is_shown(day, shown):
    assert weekday_shown(day) == shown
