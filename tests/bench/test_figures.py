# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Figure, Measured, paired, quantile

RATES = st.lists(st.floats(1, 1e6), min_size=1, max_size=30)


def figure(ratio: float, **more: object) -> Figure:
    return Figure("a thing", 12.345678, "ms", "another thing", ratio, 0.5, **more)  # type: ignore[arg-type]


@given(RATES, st.floats(0.01, 100))
def test_a_side_that_is_so_much_quicker_in_each_round_has_that_ratio_however_the_machine_drifts(rates, factor):
    assert paired([rate * factor for rate in rates], rates) == pytest.approx(factor)


def test_one_round_in_which_the_machine_stalled_does_not_count():
    assert paired([50, 1, 50], [100, 100, 100]) == 0.5


def test_sides_that_did_not_take_turns_are_not_compared():
    with pytest.raises(ValueError, match="shorter"):
        paired([1, 2], [1])


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_a_quantile_is_one_of_the_values_and_has_its_share_below_it(values):
    found = quantile(values, 0.99)
    assert found in values
    assert sum(value <= found for value in values) >= 0.99 * len(values)


def test_a_figure_holds_on_its_good_side_only():
    assert figure(0.5).ok
    assert figure(0.6).ok
    assert not figure(0.49).ok
    assert figure(0.5, at_most=True).ok
    assert not figure(0.51, at_most=True).ok


def test_what_was_measured_reads_as_one_object():
    measured = Measured("ledger", [figure(0.75)], ["PostgreSQL: initdb is not here"])
    assert json.loads(json.dumps(measured.as_json())) == {
        "bench": "ledger",
        "results": [
            {
                "metric": "a thing",
                "value": 12.3457,
                "unit": "ms",
                "against": "another thing",
                "ratio": 0.75,
                "target": 0.5,
                "at_most": False,
                "ok": True,
            }
        ],
        "skipped": ["PostgreSQL: initdb is not here"],
    }
