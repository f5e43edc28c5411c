# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of RFC 9162, section 2: roots, inclusion proofs, consistency proofs, over SHA-256.

A proof is a list of hashes of ranges of leaves. Which ranges is settled by numbers alone (`inclusion_ranges`,
`consistency_ranges`); where their hashes come from is not: here from a list of leaves, in `tiles` from stored tiles.
Nothing recurses, so neither depth nor size of a tree can exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from weir.kernel.errors import Invalid

HASH_SIZE = 32
MAX_SIZE = 2**63 - 1  # a signed 64-bit number, and a bound on what a hostile proof can ask for
EMPTY_ROOT = sha256(b"").digest()

Range = tuple[int, int]


class BadProof(Invalid):
    """This proof does not lead from the one hash to the other."""

    hint = "Fetch the proof and the checkpoint again; if it still fails, keep both and tell those who watch this log."


class NoSuchLeaf(BadProof):
    """There is no such leaf or size in this tree."""

    hint = "Ask for an index below the tree's size, and for an older size that is not larger than the newer one."


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry (section 2.1.1). The prefix keeps a leaf from ever being taken for a node."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees (section 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over all leaves, level by level; a last node without a neighbour moves up as it is."""
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        above = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def fold(hashes: Iterable[bytes]) -> bytes:
    """One root over the roots of complete subtrees, which are given from left (largest) to right (smallest)."""
    from_right = reversed(list(hashes))
    joined = next(from_right)
    for left in from_right:
        joined = node_hash(left, joined)
    return joined


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Whose hashes prove leaf `index` in a tree of `size` leaves, from the leaf upward (section 2.1.3.1)."""
    if not 0 <= index < size <= MAX_SIZE:
        raise NoSuchLeaf(f"Leaf {index} is not in a tree of {size} leaves.")
    low, high, ranges = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Whose hashes prove that the tree of `old` leaves is the beginning of the tree of `new` leaves (section 2.1.4.1).

    The first range ends at `old`, unless the old tree is one complete subtree, whose root the checker knows already.
    """
    if not 0 <= old <= new <= MAX_SIZE:
        raise NoSuchLeaf(f"A tree of {old} leaves cannot be the beginning of one of {new}.")
    low, high, ranges = 0, new, []
    while 0 < old < high:
        middle = low + _split(high - low)
        if old <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return [(low, high), *ranges[::-1]] if low else ranges[::-1]


def complete_subtrees(low: int, high: int) -> list[tuple[int, int]]:
    """The complete subtrees that make up a range of a proof, left to right, as (height, index at that height)."""
    subtrees = []
    while low < high:
        height = (high - low).bit_length() - 1
        subtrees.append((height, low >> height))
        low += 1 << height
    return subtrees


def inclusion_path(index: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """The proof that leaf `index` is in the tree over these leaves."""
    return [root(leaf_hashes[low:high]) for low, high in inclusion_ranges(index, len(leaf_hashes))]


def consistency_path(old: int, leaf_hashes: Sequence[bytes]) -> list[bytes]:
    """The proof that the tree over the first `old` leaves is the beginning of the tree over all of these."""
    return [root(leaf_hashes[low:high]) for low, high in consistency_ranges(old, len(leaf_hashes))]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root to which this proof leads (section 2.1.3.2); the caller compares it with the right one."""
    ranges = inclusion_ranges(index, size)
    _same_length(ranges, path)
    joined = _hash(leaf)
    for (low, _), sibling in zip(ranges, path, strict=True):
        joined = node_hash(joined, _hash(sibling)) if low > index else node_hash(_hash(sibling), joined)
    return joined


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> None:
    """Refuse unless the proof leads from the leaf to the `expected` root."""
    if root_from_inclusion(leaf, index, size, path) != expected:
        raise BadProof(f"Leaf {index} is not in the tree of {size} leaves that has this root.")


def check_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Refuse unless the older tree is the beginning of the newer one (section 2.1.4.2)."""
    ranges = consistency_ranges(old_size, new_size)
    _same_length(ranges, path)
    if old_size == 0:
        _same(_hash(old_root), EMPTY_ROOT, "The older tree is empty, but its root is not that of an empty tree.")
        return
    steps = list(zip(ranges, path, strict=True))
    start = _hash(old_root)
    if ranges and ranges[0][1] == old_size:
        start = _hash(steps.pop(0)[1])
    older = newer = start
    for (low, _), given in steps:
        if low >= old_size:
            newer = node_hash(newer, _hash(given))
        else:
            older, newer = node_hash(_hash(given), older), node_hash(given, newer)
    _same(older, old_root, f"The proof does not lead to the older root, of {old_size} leaves.")
    _same(newer, new_root, f"The proof does not lead to the newer root, of {new_size} leaves.")


def _split(size: int) -> int:
    """The largest power of two smaller than `size`: where the RFC cuts a tree in two."""
    return 1 << (size - 1).bit_length() - 1


def _same_length(ranges: Sequence[Range], path: Sequence[bytes]) -> None:
    if len(path) != len(ranges):
        raise BadProof(f"This proof needs {len(ranges)} hashes and has {len(path)}.")


def _hash(given: bytes) -> bytes:
    if len(given) != HASH_SIZE:
        raise BadProof(f"A hash of this tree has {HASH_SIZE} bytes, not {len(given)}.")
    return given


def _same(found: bytes, expected: bytes, otherwise: str) -> None:
    if found != expected:
        raise BadProof(otherwise)
