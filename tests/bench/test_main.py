# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from bench import __main__ as command
from bench import ledger, results, scanning, web
from bench.figures import Figure, Measured
from bench.stage import NoPostgres

GOOD = Figure("a good thing", 1.0, "s", "another", 0.4, 0.5, at_most=True)
BAD = Figure("a bad thing", 2.0, "s", "another", 0.9, 0.5, at_most=True)


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """What the benches give instead of measuring, and a file of results of its own."""
    given = {"ledger": Measured("ledger", [GOOD]), "web": Measured("web", [BAD], ["PostgreSQL: it is not here"])}
    monkeypatch.setattr(command, "run", lambda name, _data: given.get(name) or Measured(name))
    written = tmp_path / "RESULTS.md"
    written.write_text("# Measured\n")
    monkeypatch.setattr(results, "RESULTS", written)
    return given


def run(monkeypatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["bench", *words])
    return command.main()


def test_the_last_line_is_one_object(measured, monkeypatch, capsys):
    assert run(monkeypatch, "ledger", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == measured["ledger"].as_json()


def test_what_falls_short_and_what_was_not_run_is_said_and_is_no_success(measured, monkeypatch, capsys):
    assert run(monkeypatch, "web") == 1
    said = capsys.readouterr().out
    assert "| a bad thing | 2 s | another | 0.9 | at most 0.5 | **falls short** |" in said
    assert "Not run: PostgreSQL: it is not here" in said


def test_results_are_renewed_part_by_part(measured, monkeypatch):
    run(monkeypatch, "all", "--write")
    measured["ledger"].results[:] = [BAD]
    run(monkeypatch, "ledger", "--write")
    text = results.RESULTS.read_text()
    assert text.count("## ledger") == text.count("## web") == 1
    assert "a good thing" not in text
    assert text.index("## ledger") < text.index("## web")


@pytest.mark.parametrize("bench", [ledger, scanning, web])
def test_a_bench_says_what_it_could_not_run(bench, monkeypatch):
    @contextmanager
    def nowhere(database: str):
        raise NoPostgres("initdb is not here")
        yield

    monkeypatch.setattr(bench, "house", nowhere)
    found = bench.measure(None)
    assert found.results == []
    assert found.skipped == ["SQLite: initdb is not here", "PostgreSQL: initdb is not here"]
