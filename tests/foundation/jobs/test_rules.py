# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from weir.foundation.jobs import rules
from weir.foundation.jobs.terms import Failure, Item
from weir.kernel.moments import EPOCH, MILLISECOND, Moment

items = st.lists(st.builds(Item, st.text(max_size=5), st.text(max_size=5)), max_size=500)
moments = st.integers(0, 10**12).map(lambda ms: Moment.of(EPOCH + ms * MILLISECOND))


@given(items, st.integers(1, 250))
def test_cutting_loses_nothing_and_doubles_nothing(all_of_them, size):
    batches = rules.cut(all_of_them, size)
    assert [item for batch in batches for item in batch] == all_of_them
    assert all(0 < len(batch) <= size for batch in batches)


@given(st.integers(2, 10_000))
def test_each_wait_is_at_least_the_one_before_and_ten_minutes_at_most(turn):
    assert rules.wait_before(turn) <= rules.wait_before(turn + 1) <= timedelta(minutes=10)
    assert rules.wait_before(turn) >= timedelta(seconds=2)


def test_the_first_turn_waits_for_nothing_and_the_next_ones_double():
    assert [rules.wait_before(turn).total_seconds() for turn in (1, 2, 3, 4, 5)] == [0, 2, 4, 8, 16]


def test_what_passes_comes_again_for_about_half_an_hour_and_then_waits_for_a_person():
    passing = Failure("The mail server does not answer.", passes=True)
    turns = [turn for turn in range(1, 50) if rules.comes_again(passing, turn)]
    waited = sum((rules.wait_before(turn + 1) for turn in turns), timedelta(0))
    assert timedelta(minutes=10) < waited < timedelta(hours=1)


@given(st.integers(1, 50))
def test_what_does_not_pass_never_comes_again_by_itself(turn):
    assert not rules.comes_again(Failure("There is no such report."), turn)


@given(st.text(max_size=20), st.text(max_size=20), moments, st.text(max_size=20), st.text(max_size=20), moments)
def test_only_the_same_row_with_the_same_date_is_the_same_waking(source, id, at, source2, id2, at2):
    same = (source, id, at) == (source2, id2, at2)
    if "\x1f" not in source + id + source2 + id2:
        assert (rules.waking(source, id, at) == rules.waking(source2, id2, at2)) == same
