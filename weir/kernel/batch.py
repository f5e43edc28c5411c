# SPDX-License-Identifier: Apache-2.0
"""The tree inside one tick of the log, whose size nobody can see from outside.

Each tick adds exactly one public leaf: the root of a binary tree of fixed depth. The tick's entries stand at random
places of it; what is empty is filled with the output of a keyed pseudo-random function, which without the key looks
like any hash. So neither the root nor the path of one entry tells how many others there are. A subtree without entries
is filled at its root, not leaf by leaf, which keeps the work at entries times depth.

A key and a tick go together once only. Two trees under the same key and tick share the filling of what is empty in
both, and that tells where nothing is: a log that starts anew needs a new key.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from weir.kernel.errors import Invalid
from weir.kernel.merkle import HASH_SIZE, BadProof, leaf_hash, node_hash

DEPTH = 12
MAX_DEPTH = 32
MAX_TICK = 2**63 - 1
SALT_SIZE = 32
KEY_SIZE = 32

_FILLING = b"weir.batch.filling/1\n"
_PUBLIC_LEAF = b"weir.batch/1\n"


class BadBatch(Invalid):
    """A batch cannot be made of this."""

    hint = "A batch takes hashes of 32 bytes at places below 2**depth, under a key of 32 bytes."


class BatchFull(Invalid):
    """There are more entries than places in this batch."""

    hint = "Leave what is too much for the next tick."


class EmptyPlace(Invalid):
    """There is no entry at this place, so there is nothing to prove."""

    hint = "Ask for the path of a place that was given to an entry."


def blind_leaf(salt: bytes, data: bytes) -> bytes:
    """The leaf of an entry: the Merkle leaf hash of 32 random bytes followed by the entry's exact bytes.

    Without the salt the leaf tells nothing, not even to somebody who can guess the entry. The salt's fixed length keeps
    a different split of the same bytes from passing.
    """
    if len(salt) != SALT_SIZE:
        raise BadBatch(f"The salt of a leaf has {SALT_SIZE} bytes, not {len(salt)}.")
    return leaf_hash(salt + data)


def public_leaf_data(root: bytes, depth: int = DEPTH) -> bytes:
    """The public log's entry for one tick. The depth is in it, so that no inner node passes for a leaf."""
    if len(root) != HASH_SIZE or not 1 <= depth <= MAX_DEPTH:
        raise BadBatch
    return _PUBLIC_LEAF + bytes([depth]) + root


def choose_places(count: int, depth: int, randomness: Callable[[int], bytes]) -> list[int]:
    """So many different places, every choice and order equally likely; `randomness(n)` gives n random bytes.

    This is the beginning of a Fisher-Yates shuffle that writes down only what it has moved, so its cost follows `count`
    and not the number of places, however full the batch is.
    """
    places = 1 << depth
    if not 1 <= depth <= MAX_DEPTH or not 0 <= count <= places:
        raise BatchFull(f"{count} entries do not fit a batch of depth {depth}.")
    moved: dict[int, int] = {}
    chosen = []
    for at in range(count):
        pick = at + _below(places - at, randomness)
        chosen.append(moved.get(pick, pick))
        moved[pick] = moved.get(at, at)
    return chosen


def root_from_path(leaf: bytes, place: int, path: Sequence[bytes]) -> bytes:
    """The root to which the path leads from this leaf at this place; the depth is the length of the path."""
    if not 0 <= place < 1 << len(path) or len(path) > MAX_DEPTH:
        raise BadProof(f"There is no place {place} in a batch of depth {len(path)}.")
    if any(len(each) != HASH_SIZE for each in (leaf, *path)):
        raise BadProof(f"A hash of a batch has {HASH_SIZE} bytes.")
    joined = leaf
    for height, sibling in enumerate(path):
        joined = node_hash(sibling, joined) if place >> height & 1 else node_hash(joined, sibling)
    return joined


@dataclass(frozen=True)
class Batch:
    """The leaves of one tick at their places, and the key that fills what is empty.

    With a `base`, what stands at the places are the nodes of that height, and the tree is the part above them: who kept
    the nodes of a middle height needs neither all leaves nor all hashes again for one path.
    """

    depth: int
    tick: int
    key: bytes = field(repr=False)
    places: Mapping[int, bytes] = field(repr=False)  # how many there are is what nobody should read in a log file
    base: int = 0

    def __post_init__(self) -> None:
        if not (1 <= self.depth <= MAX_DEPTH and 0 <= self.tick <= MAX_TICK and len(self.key) == KEY_SIZE):
            raise BadBatch
        if not 0 <= self.base < self.depth:
            raise BadBatch("The base of a batch is one of its heights, below the root.")
        if self.places and not 0 <= min(self.places) <= max(self.places) < 1 << self.depth - self.base:
            raise BadBatch("A place is outside the batch.")
        if set(map(len, self.places.values())) - {HASH_SIZE}:
            raise BadBatch("A leaf is not a hash.")
        object.__setattr__(self, "places", MappingProxyType(dict(self.places)))

    def root(self) -> bytes:
        """The root of the whole tree."""
        return self._node(self.depth, 0)

    def path(self, place: int) -> list[bytes]:
        """The proof that what is at this place is in the batch, from there upward; `depth` hashes from a leaf."""
        if place not in self.places:
            raise EmptyPlace
        heights = range(self.base, self.depth)
        return [self._node(height, place >> height - self.base ^ 1) for height in heights]

    def nodes(self, height: int) -> Mapping[int, bytes]:
        """Every node of this height with an entry below it, by index."""
        return self._levels[height - self.base]

    def _node(self, height: int, index: int) -> bytes:
        return self.nodes(height).get(index) or self._filling(height, index)

    def _filling(self, height: int, index: int) -> bytes:
        """What stands for a subtree in which there is no entry."""
        where = self.tick.to_bytes(8, "big") + height.to_bytes(1, "big") + index.to_bytes(4, "big")
        return hmac.digest(self.key, _FILLING + where, "sha256")

    @cached_property
    def _levels(self) -> list[Mapping[int, bytes]]:
        """Every node with an entry below it, by height above the base and index."""
        levels: list[Mapping[int, bytes]] = [self.places]
        for height in range(self.base, self.depth):
            below = levels[-1]
            levels.append(dict(self._joined(below, height)))
        return levels

    def _joined(self, below: Mapping[int, bytes], height: int) -> Iterator[tuple[int, bytes]]:
        """The nodes over these. A proof out of a full batch comes by here four thousand times."""
        for left in {at & ~1 for at in below}:
            first = below.get(left) or self._filling(height, left)
            second = below.get(left + 1) or self._filling(height, left + 1)
            yield left >> 1, node_hash(first, second)


def _below(limit: int, randomness: Callable[[int], bytes]) -> int:
    """A number below `limit`, each equally likely: what lands beyond it is drawn again, never folded back."""
    bits = (limit - 1).bit_length()
    size = -(-bits // 8)
    while True:
        drawn = int.from_bytes(randomness(size), "big") >> (size * 8 - bits)
        if drawn < limit:
            return drawn
