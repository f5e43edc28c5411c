# SPDX-License-Identifier: Apache-2.0
"""The tree: the RFC's definition as the oracle, published reference values, every proof of every small tree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.kernel import merkle
from weir.kernel.merkle import BadProof, NoSuchLeaf

# Certificate Transparency's reference leaves, and the roots over the first n of them.
REFERENCE = [
    merkle.leaf_hash(bytes.fromhex(data))
    for data in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
REFERENCE_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(str(index).encode()) for index in range(70)]
ROOTS = [merkle.root(LEAVES[:size]) for size in range(len(LEAVES) + 1)]


def defined_root(hashes: list[bytes]) -> bytes:
    """Section 2.1.1 word for word."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    middle = 1
    while middle * 2 < len(hashes):
        middle *= 2
    return hashlib.sha256(b"\x01" + defined_root(hashes[:middle]) + defined_root(hashes[middle:])).digest()


def damaged(path: list[bytes]) -> Iterator[list[bytes]]:
    """The path with one bit of each hash turned over, one hash missing, doubled or cut short, or a hash too many."""
    for at, given_hash in enumerate(path):
        yield [*path[:at], bytes([given_hash[0] ^ 1]) + given_hash[1:], *path[at + 1 :]]
        yield path[:at] + path[at + 1 :]
        yield [*path[:at], given_hash, given_hash, *path[at + 1 :]]
        yield [*path[:at], given_hash[:-1], *path[at + 1 :]]
        yield [*path[:at], given_hash + b"\0", *path[at + 1 :]]
    yield [*path, LEAVES[0]]
    yield [b"", *path]
    if len(path) > 1:
        yield path[::-1]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_reference_implementation(size):
    assert merkle.root(REFERENCE[:size]).hex() == REFERENCE_ROOTS[size]


def test_the_proofs_are_those_of_the_reference_implementation():
    assert [step.hex()[:16] for step in merkle.inclusion_path(5, REFERENCE)] == [
        "bc1a0643b12e4d2d",
        "ca854ea128ed050b",
        "d37ee418976dd957",
    ]
    assert [step.hex()[:16] for step in merkle.consistency_path(1, REFERENCE)] == [
        "96a296d224f285c6",
        "5f083f0a1a33ca07",
        "6b47aaf29ee3c2af",
    ]
    assert [step.hex()[:16] for step in merkle.consistency_path(6, REFERENCE)] == [
        "0ebc5d3437fbe2db",
        "ca854ea128ed050b",
        "d37ee418976dd957",
    ]


@pytest.mark.parametrize("size", range(71))
def test_the_root_is_what_the_rfc_defines(size):
    assert ROOTS[size] == defined_root(LEAVES[:size])


@pytest.mark.parametrize("size", range(1, 71))
def test_every_leaf_is_proved_and_no_other(size):
    for index in range(size):
        path = merkle.inclusion_path(index, LEAVES[:size])
        merkle.check_inclusion(LEAVES[index], index, size, path, ROOTS[size])
        for other in {(index + 1) % size, index ^ 1, 0} - {index}:
            with pytest.raises(BadProof):
                merkle.check_inclusion(LEAVES[other], index, size, path, ROOTS[size])
            with pytest.raises(BadProof):
                merkle.check_inclusion(LEAVES[index], other, size, path, ROOTS[size])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 33, 64, 70])
def test_no_damaged_inclusion_proof_holds(size):
    for index in range(size):
        for path in damaged(merkle.inclusion_path(index, LEAVES[:size])):
            with pytest.raises(BadProof):
                merkle.check_inclusion(LEAVES[index], index, size, path, ROOTS[size])


@pytest.mark.parametrize("new", range(71))
def test_every_older_tree_is_proved_to_be_the_beginning(new):
    for old in range(new + 1):
        path = merkle.consistency_path(old, LEAVES[:new])
        merkle.check_consistency(old, ROOTS[old], new, ROOTS[new], path)
        forged = merkle.leaf_hash(ROOTS[old])
        with pytest.raises(BadProof):
            merkle.check_consistency(old, forged, new, ROOTS[new], path)
        if old:
            with pytest.raises(BadProof):
                merkle.check_consistency(old, ROOTS[old], new, forged, path)


@pytest.mark.parametrize("new", [1, 2, 3, 7, 8, 9, 33, 64, 70])
def test_no_damaged_consistency_proof_holds(new):
    for old in range(new + 1):
        for path in damaged(merkle.consistency_path(old, LEAVES[:new])):
            with pytest.raises(BadProof):
                merkle.check_consistency(old, ROOTS[old], new, ROOTS[new], path)


@given(st.data())
def test_a_rewritten_past_is_never_consistent(data):
    new = data.draw(st.integers(2, 70))
    old = data.draw(st.integers(1, new))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*LEAVES[:changed], merkle.leaf_hash(b"another"), *LEAVES[changed + 1 : new]]
    with pytest.raises(BadProof):
        merkle.check_consistency(old, ROOTS[old], new, merkle.root(rewritten), merkle.consistency_path(old, rewritten))


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (0, merkle.MAX_SIZE + 1), (2**5000, 2**5001)])
def test_a_leaf_outside_the_tree_has_no_proof(index, size):
    with pytest.raises(NoSuchLeaf):
        merkle.root_from_inclusion(LEAVES[0], index, size, [])


@pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5), (1, merkle.MAX_SIZE + 1)])
def test_a_tree_does_not_grow_out_of_a_larger_one(old, new):
    with pytest.raises(NoSuchLeaf):
        merkle.check_consistency(old, LEAVES[0], new, LEAVES[1], [])


def test_an_empty_tree_is_the_beginning_of_any_but_only_with_its_own_root():
    merkle.check_consistency(0, merkle.EMPTY_ROOT, 5, ROOTS[5], [])
    with pytest.raises(BadProof):
        merkle.check_consistency(0, ROOTS[5], 5, ROOTS[5], [])


def test_no_byte_slides_from_one_hash_to_the_next():
    leaf, sibling = LEAVES[0], LEAVES[1]
    with pytest.raises(BadProof):
        merkle.check_inclusion(leaf + sibling[:1], 0, 2, [sibling[1:]], ROOTS[2])
    path = merkle.consistency_path(2, LEAVES[:4])
    with pytest.raises(BadProof):
        merkle.check_consistency(2, ROOTS[2] + path[0][:1], 4, ROOTS[4], [path[0][1:]])


def test_a_leaf_is_never_taken_for_a_node():
    left, right = LEAVES[:2]
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


@given(st.integers(1, merkle.MAX_SIZE), st.data())
def test_even_the_largest_tree_has_a_short_proof(size, data):
    index = data.draw(st.integers(0, size - 1))
    ranges = merkle.inclusion_ranges(index, size)
    assert len(ranges) <= 63
    assert sum(high - low for low, high in ranges) == size - 1
