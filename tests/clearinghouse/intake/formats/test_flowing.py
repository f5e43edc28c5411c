# SPDX-License-Identifier: Apache-2.0
"""A document is read alike whether it is loaded whole or as it comes; broken, it loses what was broken."""

from __future__ import annotations

import copy
import io
import itertools
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clearinghouse.intake.formats.reading import CORPUS, name_of, taken
from weir.clearinghouse.intake.formats import flowing, load_formats
from weir.clearinghouse.intake.formats.flowing import AT_ONCE
from weir.clearinghouse.intake.formats.streams import Reopened
from weir.clearinghouse.intake.terms import Item

DOCUMENTS = {
    name_of(path.read_bytes()): json.loads(path.read_bytes())
    for path in sorted(CORPUS.glob("*.json"))
    if not path.name.startswith("broken_") and path.name != "osv_scanner.json"
}
ROWS = {"csaf": "vulnerabilities", "cyclonedx": "vulnerabilities", "openvex": "statements", "osv": "vulns"}
LISTED = ("osv", "cve", "weir-report")
VALUES: st.SearchStrategy[object] = st.sampled_from(
    [None, True, 7, "", "tea", [], {}, [7], [{}], {"id": 7}, "pkg:npm/a@1", "1" * 400]
)


def as_it_comes(name, document):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flowing, "AT_ONCE", -1)
        return taken(name, document)


def places(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in children:
        yield from places(inner, (*path, step))


PLACES = [(name, path) for name, document in DOCUMENTS.items() for path in places(document) if path]


def put(name, path, value):
    document = copy.deepcopy(DOCUMENTS[name])
    held = document
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = value
    return document


@given(st.sampled_from(PLACES), VALUES, st.booleans(), st.randoms(use_true_random=False))
def test_both_ways_say_the_same(place, value, listed, chance):
    name, path = place
    document = put(name, path, value)
    if isinstance(document, dict):
        keys = list(document)
        chance.shuffle(keys)
        document = {key: document[key] for key in keys}
    document = [document, 7, document] if listed and name in LISTED else document
    (items, troubles), (flowed, told) = taken(name, document), as_it_comes(name, document)
    assert flowed == items
    assert set(told) == set(troubles)


@given(st.sampled_from(PLACES), st.sampled_from(["NaN", "1e999", '{"a": 1, "a": 2}', '"\\ud800"', "9" * 5_000]))
def test_both_ways_say_the_same_of_what_readers_take_differently(place, spelled):
    name, path = place
    document = json.dumps(put(name, path, "put it here")).replace('"put it here"', spelled)
    (items, troubles), (flowed, told) = taken(name, document), as_it_comes(name, document)
    assert flowed == items
    assert set(told) == set(troubles)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_name_that_stands_twice_on_top_is_told_in_both_ways(name):
    text = json.dumps(DOCUMENTS[name])
    rows = ROWS.get(name, "title")
    document = text[:-1] + f', "{rows}": [], "{rows}": []}}'
    (items, troubles), (flowed, told) = taken(name, document), as_it_comes(name, document)
    assert flowed == items
    assert set(told) == set(troubles)


def many(name, count=5):
    """A document of several rows or records, and where the bytes of each end."""
    if name in ROWS and name != "osv":
        document = copy.deepcopy(DOCUMENTS[name])
        row = document.pop(ROWS[name])[0]
        text = json.dumps(document)[:-1] + f', "{ROWS[name]}": ['
        rows, end = [json.dumps(row)] * count, "]}"
    else:
        text, rows, end = "[", [json.dumps(DOCUMENTS[name])] * count, "]"
    ends = list(itertools.accumulate((len(row) + 2 for row in rows), initial=len(text)))
    return (text + ", ".join(rows) + end).encode(), [at - 2 for at in ends[1:]]


def by_row(name, items):
    at = 2 if name in ROWS and name != "osv" else 1
    found: dict[int, list[Item]] = {}
    for item in items:
        found.setdefault(int(item.where.split("/")[at]), []).append(item)
    return found


@given(st.sampled_from(sorted(DOCUMENTS)), st.floats(0, 0.999))
def test_what_stands_before_a_cut_is_kept(name, share):
    data, ends = many(name)
    at = int(share * len(data))
    whole, (items, troubles) = by_row(name, taken(name, data)[0]), taken(name, data[:at])
    found = by_row(name, items)
    assert troubles
    assert all(found[row] == whole[row] for row in found)
    assert set(found) >= {row for row, end in enumerate(ends) if end <= at}


@given(st.sampled_from(sorted(DOCUMENTS)), st.floats(0, 0.999), st.sampled_from('"{}[],:\\x\0'))
def test_what_stands_before_something_broken_is_kept_and_rows_behind_it_are_found(name, share, sign):
    data, ends = many(name)
    first = 0 if name not in ROWS or name == "osv" else data.index(f'"{ROWS[name]}"'.encode()) + len(ROWS[name]) + 6
    at = first + int(share * (len(data) - first))
    whole = by_row(name, taken(name, data)[0])
    items, _ = taken(name, data[:at] + sign.encode() + data[at + 1 :])
    found = by_row(name, items)
    hit = sum(end <= at for end in ends)
    assert all(found.get(row) == whole[row] for row in range(hit))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_one_broken_row_costs_itself_and_at_most_the_next(name):
    data, ends = many(name)
    middle = (ends[0] + ends[1]) // 2
    cut = data.index(b'": ', middle) + 1
    items, troubles = taken(name, data[:cut] + b" " + data[cut + 1 :])
    assert set(by_row(name, items)) >= {0, 2}
    assert len(by_row(name, items)) >= 3
    assert [one for one in troubles if one.where]


@pytest.mark.parametrize("name", ["csaf", "cyclonedx", "openvex"])
def test_rows_are_found_behind_a_broken_beginning(name):
    data, _ = many(name)
    items, troubles = taken(name, b'{"nothing": nonsense, ' + data[1:])
    assert len(by_row(name, items)) == 5
    assert any("not JSON" in one.what for one in troubles)


@pytest.mark.parametrize("name", LISTED)
def test_records_may_stand_one_on_each_line(name):
    line = json.dumps(DOCUMENTS[name])
    listed, _ = taken(name, f"[{line}, {line}, {line}]")
    items, troubles = taken(name, f"{line}\n{line}\r\n{line}\n")
    assert items == listed
    assert name_of(f"{line}\n{line}\n".encode()) == name
    assert not [one for one in troubles if not one.where]
    broken, told = taken(name, f"{line}\n{line[:-20]}\n{line}\n")
    assert [item.where for item in broken if item.where in {"/0", "/2"}] == ["/0", "/2"]
    assert "/1" in {one.where for one in told}


def test_a_record_that_breaks_off_is_not_taken_in_part():
    text = json.dumps({"id": "X-1", "summary": "Tea", "affected": []})
    assert taken("osv", text)[0]
    for at in range(len(text)):
        items, troubles = taken("osv", text[:at])
        assert not items
        assert troubles


def stream_of(name, count):
    """A document that is never in one piece."""
    data, _ = many(name, 1)
    end = b"]}" if data.endswith(b"]}") and name in ROWS and name != "osv" else b"]"
    start = data.index(b"[", data.index(ROWS[name].encode())) + 1 if end == b"]}" else 1
    row, piece = data[start : -len(end)], []
    piece = (b", " + row) * 50

    def begin():
        yield data[:start] + row
        yield from itertools.repeat(piece, count // 50)
        yield end

    return Reopened(begin), count + 1


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_long_document_is_read_to_its_end(name, monkeypatch):
    assert AT_ONCE == 4 * 1024 * 1024
    monkeypatch.setattr(flowing, "AT_ONCE", 100_000)
    stream, count = stream_of(name, 300)
    rows = {
        item.where.split("/")[2 if name in ROWS and name != "osv" else 1]
        for item in load_formats()[name].read(stream)
        if isinstance(item, Item)
    }
    assert len(rows) == count


def test_a_part_that_is_too_long_is_told_and_the_rest_kept(monkeypatch):
    monkeypatch.setattr(flowing, "LARGEST", 100_000)
    rows = [{"id": "X-1", "affects": [{"ref": "pkg:npm/tea@1"}]}]
    document = {"bomFormat": "CycloneDX", "components": [{"name": "x" * 1_000_000}], "vulnerabilities": rows}
    items, troubles = as_it_comes("cyclonedx", document)
    assert [item.title for item in items] == ["X-1"]
    assert [one.where for one in troubles] == ["/components"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_bits_flipped_in_a_list_lose_no_row_before_them(name):
    data, ends = many(name)
    whole = by_row(name, taken(name, data)[0])
    for seed in range(40):
        chance = random.Random(seed)
        broken = bytearray(data)
        at = chance.randrange(ends[0], len(data))
        broken[at] ^= 1 << chance.randrange(8)
        found = by_row(name, taken(name, bytes(broken))[0])
        assert all(found.get(row) == whole[row] for row, end in enumerate(ends) if end <= at)


def test_it_reads_from_where_the_stream_is():
    data = many("csaf")[0]
    stream = io.BytesIO(b"before" + data[:-30])
    stream.seek(6)
    assert len([one for one in load_formats()["csaf"].read(stream) if isinstance(one, Item)]) >= 4
