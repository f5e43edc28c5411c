# SPDX-License-Identifier: Apache-2.0
"""How promises are counted and paused, and what may follow on what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.terms import (
    Act,
    AiUse,
    ClockName,
    ClockState,
    Details,
    NothingSaid,
    NotNow,
    ReportState,
    Role,
    Submission,
    TooLong,
    Words,
)
from weir.kernel.calendars import us_federal
from weir.kernel.moments import Moment, zone_called

_FIRST, _LAST = datetime(2010, 1, 1), datetime(2060, 1, 1)  # noqa: DTZ001 - Hypothesis wants them bare
moments = st.datetimes(_FIRST, _LAST, timezones=st.just(UTC)).map(Moment.of)
spans = st.timedeltas(timedelta(0), timedelta(days=60))
words = st.text(max_size=10)
details = st.builds(Details, words, words, words)
said = st.builds(Words, words, words, words, details)
submissions = st.builds(Submission, words, words, words, words, st.sampled_from(AiUse), details)


def day(moment):
    return moment.astimezone(zone_called("America/New_York")).date()


@given(moments, st.sampled_from(ClockName), st.integers(0, 30))
def test_a_promise_ends_on_a_business_day_and_a_pause_only_moves_it_on(start, name, paused):
    due = rules.promised(name, start, paused).due
    assert us_federal().is_business_day(day(due))
    assert due > start
    assert rules.promised(name, start, paused + 1).due > due
    assert rules.due_of(name, start) == rules.promised(name, start).due


@given(moments, spans, spans)
def test_pauses_one_after_the_other_count_like_one(start, one, other):
    middle, end = Moment.of(start + one), Moment.of(start + one + other)
    assert rules.days_paused(start, middle) + rules.days_paused(middle, end) == rules.days_paused(start, end)


@given(moments, spans, st.sampled_from(ClockName))
def test_a_pause_never_gives_more_business_days_than_it_lasted(start, pause, name):
    asked = Moment.of(start + timedelta(hours=1))
    answered = Moment.of(asked + pause)
    days = rules.days_paused(asked, answered)
    assert days <= (day(answered) - day(asked)).days
    if day(asked) == day(answered):
        assert days == 0


@given(moments, spans, st.one_of(st.none(), spans), st.one_of(st.none(), spans))
def test_what_was_missed_stays_missed_and_what_was_met_stays_met(due, later, met, paused):
    def at(span):
        return None if span is None else Moment.of(due - timedelta(days=20) + span)

    now = Moment.of(due + later)
    state = rules.state_of(due, at(met), at(paused), now)
    if met is not None:
        assert state is (ClockState.MISSED if at(met) > due else ClockState.MET)
    elif paused is not None:
        assert state is (ClockState.MISSED if at(paused) > due else ClockState.PAUSED)
    else:
        assert state is (ClockState.MISSED if now > due else ClockState.RUNS)


def test_nothing_follows_on_what_was_withdrawn_and_nothing_goes_back():
    order = [ReportState.RECEIVED, ReportState.ACKNOWLEDGED, ReportState.ASSESSED, ReportState.WITHDRAWN]
    for act in Act:
        with pytest.raises(NotNow):
            rules.after(act, ReportState.WITHDRAWN)
        for state, following in rules.NEXT[act].items():
            assert order.index(following) >= order.index(state)


@given(submissions, st.lists(said, max_size=4))
def test_of_each_part_the_newest_words_count_and_none_is_ever_emptied(submission, added):
    whole = rules.whole(submission, added)
    assert (whole.title, whole.description, whole.ai_use) == (
        submission.title,
        submission.description,
        submission.ai_use,
    )
    for name in ("component", "weakness"):
        told = [part for part in (getattr(submission, name), *(getattr(each, name) for each in added)) if part]
        assert getattr(whole, name) == (told[-1] if told else "")
    told = [part for part in (submission.details.trigger, *(each.details.trigger for each in added)) if part]
    assert whole.details.trigger == (told[-1] if told else "")


@given(submissions, st.sets(st.sampled_from(Role)))
def test_six_parts_make_it_ready_and_what_helps_is_not_asked_for(submission, roles):
    steps = rules.checklist(submission, roles)
    needed = [step for step in steps if step.needed]
    assert len(needed) == 6
    assert rules.lacks(steps) == sum(not step.done for step in needed)
    assert {step.label: step.done for step in needed}["A proof"] == (Role.PROOF in roles)


def test_what_says_nothing_and_what_does_not_fit_is_said():
    with pytest.raises(NothingSaid):
        rules.check_words(Words())
    with pytest.raises(TooLong) as no:
        rules.check_words(Words("x" * 200_001, details=Details(cause="x" * 20_001)))
    assert set(no.value.faults) == {"/words", "/cause"}


def test_each_promise_rests_on_an_authority():
    now = Moment.parse("2026-11-20T12:00:00Z")
    for name in ClockName:
        assert rules.clock_table().as_of(name, now).authority
