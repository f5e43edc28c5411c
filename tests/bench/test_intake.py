# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from bench import intake
from bench.scenes import sarif_stream
from bench.scenes.real_sarif import results_of
from bench.stage import NoPostgres
from weir.clearinghouse.intake.formats.sarif import read
from weir.clearinghouse.intake.rules.keys import exact_keys
from weir.clearinghouse.intake.terms.documents import KeyKind
from weir.clearinghouse.intake.terms.items import Item

TOLD = {
    "results": 1000,
    "megabytes": 1.0,
    "first": 2.0,
    "imported": [400.0, 500.0, 600.0],
    "bare": [1000.0, 1000.0, 1000.0],
    "again": 0.1,
    "added_again": 0,
    "changed": 1.0,
    "added_changed": 0,
    "memory": 150 * 1024,
}


def test_the_made_up_file_is_read_whole_and_some_of_it_is_of_one_cause(tmp_path):
    sarif_stream.write(path := tmp_path / "made-up.sarif", 200)
    with path.open("rb") as file:
        items = list(read(file))
    assert all(isinstance(each, Item) for each in items)
    assert len(items) == results_of(path) == 200
    keys = [key for item in items if isinstance(item, Item) for key in exact_keys(item, "somebody")]
    assert {key.kind for key in keys} == {KeyKind.FINGERPRINT.value, KeyKind.PLACE.value}
    assert len(keys) - len(set(keys)) == 200 // sarif_stream.TWINS


def test_the_same_number_gives_the_same_file(tmp_path):
    for name in "ab":
        sarif_stream.write(tmp_path / name, 30)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_figures_are_what_was_told():
    rate, again, changed, memory = intake.figures("SQLite", TOLD)
    assert [each.ratio for each in (rate, again, changed, memory)] == pytest.approx([0.5, 20.0, 2.0, 0.5])
    assert all(each.ok for each in (rate, again, changed, memory))


@pytest.mark.parametrize("name", ["again", "changed"])
def test_a_second_import_that_adds_something_falls_short(name):
    figures = intake.figures("SQLite", TOLD | {f"added_{name}": 1})
    assert [each.ok for each in figures].count(False) == 1


def test_what_is_no_sarif_is_not_counted(tmp_path):
    for data in (b"", b"[]", b"{}", b"nonsense"):
        (path := tmp_path / "x").write_bytes(data)
        assert results_of(path) is None
    path.write_text(json.dumps({"runs": [{"results": [{}, {"kind": "pass"}, {"baselineState": "absent"}]}, {}]}))
    assert results_of(path) == 1


def test_it_says_what_it_could_not_run(monkeypatch):
    @contextmanager
    def nowhere(database: str):
        raise NoPostgres("initdb is not here")
        yield

    monkeypatch.setattr(intake, "house", nowhere)
    found = intake.measure(None)
    assert found.results == []
    assert found.skipped[:2] == ["SQLite: initdb is not here", "PostgreSQL: initdb is not here"]
    assert "the real files" in found.skipped[2]
