# SPDX-License-Identifier: Apache-2.0
"""Records that share a key, directly or in turn, get one root, and no others do."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.findings.engines.correlation import keyed
from weir.clearinghouse.findings.engines.exact import components, equals, joined

LISTS = st.lists(st.lists(st.integers(0, 12).map(str), max_size=3), min_size=1, max_size=12)


def by_hand(lists):
    roots = list(range(len(lists)))
    for _ in lists:
        for one, mine in enumerate(lists):
            for other, theirs in enumerate(lists):
                if set(mine) & set(theirs):
                    roots[one] = roots[other] = min(roots[one], roots[other])
    return roots


@given(LISTS)
def test_components_are_those_found_by_hand(lists):
    owners, keys = keyed(lists, b"secret")
    assert components(owners, keys, len(lists)).tolist() == by_hand(lists)


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5), max_size=60))
def test_all_places_of_a_key_hang_together_and_no_others_do(values):
    one, other = equals(np.array(values, np.uint64))
    assert joined(one, other, len(values)).tolist() == [values.index(value) for value in values]


def test_keys_that_share_a_slot_are_told_apart():
    keys = np.tile(np.random.default_rng(5).integers(0, 1 << 63, 5000).astype(np.uint64), 3)
    one, other = equals(keys)
    assert joined(one, other, len(keys)).tolist() == list(range(5000)) * 3


def test_a_long_way_is_one_whatever_its_order():
    order = np.random.default_rng(3).permutation(4000)
    assert not joined(order[:-1], order[1:], 4000).any()


def test_nothing_is_one_with_nothing():
    assert components(np.zeros(0, np.int64), np.zeros(0, np.uint64), 3).tolist() == [0, 1, 2]


def test_without_the_secret_nobody_knows_the_key():
    _, ours = keyed([["CVE-2024-0001"]], b"ours")
    _, theirs = keyed([["CVE-2024-0001"]], b"theirs")
    assert ours.tolist() != theirs.tolist()
