# SPDX-License-Identifier: Apache-2.0
"""The tree of one tick: every entry can be proved, and nothing that leaves it tells how many there are."""

from __future__ import annotations

import hmac
import itertools
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weir.kernel import batch, merkle
from weir.kernel.batch import BadBatch, Batch, BatchFull, EmptyPlace
from weir.kernel.merkle import BadProof

KEY = bytes(range(32))
LEAVES = [merkle.leaf_hash(index.to_bytes(4, "big")) for index in range(4096)]


def batches(depth: int = 5):
    places = st.sets(st.integers(0, 2**depth - 1)).map(lambda places: {place: LEAVES[place] for place in places})
    return st.builds(Batch, st.just(depth), st.integers(0, batch.MAX_TICK), st.binary(min_size=32, max_size=32), places)


def defined_node(tree: Batch, height: int, index: int) -> bytes:
    """The tree as its description says, from the top down."""
    here = [place for place in tree.places if place >> height == index]
    if not here:
        where = tree.tick.to_bytes(8, "big") + bytes([height]) + index.to_bytes(4, "big")
        return hmac.new(tree.key, b"weir.batch.filling/1\n" + where, "sha256").digest()
    if height == 0:
        return tree.places[index]
    return merkle.node_hash(defined_node(tree, height - 1, 2 * index), defined_node(tree, height - 1, 2 * index + 1))


@given(batches())
def test_the_root_is_that_of_the_tree_described(tree):
    assert tree.root() == defined_node(tree, tree.depth, 0)


@given(batches())
def test_every_entry_leads_to_the_root_over_as_many_steps_as_any_other(tree):
    for place, leaf in tree.places.items():
        path = tree.path(place)
        assert len(path) == tree.depth
        assert batch.root_from_path(leaf, place, path) == tree.root()


@given(batches().filter(lambda tree: tree.places), st.data())
def test_a_path_leads_nowhere_from_another_place_or_leaf_or_when_damaged(tree, data):
    place = data.draw(st.sampled_from(sorted(tree.places)))
    leaf, path = tree.places[place], tree.path(place)
    other = data.draw(st.integers(0, 2**tree.depth - 1).filter(lambda at: at != place))
    assert batch.root_from_path(leaf, other, path) != tree.root()
    assert batch.root_from_path(merkle.leaf_hash(leaf), place, path) != tree.root()
    step = data.draw(st.integers(0, tree.depth - 1))
    damaged = [*path[:step], merkle.leaf_hash(path[step]), *path[step + 1 :]]
    assert batch.root_from_path(leaf, place, damaged) != tree.root()


def test_an_empty_batch_and_a_full_one_look_alike():
    empty, full = Batch(12, 7, KEY, {}), Batch(12, 7, KEY, dict(enumerate(LEAVES)))
    assert full.root() == merkle.root(LEAVES)
    assert empty.root() != full.root()
    assert len(batch.public_leaf_data(empty.root())) == len(batch.public_leaf_data(full.root()))
    assert len(empty.root()) == len(full.root()) == 32


def test_the_same_seed_gives_the_same_bytes_and_another_key_or_tick_others():
    tree = Batch(12, 7, KEY, {3: LEAVES[0]})
    assert tree.root() == Batch(12, 7, KEY, {3: LEAVES[0]}).root()
    assert tree.root().hex() == "f8ef7661986941272279ceaf6a5b4e2120763c7b466ebff21b73a0eaa9097a19"
    others = [
        Batch(12, 8, KEY, {3: LEAVES[0]}),
        Batch(12, 7, KEY[::-1], {3: LEAVES[0]}),
        Batch(11, 7, KEY, {3: LEAVES[0]}),
    ]
    assert len({tree.root(), *(other.root() for other in others)}) == 4
    assert not set(tree.path(3)) & set(others[0].path(3))


def test_the_fillings_of_a_batch_are_all_different():
    tree = Batch(6, 7, KEY, {0: LEAVES[0]})
    also = Batch(6, 7, KEY, {63: LEAVES[0]})
    assert len({*tree.path(0), *also.path(63)}) == 12


def test_an_empty_place_has_no_path():
    with pytest.raises(EmptyPlace):
        Batch(12, 7, KEY, {3: LEAVES[0]}).path(4)


def test_what_is_given_can_be_changed_afterwards_without_changing_the_batch():
    given_places = {3: LEAVES[0]}
    tree = Batch(12, 7, KEY, given_places)
    given_places[4] = LEAVES[1]
    assert tree.root() == Batch(12, 7, KEY, {3: LEAVES[0]}).root()


def test_neither_the_key_nor_the_entries_are_shown():
    shown = repr(Batch(12, 7, KEY, {3: LEAVES[0]}))
    assert "\\x01" not in shown
    assert "3" not in shown


@pytest.mark.parametrize(
    "wrong",
    [
        (0, 7, KEY, {}),
        (33, 7, KEY, {}),
        (12, -1, KEY, {}),
        (12, 2**63, KEY, {}),
        (12, 7, b"short", {}),
        (12, 7, KEY, {4096: LEAVES[0]}),
        (12, 7, KEY, {-1: LEAVES[0]}),
        (12, 7, KEY, {0: b""}),
    ],
)
def test_a_batch_is_not_made_of_anything_else(wrong):
    with pytest.raises(BadBatch):
        Batch(*wrong)


@pytest.mark.parametrize(
    ("leaf", "place", "path"),
    [
        (LEAVES[0], 2, [LEAVES[1]]),
        (LEAVES[0], -1, [LEAVES[1]]),
        (LEAVES[0], 1, []),
        (LEAVES[0], 0, LEAVES[:33]),
        (LEAVES[0], 0, [b"short"]),
        (b"short", 0, [LEAVES[1]]),
    ],
)
def test_a_path_that_cannot_be_one_is_refused(leaf, place, path):
    with pytest.raises(BadProof):
        batch.root_from_path(leaf, place, path)


def test_a_leaf_is_blind():
    assert batch.blind_leaf(bytes(32), b"entry") == merkle.leaf_hash(bytes(32) + b"entry")
    assert batch.blind_leaf(bytes(32), b"entry") != batch.blind_leaf(KEY, b"entry")
    for salt in (b"", bytes(31), bytes(33)):
        with pytest.raises(BadBatch):
            batch.blind_leaf(salt, b"entry")


def test_the_public_leaf_names_the_depth_so_that_no_node_passes_for_a_leaf():
    tree = Batch(12, 7, KEY, {3: LEAVES[0]})
    inner = merkle.node_hash(tree.path(3)[0], LEAVES[0])
    assert batch.root_from_path(inner, 1, tree.path(3)[1:]) == tree.root()
    assert batch.public_leaf_data(tree.root(), 11) != batch.public_leaf_data(tree.root())
    for depth in (0, 33):
        with pytest.raises(BadBatch):
            batch.public_leaf_data(tree.root(), depth)


@given(st.integers(1, 8), st.data())
def test_places_are_different_and_inside(depth, data):
    count = data.draw(st.integers(0, 2**depth))
    places = batch.choose_places(count, depth, data.draw(st.randoms()).randbytes)
    assert len(set(places)) == len(places) == count
    assert all(0 <= place < 2**depth for place in places)


def test_each_choice_and_order_of_places_is_equally_likely():
    draw = random.Random(20261120).randbytes
    rounds = 12_000
    seen = Counter(tuple(batch.choose_places(2, 2, draw)) for _ in range(rounds))
    expected = rounds / 12
    assert set(seen) == set(itertools.permutations(range(4), 2))
    chi_squared = sum((count - expected) ** 2 / expected for count in seen.values())
    assert chi_squared < 31.3  # eleven degrees of freedom, one in a thousand


def test_a_number_beyond_the_limit_is_drawn_again():
    draws = iter([b"\x00", b"\xc0", b"\x40"])
    assert batch.choose_places(2, 2, lambda _: next(draws)) == [0, 2]


@pytest.mark.parametrize(("count", "depth"), [(5, 2), (-1, 2), (0, 0), (1, 33)])
def test_what_does_not_fit_waits_for_the_next_tick(count, depth):
    with pytest.raises(BatchFull):
        batch.choose_places(count, depth, bytes)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 300), st.randoms())
def test_entries_cost_their_number_times_the_depth(count, source):
    places = batch.choose_places(count, 20, source.randbytes)
    tree = Batch(20, 7, KEY, dict(zip(places, LEAVES, strict=False)))
    assert sum(map(len, tree._levels)) <= count * 21
    for place in places[:3]:
        assert batch.root_from_path(tree.places[place], place, tree.path(place)) == tree.root()
