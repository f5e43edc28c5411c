# SPDX-License-Identifier: Apache-2.0
"""Commits and versions as people write them: read only where everybody reads them alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.scanning.rules.spans import ANYTHING, may_meet, span_of

A, B = "3f2a9c1d7e", "b07c55e1aa"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "main",
        "latest",
        "2024-05-01",
        "20240501",
        "release-2024a",
        "2024-spring",
        f"{A}..{B}",
        f"{A} v1.2.3",
        "^1.2.3",
        "~=1.4.2",
        "!=1.2.3",
        ">=1.2 <1.5 >=2 <3",
        "<1.0 || >2.0",
        ">2,<1",
        "1:2.3-4",
        "1!2.0",
        "3.x-dev branch",
        "v",
        "1.2.3 -",
    ],
)
def test_what_is_not_read_alike_by_everybody_may_be_anything(text):
    assert span_of(text) == ANYTHING
    assert may_meet(span_of(text), span_of("1.2.3"))
    assert may_meet(span_of(A), span_of(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (A, B),
        (f"{A}, {B}", "0123abcd"),
        ("1.2.3", "1.2.4"),
        ("v1.2.3", "1.2.4"),
        ("1.2", "1.3"),
        ("1.2.x", "1.3.*"),
        ("1", "2.1"),
        ("1.2.4-rc1", "1.2.3"),
        ("1.2.3 1.2.4", "1.2.5, 1.2.6"),
        ("<=1.2.3", ">1.2.3"),
        ("<1.2.3", "1.2.3"),
        ("<2", ">=2.0.0"),
        ("<1.9", ">=1.9.1"),
        (">=1.2,<2.0", ">= 2.1.0 < 3"),
        ("vers:pypi/>=1.2|<2.0", "2.4.1"),
        ("1.2.0 - 1.4.0", "1.5"),
        ("v1.2.0..v1.4.0", "1.4.1"),
        ("142.0.7444.59", "142.0.7444.60"),
        ("1.10", "1.9"),
    ],
)
def test_what_lies_apart_is_apart_whoever_asks(one, other):
    assert not may_meet(span_of(one), span_of(other))
    assert not may_meet(span_of(other), span_of(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (A, A[:7]),
        (f"{B}, {A}", A.upper()),
        (A, "1.2.3"),
        ("1.2.3", "v1.2.3"),
        ("1.2.0", "1.2"),
        ("1.2", "1.2.7"),
        ("1.2.3", "1.2.3.4"),
        ("1.2.3", "1.2.3-beta"),
        ("1.2.3-beta", "1.2.3-rc1"),
        ("1.2.post1", ">1.2.0,<1.3"),
        ("<2.0.0-rc1", "2.0.0-alpha"),
        ("<=1.9", "1.9.4"),
        (">1.9", "1.9.4"),
        ("1.2 - 1.9", "1.9.4"),
        (">=1.2,<2.0", "<=1.2.0"),
        (">1.2", "<3"),
        ("vers:npm/>=1.2.0|<2.0.0", "1.9.9"),
        ("1.2.3, 1.2.5", "1.2.5 1.2.7"),
    ],
)
def test_what_may_be_the_same_meets_whoever_asks(one, other):
    assert may_meet(span_of(one), span_of(other))
    assert may_meet(span_of(other), span_of(one))


numbers = st.lists(st.integers(0, 12), min_size=3, max_size=3).map(tuple)


def spelled(version):
    return ".".join(map(str, version))


@given(numbers, numbers, numbers, numbers)
def test_ranges_of_whole_versions_meet_where_some_version_lies_in_both(a, b, c, d):
    (a, b), (c, d) = sorted((a, b)), sorted((c, d))
    one, other = (f">={spelled(low)},<={spelled(high)}" for low, high in ((a, b), (c, d)))
    assert may_meet(span_of(one), span_of(other)) == (max(a, c) <= min(b, d))


@given(numbers, numbers)
def test_a_version_lies_on_one_side_of_another_and_not_on_both(one, other):
    below, above = (may_meet(span_of(f"{bound}{spelled(other)}"), span_of(spelled(one))) for bound in ("<", ">="))
    assert (below, above) == (one < other, one >= other)


@given(st.text(max_size=200))
def test_nothing_that_is_written_there_breaks_it(text):
    span = span_of(text)
    assert may_meet(span, span)
    assert may_meet(span, ANYTHING)
