# SPDX-License-Identifier: Apache-2.0
"""What may be one. Above all: two different CVEs never are, unless a source lists both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.findings.rules.causes import apart, groups, kind_of, listed_together, named
from weir.clearinghouse.findings.terms.links import LinkKind

CVES = [f"CVE-2024-000{digit}" for digit in range(8)]
OWN = st.lists(st.frozensets(st.sampled_from(CVES), max_size=2), min_size=1, max_size=12)


def test_cves_of_one_source_are_one():
    together = listed_together([["CVE-2024-0001", "CVE-2024-0002"], ["CVE-2024-0002", "cve-2024-0003", "GHSA-x"]])
    assert not apart(frozenset({"CVE-2024-0001"}), frozenset({"CVE-2024-0003"}), together)
    assert apart(frozenset({"CVE-2024-0001"}), frozenset({"CVE-2024-0009"}), together)
    assert not apart(frozenset(), frozenset({"CVE-2024-0009"}), together)


@given(OWN, st.data())
def test_no_group_holds_two_cves_that_no_source_lists_together(cves, data):
    together = listed_together(cves)
    place = st.integers(0, len(cves) - 1)
    pairs = data.draw(st.lists(st.tuples(st.floats(0, 1), place, place), max_size=30))
    roots = groups(pairs, cves, together)
    for root in set(roots):
        held = {together[cve] for own, of in zip(cves, roots, strict=True) if of == root for cve in own}
        assert len(held) <= 1


def test_the_surest_pair_is_joined_first():
    cves = [frozenset({"CVE-2024-0001"}), frozenset(), frozenset({"CVE-2024-0002"})]
    together = listed_together(cves)
    assert groups([(0.8, 0, 1), (0.9, 1, 2)], cves, together) == [0, 1, 1]


def test_different_cves_are_at_most_related_however_alike():
    one, other = named(["CVE-2024-0001"], ""), named(["CVE-2024-0002"], "")
    assert kind_of(0.99, one, other, {}) is LinkKind.RELATED
    assert kind_of(0.01, one, other, {}) is None


def test_a_list_of_several_contains_each_of_them():
    several, single = named(["CVE-2024-0001", "CVE-2024-0002"], ""), named(["CVE-2024-0001"], "")
    together = listed_together([several.own])
    assert kind_of(0.99, several, single, together) is LinkKind.CONTAINS
    assert kind_of(0.99, single, several, together) is LinkKind.SAME


@pytest.mark.parametrize(
    "words",
    [
        "This is an incomplete fix for CVE-2023-1111.",
        "Bypass of the fix for CVE-2023-1111",
        "A regression of cve-2023-1111 in 2.0",
        "CVE-2023-1111 was not fully fixed",
    ],
)
def test_words_tell_a_regression(words):
    again, before = named(["CVE-2024-0001"], words), named(["CVE-2023-1111"], "")
    assert kind_of(0.0, again, before, {}) is LinkKind.REGRESSION_OF
    assert kind_of(0.0, before, again, {}) is None


def test_a_mention_alone_relates():
    one, other = named(["CVE-2024-0001"], "Different from CVE-2023-1111."), named(["CVE-2023-1111"], "")
    assert kind_of(0.0, one, other, {}) is LinkKind.RELATED
