# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import os

import pytest

from bench import collision
from bench.figures import ROUNDS
from bench.stage import NoPostgres, play


def test_evaluations_are_held_against_four_thousand_a_second():
    found = collision.figure(4, [3000.0, 5000.0, 6000.0], [16000.0, 16000.0, 16000.0])
    assert (found.value, found.ratio, found.ok) == (5000.0, 1.25, True)
    assert "8,000/s, of which this is 62%" in found.against


def test_the_sides_take_turns_and_a_batch_costs_more_than_its_bare_multiplications():
    rates = play("evaluating", os.environ, 0.001)
    assert {name: len(found) for name, found in rates.items()} == dict.fromkeys(("4", "1000", "bare"), ROUNDS)
    assert max(rates["1000"]) < max(rates["bare"])


def test_what_could_not_be_run_is_said(monkeypatch):
    def nowhere(database):
        raise NoPostgres("initdb is not here")

    monkeypatch.setattr(collision, "evaluations", list)
    monkeypatch.setattr(collision, "large_check", nowhere)
    found = collision.measure(None)
    assert found.results == []
    assert found.skipped == ["SQLite: initdb is not here", "PostgreSQL: initdb is not here"]


def test_an_answer_that_is_wrong_is_not_measured(tmp_path):
    """Nobody listens at that port: the client says so, and what it prints is no answer."""
    told = {"causes": [{"package": "pkg:pypi/a", "path": "a.py", "symbol": "f", "weakness": "1"}], "held": 0}
    with pytest.raises(collision.WrongAnswer):
        collision.one_check(1, "token", told, tmp_path)
