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
    first = owners[first_with(keys)]
    other = first != owners
    return joined(owners[other], first[other], count)


def first_with(keys: Keys) -> Numbers:
    """For each key the place at which it stands first.

    A table of slots holds the first place of one key for each slot; the few keys whose slot belongs to another one are
    sorted.
    """
    if not len(keys):
        return np.zeros(0, np.int64)
    bits = max(10, len(keys).bit_length() + 1)
    slots = ((keys * SPREAD) >> np.uint64(64 - bits)).astype(np.int64)
    table = np.zeros(1 << bits, np.int32)
    table[slots[::-1]] = np.arange(
        len(keys) - 1, -1, -1, dtype=np.int32
    )  # of equal slots the last that is written stays: the first
    first: Numbers = table[slots].astype(np.int64)
    late = np.flatnonzero(keys[first] != keys)
    if len(late):
        _, where, back = np.unique(keys[late], return_index=True, return_inverse=True)
        first[late] = late[where[back]]
    return first


def joined(left: Numbers, right: Numbers, count: int) -> Numbers:
    """The lowest of each component of these edges: hang the higher root under the lower one, then shorten the ways.

    Only records with an edge are touched: most have none.
    """
    roots = np.arange(count, dtype=np.int64)
    touched = np.concatenate([left, right])
    while len(left):
        left, right = _ends(roots, left), _ends(roots, right)
        apart = left != right
        left, right = left[apart], right[apart]
        np.minimum.at(roots, np.maximum(left, right), np.minimum(left, right))
    roots[touched] = _ends(roots, touched)
    return roots


def _ends(roots: Numbers, places: Numbers) -> Numbers:
    ways = roots[places]
    while not np.array_equal(further := roots[ways], ways):
        ways = further
    return ways
