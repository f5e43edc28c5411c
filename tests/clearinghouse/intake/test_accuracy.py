# SPDX-License-Identifier: Apache-2.0
"""What a record of good reports earns, and how a flood is kept: in line, and never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.intake import reads, rules
from weir.clearinghouse.intake.models import FinderRow, ReportRow
from weir.clearinghouse.intake.rules import accuracy
from weir.clearinghouse.intake.terms import LineIsFull, Outcome, Standing, TrackRecord
from weir.clearinghouse.intake.verbs import record_track_record
from weir.foundation.actor import SYSTEM, ActorKind
from weir.kernel.errors import Refused
from weir.kernel.moments import Moment

counts = st.integers(0, 10_000)
NOW = Moment.parse("2026-11-20T12:00:00Z")


@given(counts, counts)
def test_the_rate_lies_between_floor_and_ceiling(validated, refuted):
    assert rules.FLOOR <= rules.allowance(TrackRecord(validated, refuted)) <= rules.CEILING


@given(counts)
def test_newcomers_and_whoever_was_only_ever_wrong_have_the_floor(refuted):
    assert rules.allowance(TrackRecord(0, refuted)) == rules.FLOOR


@given(counts, counts)
def test_one_more_that_was_right_never_lowers_it_and_one_more_that_was_wrong_never_raises_it(validated, refuted):
    here = rules.allowance(TrackRecord(validated, refuted))
    assert rules.allowance(TrackRecord(validated + 1, refuted)) >= here
    assert rules.allowance(TrackRecord(validated, refuted + 1)) <= here


def test_a_record_is_worth_more_than_luck():
    lucky, long = rules.allowance(TrackRecord(1, 0)), rules.allowance(TrackRecord(95, 5))
    assert rules.FLOOR < lucky < 150
    assert long > 400


@given(st.lists(st.integers(0, 86_400), min_size=1, max_size=120), st.integers(1, 40))
def test_no_day_has_more_turns_than_the_rate_and_nobody_overtakes(gaps, per_day):
    now, full_at, turns = NOW, NOW, []
    for gap in gaps:
        now = Moment.of(now + timedelta(seconds=gap))
        turn_at, full_at = rules.turn(full_at, now, per_day)
        assert turn_at >= now
        turns.append(turn_at)
    assert turns == sorted(turns)
    # Of any one more than a day's worth, after the first full bucket, the last comes a day after the first.
    for first, last in zip(turns, turns[2 * per_day :], strict=False):
        assert last - first >= timedelta(days=1) - timedelta(seconds=1)


def test_a_days_worth_goes_on_at_once():
    full_at = NOW
    for _ in range(20):
        turn_at, full_at = rules.turn(full_at, NOW, 20)
        assert turn_at == NOW
    assert rules.turn(full_at, NOW, 20)[0] == NOW + timedelta(days=1) / 20


@pytest.fixture
def small(monkeypatch):
    """Two a day."""
    monkeypatch.setattr(accuracy, "FLOOR", 2)


@pytest.mark.both_databases
def test_a_flood_is_kept_and_waits_for_its_turn(house, small):
    sent = [house.report().outcome for _ in range(4)]
    assert [each.turn_at for each in sent] == [
        None,
        None,
        house.now + timedelta(hours=12),
        house.now + timedelta(days=1),
    ]
    assert ReportRow.objects.count() == 4
    assert all(reads.read_report(house.finder, each.id) for each in sent)
    last = [house.report() for _ in range(4)][-1].outcome
    assert last.turn_at == house.now + timedelta(days=3)
    due = dict(ReportRow.objects.values_list("number", "acknowledge_by"))
    assert str(due[last.id]) > str(due[sent[0].id]), "its clocks begin then"


@pytest.mark.both_databases
def test_agents_stand_in_line_with_their_owner_and_others_do_not(house, small):
    agent = replace(house.finder, kind=ActorKind.AGENT, id="A-2026-AGENT-T", owner=house.finder.id)
    for _ in range(2):
        house.report()
    assert house.report(actor=agent).outcome.turn_at
    assert house.report(actor=house.outsider).outcome.turn_at is None


@pytest.mark.both_databases
def test_a_full_line_says_when_there_is_room_and_loses_nothing(house, small, settings):
    for _ in range(3):
        house.report()
    size = ReportRow.objects.order_by("line_bytes")[0].line_bytes
    settings.LINE_BYTES = 2 * size
    house.report()
    with pytest.raises(LineIsFull) as no:
        house.report()
    assert no.value.headers == (("Retry-After", str(12 * 3600)),)
    assert ReportRow.objects.count() == 4
    house.later(hours=12)
    house.report()
    with pytest.raises(LineIsFull):
        house.report()


@pytest.mark.both_databases
def test_a_verdict_counts_once_and_a_later_one_takes_its_place(house):
    report = house.report().outcome.id

    def told(outcome, standing=Standing.INDEPENDENT):
        record_track_record(SYSTEM, report, outcome, standing, now=house.now)
        row = FinderRow.objects.get()
        return row.validated, row.refuted

    assert told(Outcome.VALIDATED) == (1, 0)
    assert told(Outcome.VALIDATED) == (1, 0)
    assert told(Outcome.REFUTED) == (0, 1)
    assert told(Outcome.DUPLICATE) == (0, 0)
    assert told(Outcome.BY_DESIGN) == (0, 0)
    assert told(Outcome.VALIDATED, Standing.INVOLVED) == (0, 0)
    assert told(Outcome.VALIDATED, Standing.OWN) == (0, 0)
    assert told(Outcome.REFUTED) == (0, 1)


def test_only_the_house_keeps_records(house):
    report = house.report().outcome.id
    for who in (house.finder, house.coordinator):
        with pytest.raises(Refused):
            record_track_record(who, report, Outcome.VALIDATED, Standing.INDEPENDENT, now=house.now)


def test_a_report_without_a_name_counts_for_nobody(house):
    report = house.report(actor=house.nobody).outcome.id
    assert not record_track_record(SYSTEM, report, Outcome.VALIDATED, Standing.INDEPENDENT, now=house.now).counted
    assert not FinderRow.objects.exists()


def test_what_is_earned_moves_the_line(house, small):
    for _ in range(2):
        house.report()
    FinderRow.objects.create(finder=house.finder.id, validated=50)
    turn_at = house.report().outcome.turn_at
    assert turn_at - house.now < timedelta(minutes=5), "twelve hours otherwise"


@pytest.mark.both_databases
def test_the_line_is_read_in_one_statement_off_the_last_report_and_the_record(house, django_assert_num_queries):
    finder, nothing = house.finder.id, TrackRecord(0, 0)
    assert reads.line_of(finder) == (None, 0, nothing)
    FinderRow.objects.create(finder=finder, validated=3, refuted=1)
    assert reads.line_of(finder) == (None, 0, TrackRecord(3, 1))
    house.report()
    house.report(actor=house.outsider)
    house.later(hours=1)
    house.report()
    last = ReportRow.objects.filter(finder=finder).latest("received_at")
    assert last.full_at is not None
    with django_assert_num_queries(1):
        assert reads.line_of(finder) == (Moment.of(last.full_at), last.line_bytes, TrackRecord(3, 1))
    assert reads.line_of(house.outsider.id).record == nothing
