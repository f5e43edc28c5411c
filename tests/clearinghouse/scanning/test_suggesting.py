# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.scanning.rules import suggesting
from weir.clearinghouse.scanning.rules.suggesting import BLOCK, Candidate, taken_away

some = st.builds(
    Candidate,
    st.just("TG"),
    st.integers(1, 1000),
    hours=st.floats(0, 500),
    hits=st.integers(0, 9),
    hits_hours=st.floats(0, 2000),
)


def total(plan):
    return sum(share.gain for share in plan)


def best(candidates, blocks):
    """Every possible plan, tried."""
    plans = (plan for plan in product(range(blocks + 1), repeat=len(candidates)) if sum(plan) <= blocks)
    return max(
        sum(taken_away(each, count * BLOCK) for each, count in zip(candidates, plan, strict=True)) for plan in plans
    )


@given(st.lists(some, min_size=1, max_size=4), st.integers(0, 5))
def test_block_by_block_the_best_is_the_best_of_all_plans(candidates, blocks):
    found = total(suggesting.shares(candidates, blocks * BLOCK))
    assert found == pytest.approx(best(candidates, blocks), rel=1e-9, abs=1e-12)


@given(some, st.floats(0, 200), st.floats(0.1, 200))
def test_each_further_hour_takes_away_less(candidate, hours, more):
    first = taken_away(candidate, more)
    then = taken_away(candidate, hours + more) - taken_away(candidate, hours)
    assert then <= first * (1 + 1e-9) + 1e-12


@given(st.lists(some, max_size=6), st.integers(0, 200))
def test_no_more_is_given_out_than_there_is(candidates, capacity):
    plan = suggesting.shares(candidates, capacity)
    assert sum(share.hours for share in plan) <= capacity
    assert all(share.hours % BLOCK == 0 and share.hours > 0 for share in plan)


def test_more_exposed_staler_and_more_fruitful_targets_come_first():
    plain = Candidate("plain", 10, hours=50)
    for better in (Candidate("a", 20, hours=50), Candidate("a", 10, hours=5), Candidate("a", 10, hours=50, hits=3)):
        assert suggesting.shares([plain, better], BLOCK)[0].candidate is better
