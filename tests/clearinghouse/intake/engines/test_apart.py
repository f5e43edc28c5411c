# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import subprocess
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.intake.engines import apart
from weir.clearinghouse.intake.engines import pieces as cutting
from weir.clearinghouse.intake.engines.apart import ReaderEnded, Task, read_apart, read_here
from weir.clearinghouse.intake.engines.pieces import Piece, packed, pieces, unpacked
from weir.clearinghouse.intake.rules.items import Keying
from weir.clearinghouse.intake.terms.documents import KeyedItem
from weir.clearinghouse.intake.terms.items import Grain, Item, Trouble

TASK = Task("sarif", 0, b"s" * 32, "somebody")
TROUBLES = st.builds(Trouble, st.text(max_size=9), st.text(max_size=9))
KEYED = st.builds(KeyedItem, st.binary(min_size=16, max_size=16), st.binary(max_size=40), st.binary(max_size=60))


def document(results, *, tool_first=True):
    tool = {"tool": {"driver": {"name": "MadeUp", "rules": [{"id": "r", "name": "Of the rule"}]}}}
    found = {"results": [{"ruleId": "r", "message": {"text": f"number {n}"}} for n in range(results)]}
    run = tool | found if tool_first else found | tool
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


def begin(data, size=65536):
    return lambda: iter([data[at : at + size] for at in range(0, len(data), size)])


def joined(found):
    found = list(found)
    return Piece(tuple(chain(*(each.items for each in found))), tuple(chain(*(each.troubles for each in found))))


@given(st.lists(KEYED, max_size=5).map(tuple), st.lists(TROUBLES, max_size=3).map(tuple))
def test_a_piece_comes_back_from_its_bytes(items, troubles):
    assert unpacked(packed(Piece(items, troubles))) == Piece(items, troubles)


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 7))
def test_pieces_hold_all_in_its_order(kinds, most):
    left = [Item(str(n), Grain.WORDS, str(n)) if kind else Trouble(str(n), "?") for n, kind in enumerate(kinds)]
    keying = Keying(b"s", "somebody")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "MOST_ITEMS", most)
        found = list(pieces(iter(left), keying))
    assert all(0 < len(each.items) + len(each.troubles) <= most for each in found)
    assert joined(found).items == tuple(keying(each) for each in left if isinstance(each, Item))
    assert joined(found).troubles == tuple(each for each in left if isinstance(each, Trouble))


@pytest.mark.parametrize("tool_first", [True, False])
@pytest.mark.parametrize("results", [0, 3, 12_000])
def test_another_process_reads_what_this_one_would(results, tool_first):
    data = document(results, tool_first=tool_first)
    assert joined(read_apart(begin(data), TASK)) == joined(read_here(begin(data), TASK))


def test_it_goes_on_after_what_was_read():
    whole, data = joined(read_here(begin(document(50)), TASK)), document(50)
    assert joined(read_apart(begin(data), TASK._replace(after=20))).items == whole.items[20:]


def test_whoever_stops_listening_ends_it():
    reading = read_apart(begin(document(30_000)), TASK)
    next(reading)
    reading.close()  # type: ignore[attr-defined]  # it is a generator


def test_a_process_that_ends_early_is_told():
    with pytest.raises(ReaderEnded):
        list(read_apart(begin(document(3)), TASK._replace(format="there is no such format")))


def test_a_stream_that_fails_ends_it():
    def broken():
        yield document(20_000)[:500_000]
        raise OSError("the disk is away")

    with pytest.raises(OSError, match="the disk is away"):
        list(read_apart(broken, TASK))


def test_what_is_written_out_does_not_become_many_times_as_long(monkeypatch):
    monkeypatch.setattr(cutting, "LONGEST", 100_000)
    rule = {"id": "r" * 4_000}
    results = [{"ruleIndex": 0} for _ in range(20_000)]
    data = json.dumps({"runs": [{"tool": {"driver": {"name": "x", "rules": [rule]}}, "results": results}]}).encode()
    found = joined(read_here(begin(data), TASK))
    assert 0 < len(found.items) < len(results)
    assert sum(len(each.words) for each in found.items) < 2 * cutting.MOST_TIMES * len(data)
    assert [each.what for each in found.troubles] == ["Written out it is more than 20 times as long. Send it in parts."]


STUCK = """
import sys
from weir.clearinghouse.intake.engines import apart
from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.terms.items import Grain, Item

@written_as("stuck", lambda head, name: False)
def read(stream):
    yield Item("1", Grain.WORDS, "Tea")
    kept = [b"x"]
    while True:
        kept += [bytes(1_000_000)] if sys.argv[1] == "grows" else []

apart.SLOWEST = 0.5
apart.main()
"""


@pytest.mark.parametrize(("how", "what"), [("grows", apart.TOO_LARGE), ("stands still", apart.TOO_SLOW)])
def test_a_reader_that_gets_nowhere_is_ended_and_what_it_read_is_kept(how, what, monkeypatch, tmp_path):
    program = tmp_path / "stuck.py"
    program.write_text(STUCK)
    started = subprocess.Popen

    def instead(command, **options):
        return started([command[0], str(program), how], **options)

    monkeypatch.setattr(subprocess, "Popen", instead)
    found = joined(read_apart(begin(b"{}"), TASK._replace(format="stuck")))
    assert len(found.items) == 1
    assert found.troubles == (what,)
