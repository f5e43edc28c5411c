# SPDX-License-Identifier: Apache-2.0
"""Each reader meets documents that are almost right. What once went wrong, and what tools/fuzz.py found, stands in
`tests/corpus/<format>/` and is read again here.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clearinghouse.intake.formats.reading import CORPUS, all_of, name_of
from weir.clearinghouse.intake.formats import OURS, load_formats
from weir.clearinghouse.intake.formats.documents import MOST_TROUBLES
from weir.clearinghouse.intake.terms import Item, Trouble

FOUND = sorted(path for path in (Path(__file__).parents[3] / "corpus").glob("*/*") if path.is_file())
SEEDS = [path.read_bytes() for path in (*sorted(CORPUS.iterdir()), *FOUND)]
READERS = sorted(load_formats())


def whole(data):
    try:
        return json.loads(data)
    except ValueError:
        return None


DOCUMENTS = [each for each in map(whole, SEEDS) if isinstance(each, dict)]


def parts(value):
    """Every name of these documents, and every value that stands under one."""
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield each
        yield from parts(each)


def names(value):
    if isinstance(value, dict):
        yield from value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from names(each)


NAMES = sorted({name for each in DOCUMENTS for name in names(each)})
LEAVES = st.one_of(
    st.sampled_from(sorted({each for document in DOCUMENTS for each in parts(document) if isinstance(each, str)})),
    st.sampled_from([None, True, -1, 0, 7, 2**70, 0.5, "", "CWE-1", "pkg:npm/a@1", "{0}", "../x", "\u202e", "\ud800"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


def read(name, data):
    """It ends soon, raises nothing, and says of each trouble what to do."""
    begun = time.process_time()
    found = all_of(name, data)
    assert time.process_time() - begun < 5
    troubles = [one for one in found if isinstance(one, Trouble)]
    assert all(isinstance(one, Item | Trouble) for one in found)
    assert len(troubles) <= MOST_TROUBLES + 1
    assert all(one.what.endswith(".") and len(one.what) > 10 for one in troubles)
    repr(found).encode()
    return found


def test_every_reader_has_files_in_the_corpus():
    assert {path.parent.name for path in FOUND} == set(READERS)
    assert len(READERS) == len(OURS)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_found_is_read_again(path):
    data = path.read_bytes()
    assert len(data) < 10_000
    found = read(path.parent.name, data)
    assert found
    if path.parent.name not in ("words", "mail"):
        assert name_of(data) == path.parent.name
    for name in READERS:
        read(name, data)


@pytest.mark.parametrize("name", READERS)
@given(document=st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1, max_size=6))
def test_documents_of_known_names_and_any_values(name, document):
    read(name, json.dumps(document).encode())


@pytest.mark.parametrize("name", READERS)
@given(seed=st.integers(0, 2**32))
def test_seeds_that_are_cut_joined_flipped_and_doubled(name, seed):
    chance = random.Random(seed)
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randrange(len(data) + 1), chance.randint(1, 60)
        change = chance.randrange(5)
        if change == 0:
            del data[at : at + length]
        elif change == 1:
            other = chance.choice(SEEDS)
            start = chance.randrange(len(other) + 1)
            data[at:at] = other[start : start + length]
        elif change == 2 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif change == 3:
            data[at:at] = chance.choice([b"{", b"[", b"}", b"]", b'"', b",", b"\\", b"\xff", b"\0", b"\r", b"\n\n"])
        else:
            data[at:at] = data[at : at + length] * chance.randint(1, 20)
    read(name, bytes(data))


@pytest.mark.realdata
def test_real_files_that_were_damaged():
    """What stands before the damage is as it was; nothing takes long, and whatever is lost is told."""
    folder = Path(os.environ["WEIR_DATA"]) / "sarif"
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        if not data:
            continue
        name = name_of(data)
        before = all_of(name, data)
        chance = random.Random(path.name)
        for _ in range(3):
            at = chance.randrange(len(data))
            cut = [one for one in read(name, data[:at]) if isinstance(one, Item)]
            items = [one for one in before if isinstance(one, Item)]
            assert [one.where for one in cut] == [one.where for one in items[: len(cut)]]
            flipped = bytearray(data)
            flipped[at] ^= 1 << chance.randrange(8)
            left = read(name, bytes(flipped))
            kept = sum(isinstance(one, Item) for one in left)
            assert kept >= len(cut)
            assert kept >= len(items) - 2 or any(isinstance(one, Trouble) for one in left)
