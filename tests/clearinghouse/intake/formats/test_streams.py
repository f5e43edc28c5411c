# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import json
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weir.clearinghouse.intake.formats import streams
from weir.clearinghouse.intake.formats.streams import Broken, Reopened, Scanner

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


class Drip(io.RawIOBase):
    """Gives a few bytes at a time, however many are asked for."""

    def __init__(self, data, size):
        super().__init__()
        self._data, self._size = io.BytesIO(data), size

    def read(self, size=-1):
        return self._data.read(self._size)


def scanner(text, size=3):
    return Scanner(cast("BinaryIO", Drip(text if isinstance(text, bytes) else text.encode(), size)))


def is_object(found):
    return isinstance(found, dict)


@settings(max_examples=60)
@given(JSON, st.integers(1, 9), st.sampled_from([None, 2]))
def test_a_value_is_what_json_reads_however_it_is_cut(value, size, indent):
    data = json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")
    assert scanner(data, size).value() == json.loads(data.decode("utf-8", "replace"))


@settings(max_examples=60)
@given(st.lists(JSON, max_size=5), st.integers(1, 9))
def test_elements_are_those_of_the_list(values, size):
    assert list(scanner(json.dumps(values), size).elements(is_object)) == values


@settings(max_examples=60)
@given(st.dictionaries(st.text(), JSON, max_size=4), st.integers(1, 9))
def test_members_are_those_of_the_object_whether_read_or_skipped(value, size):
    text = json.dumps(value)
    reading, skipping = scanner(text, size), scanner(text, size)
    assert {key: reading.value() for key in reading.members()} == value
    assert [key for key in skipping.members() if skipping.skip() is None] == list(value)
    assert skipping.peek() == ""


@given(st.binary(max_size=200), st.integers(1, 50))
def test_whatever_comes_is_read_or_broken_and_nothing_else(data, size):
    for way in (lambda each: each.skip(), lambda each: each.value(), lambda each: list(each.elements(is_object))):
        try:
            way(scanner(data, size))
        except Broken:
            continue


def test_after_something_broken_reading_goes_on_at_the_next_element_that_fits():
    text = '[{"a": 1}, {"a": tru}, {"a": 2}, {"b": 3}, {"a": "x}, {"a": 4}, {"a": 5}]'
    found = list(scanner(text).elements(lambda each: "a" in each))
    assert [each for each in found if not isinstance(each, Broken)] == [
        {"a": 1},
        {"a": 2},
        {"b": 3},
        {"a": 4},
        {"a": 5},
    ]
    assert sum(isinstance(each, Broken) for each in found) == 2


def test_a_list_that_breaks_off_gives_what_came_before():
    left = scanner('[{"a": 1}, {"a": 2}, {"a"').elements(is_object)
    assert [next(left), next(left)] == [{"a": 1}, {"a": 2}]
    assert isinstance(next(left), Broken)
    with pytest.raises(Broken):
        next(left)


def test_a_value_that_is_too_long_is_told_and_passed_by(monkeypatch):
    monkeypatch.setattr(streams, "LONGEST", 1000)
    monkeypatch.setattr(streams, "READ", 100)
    text = json.dumps([{"a": 1}, {"a": "x" * 5000}, {"a": 2}])
    found = list(scanner(text, 100).elements(is_object))
    assert [each if isinstance(each, dict) else "broken" for each in found] == [{"a": 1}, "broken", {"a": 2}]
    long = scanner(json.dumps({"long": "x" * 5000 + '\\"', "short": 1}), 100)
    assert {key: long.skip() for key in long.members()} == {"long": None, "short": None}


def test_deep_nesting_is_broken_and_not_an_end_of_the_process():
    for text in ("[" * 100_000, '{"a":' * 100_000):
        with pytest.raises(Broken):
            scanner(text, 65536).value()
        with pytest.raises(Broken):
            scanner(text, 65536).skip()


@given(st.binary(max_size=300), st.integers(1, 20), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 50))))
def test_a_stream_that_only_begins_anew_can_be_sought(data, size, moves):
    begun = []

    def begin():
        begun.append(1)
        return iter([data[at : at + size] for at in range(0, len(data), size)])

    here, there = Reopened(begin), io.BytesIO(data)
    for offset, count in moves:
        assert here.seek(min(offset, len(data))) == there.seek(min(offset, len(data)))
        assert here.read(count) == there.read(count)
        assert here.tell() == there.tell()
    assert here.read() == there.read()
