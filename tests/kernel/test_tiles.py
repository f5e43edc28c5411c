# SPDX-License-Identifier: Apache-2.0
"""Tiles: the same roots and proofs as the plain tree, from a handful of files, however the log grew."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weir.kernel import merkle, tiles
from weir.kernel.tiles import ENTRIES, BadTile, BadTileName, TileName

LEAVES = [merkle.leaf_hash(index.to_bytes(4, "big")) for index in range(1100)]
LARGE = 70_000


class Shelf:
    """A folder of tiles in memory, which counts what is read."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.reads: list[tuple[int, int]] = []

    def read(self, level: int, index: int) -> bytes:
        self.reads.append((level, index))
        return self.tiles.get((level, index), b"")

    def grow(self, hashes: list[bytes]) -> set[tuple[int, int]]:
        changed = tiles.append(self.read, self.size, hashes)
        self.tiles |= changed
        self.size += len(hashes)
        return set(changed)


def shelf_of(hashes: list[bytes], *steps: int) -> Shelf:
    shelf, at = Shelf(), 0
    for step in [*steps, len(hashes)]:
        shelf.grow(hashes[at : at + step])
        at += step
    return shelf


@pytest.fixture(scope="module")
def large() -> tuple[list[bytes], Shelf]:
    hashes = [merkle.leaf_hash(index.to_bytes(4, "big")) for index in range(LARGE)]
    return hashes, shelf_of(hashes)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=8), st.integers(0, 1100))
def test_however_it_grew_the_tiles_are_the_same(steps, size):
    grown = shelf_of(LEAVES[:size], *steps)
    assert grown.tiles == shelf_of(LEAVES[:size]).tiles
    assert tiles.root(grown.read, size) == merkle.root(LEAVES[:size])


def test_every_size_has_the_root_of_the_plain_tree():
    shelf = shelf_of(LEAVES)
    for size in range(len(LEAVES) + 1):
        assert tiles.root(shelf.read, size) == merkle.root(LEAVES[:size])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_proofs_are_those_of_the_plain_tree_for_any_size_up_to_the_present_one(data):
    shelf = shelf_of(LEAVES)
    size = data.draw(st.integers(1, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    assert tiles.inclusion_proof(shelf.read, index, size) == merkle.inclusion_path(index, LEAVES[:size])
    assert tiles.consistency_proof(shelf.read, old, size) == merkle.consistency_path(old, LEAVES[:size])


def test_the_tiles_of_seventy_thousand_leaves_are_those_the_specification_counts(large):
    _, shelf = large
    widths = {name: len(content) // 32 for name, content in shelf.tiles.items()}
    assert sum(level == 0 and width == 256 for (level, _), width in widths.items()) == 273
    assert widths[0, 273] == 112
    assert (widths[1, 0], widths[1, 1], widths[2, 0]) == (256, 17, 1)
    assert len(widths) == 273 + 1 + 2 + 1
    assert all(tiles.width_at(LARGE, level, index) == width for (level, index), width in widths.items())
    assert tiles.width_at(LARGE, 0, 274) == 0
    assert tiles.width_at(LARGE, 3, 0) == 0


def test_a_proof_from_a_large_log_reads_a_handful_of_tiles_each_once(large):
    hashes, shelf = large
    for index in (0, 255, 256, 65_535, 65_536, LARGE - 1):
        shelf.reads.clear()
        proof = tiles.inclusion_proof(shelf.read, index, LARGE)
        merkle.check_inclusion(hashes[index], index, LARGE, proof, merkle.root(hashes))
        assert len(shelf.reads) == len(set(shelf.reads)) <= 5


def test_appending_one_leaf_changes_only_the_right_edge(large):
    _, shelf = large
    assert set(tiles.append(shelf.read, LARGE, [LEAVES[0]])) == {(0, 273)}
    assert set(tiles.append(shelf.read, LARGE, LEAVES[: 256 - 112])) == {(0, 273), (1, 1)}
    assert tiles.append(shelf.read, LARGE, []) == {}


def test_what_a_stopped_run_left_behind_is_written_over():
    shelf = shelf_of(LEAVES[:600])
    shelf.size = 500
    again = shelf.grow(LEAVES[500:700])
    assert again == {(0, 1), (0, 2), (1, 0)}
    assert shelf.tiles == shelf_of(LEAVES[:700]).tiles


@pytest.mark.parametrize("content", [b"", bytes(31), bytes(32 * 87), bytes(32 * 88 + 1)])
def test_a_tile_that_holds_too_little_or_a_broken_hash_is_refused(content):
    shelf = shelf_of(LEAVES[:600])
    shelf.tiles[0, 2] = content
    with pytest.raises(BadTile):
        tiles.root(shelf.read, 600)
    with pytest.raises(BadTile):
        tiles.append(shelf.read, 600, LEAVES[:1])


def test_a_leaf_that_is_no_hash_never_gets_into_a_tile():
    with pytest.raises(BadTile):
        tiles.append(Shelf().read, 0, [b"short"])


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (TileName(0, 0), "tile/0/000"),
        (TileName(0, 1234), "tile/0/x001/234"),
        (TileName(0, 1234067, 8), "tile/0/x001/x234/067.p/8"),
        (TileName(63, 5, 255), "tile/63/005.p/255"),
        (TileName(ENTRIES, 1000), "tile/entries/x001/000"),
        (TileName(ENTRIES, 999, 1), "tile/entries/999.p/1"),
    ],
)
def test_a_name_is_spelled_as_the_specification_spells_it(name, path):
    assert name.path() == path
    assert TileName.parse(path) == name


@given(st.integers(ENTRIES, 63), st.integers(0, tiles.MAX_INDEX), st.integers(1, 256))
def test_every_name_can_be_read_back(level, index, width):
    assert TileName.parse(TileName(level, index, width).path()) == TileName(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/../000",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/x000/001",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/001/x000",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/1/..",
        "tile/0/000\n",
        "tile/0/000\x00",
        "tile/0/\u0660\u0660\u0660",
        "tile\\0\\000",
        "tile/0/%30%30%30",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/" + "x001/" * 4000 + "000",
        "tile/entries/",
        "tile/Entries/000",
    ],
)
def test_any_other_spelling_is_no_name(path):
    with pytest.raises(BadTileName):
        TileName.parse(path)


@pytest.mark.parametrize(
    "numbers", [(64, 0, 1), (-2, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257), (0, tiles.MAX_INDEX + 1, 1)]
)
def test_a_tile_that_cannot_exist_has_no_name(numbers):
    with pytest.raises(BadTileName):
        TileName(*numbers)


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=256))
def test_a_bundle_gives_back_its_entries(entries):
    bundle = tiles.encode_bundle(entries)
    assert tiles.decode_bundle(bundle) == entries
    assert len(bundle) == sum(2 + len(entry) for entry in entries)


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=9), st.integers(1, 2))
def test_a_bundle_that_was_cut_off_is_refused(entries, cut):
    with pytest.raises(BadTile):
        tiles.decode_bundle(tiles.encode_bundle(entries)[:-cut])


def test_a_length_is_two_bytes_the_large_one_first():
    assert tiles.encode_bundle([b"", bytes(258)])[:4] == b"\x00\x00\x01\x02"


@pytest.mark.parametrize("entries", [[], [b""] * 257, [bytes(65_536)]])
def test_what_does_not_fit_a_bundle_is_refused(entries):
    with pytest.raises(BadTile):
        tiles.encode_bundle(entries)


def test_a_bundle_with_too_many_entries_is_refused():
    with pytest.raises(BadTile):
        tiles.decode_bundle(bytes(2 * 257))
