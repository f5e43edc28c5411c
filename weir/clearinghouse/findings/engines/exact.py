# SPDX-License-Identifier: Apache-2.0
"""Records that share a key, directly or by way of others: connected components, set at a time.

A key here is 64 bits of a keyed digest. Without the digest's key nobody can make two keys meet, and by chance two of a
hundred million meet once in some four thousand instances.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Keys = NDArray[np.uint64]

SPREAD = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio's digits: spreads keys that are not digests, too


def components(owners: Numbers, keys: Keys, count: int) -> Numbers:
    """For each of `count` records the lowest record that it is one with. `owners[i]` carries `keys[i]`."""
    one, other = equals(keys)
    return joined(owners[one], owners[other], count)


def equals(keys: Keys) -> tuple[Numbers, Numbers]:
    """Places that carry one key, pair by pair: as many pairs as it takes to get from any of them to any other.

    A table of slots holds the last place of one key for each slot. Most keys stand alone in theirs and are done with;
    the few that lost their slot to another key are sorted.
    """
    bits = max(10, len(keys).bit_length() + 1)
    slots = ((keys * SPREAD) >> np.uint64(64 - bits)).view(np.int64)
    places = np.arange(len(keys), dtype=np.int32)
    table = np.empty(1 << bits, np.int32)  # what is read of it was written before
    table[slots] = places
    last = table[slots]
    lost = np.flatnonzero(last != places)
    won = last[lost].astype(np.int64)
    same = keys[lost] == keys[won]
    late = lost[~same]
    late = late[np.argsort(keys[late])]
    again = np.flatnonzero(keys[late[1:]] == keys[late[:-1]])
    return np.concatenate([lost[same], late[again + 1]]), np.concatenate([won[same], late[again]])


def joined(left: Numbers, right: Numbers, count: int) -> Numbers:
    """The lowest of each component of these edges: hang the higher root under the lower one, then shorten the ways.

    Only records with an edge are touched: most have none.
    """
    roots = np.arange(count, dtype=np.int64)
    low, high = np.minimum(left, right), np.maximum(left, right)
    hung = [high]
    while len(low):
        np.minimum.at(roots, high, low)
        left, right = _ends(roots, low), _ends(roots, high)
        apart = np.flatnonzero(left != right)
        low, high = np.minimum(left[apart], right[apart]), np.maximum(left[apart], right[apart])
        hung.append(high)
    below = np.concatenate(hung)
    roots[below] = _ends(roots, below)
    return roots


def _ends(roots: Numbers, places: Numbers) -> Numbers:
    ways = roots[places]
    while not np.array_equal(further := roots[ways], ways):
        ways = further
    return ways
