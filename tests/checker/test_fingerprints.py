# SPDX-License-Identifier: Apache-2.0
"""Client and server spell a cause alike: on the examples that are kept, and on whatever chance makes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import fingerprints as client
from weir.clearinghouse.findings.rules import fingerprints as server
from weir.clearinghouse.findings.rules.weaknesses import CLASSES
from weir.clearinghouse.findings.terms.checking import Cause, NoCause

ROOT = Path(__file__).parents[2]
GOLDEN = json.loads((Path(__file__).parent / "fingerprints.json").read_text())
PAGE = (ROOT / "docs/blind-check.md").read_text(encoding="utf-8")

parts = st.one_of(
    st.text(max_size=30),
    st.text("abAZ019._-/\\:@#$%<>()*& \u00e9e\u0301\n", max_size=30),
)
packages = st.one_of(parts, parts.map("pkg:pypi/{}".format), parts.map("https://u@host.example/{}".format))
weaknesses = st.one_of(st.integers(0, 2000).map("CWE-{}".format), parts)


def spelled_by_server(cause):
    try:
        return list(server.fingerprints_of(Cause(*cause)))
    except NoCause:
        return None


def spelled_by_client(cause):
    try:
        return client.fingerprints(*cause)
    except client.NotACause:
        return None


@pytest.mark.parametrize("example", GOLDEN, ids=lambda example: example["why"])
def test_both_write_what_is_kept(example):
    wanted = [text.encode() for text in example["fingerprints"]] or None
    assert spelled_by_server(example["cause"]) == wanted
    assert spelled_by_client(example["cause"]) == wanted


@given(st.tuples(packages, parts, parts, weaknesses))
def test_both_write_the_same_whatever_is_written(cause):
    assert spelled_by_server(cause) == spelled_by_client(cause)


@given(st.tuples(packages, parts, parts, weaknesses))
def test_no_spelling_is_coarser_than_package_path_symbol_and_weakness(cause):
    for spelled in spelled_by_server(cause) or []:
        label, spelling, *said = spelled.decode().split("\n")
        assert (label, spelling in client.SPELLINGS) == (server.LABEL, True)
        assert len(said) == 4
        assert all(said)


@given(st.tuples(packages, parts, parts, weaknesses))
def test_there_are_always_four(cause):
    spelled = spelled_by_server(cause)
    assert spelled is None or len(set(spelled)) == 4


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("text", ["", " ", "a\nb", "x" * 1001])
def test_a_part_that_is_missing_or_unfit_is_refused(place, text):
    cause = ["pkg:pypi/a", "a.py", "f", "CWE-1"]
    cause[place] = text
    assert spelled_by_server(cause) is None
    assert spelled_by_client(cause) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("pkg:pypi/Made_Up@1.2", "src/made_up/a.py", "A.f", "122"), ("pkg:pypi/made-up", "a.py", "f", "CWE-787")),
        (
            ("https://github.com/A/B.git", "a.c", "ns::f(int)", "CWE-416"),
            ("git@github.com:a/b", "./a.c", "ns.f", "cwe_416"),
        ),
        (("pkg:golang/x/y", "s.go", "(*Server).Do", "22"), ("pkg:golang/x/y@v1", "s.go", "Server.Do", "CWE-022")),
        (("pkg:maven/g/a", "src/main/java/g/A.java", "g.A#f", "89"), ("pkg:maven/g/a", "g/A.java", "A.f(x)", "564")),
    ],
)
def test_two_who_found_the_same_and_write_it_otherwise_meet(one, other):
    assert set(spelled_by_client(one)) & set(spelled_by_client(other))


@pytest.mark.parametrize(
    "other",
    [
        ("pkg:pypi/b", "a.py", "f", "787"),
        ("pkg:pypi/a", "b.py", "f", "787"),
        ("pkg:pypi/a", "a.py", "g", "787"),
        ("pkg:pypi/a", "a.py", "f", "79"),
    ],
)
def test_what_differs_in_any_part_does_not_meet(other):
    assert not set(spelled_by_client(("pkg:pypi/a", "a.py", "f", "787"))) & set(spelled_by_client(other))


def test_page_client_and_server_have_one_table_of_classes():
    assert {name: tuple(map(int, numbers.split())) for name, numbers in client.CLASSES.items()} == CLASSES
    rows = re.findall(r"^\| ([a-z]+) \| ([0-9][0-9, -]*) \|$", PAGE, re.MULTILINE)
    assert {name: told(numbers) for name, numbers in rows} == {name: set(of) for name, of in CLASSES.items()}


def test_a_number_is_in_one_class():
    numbers = [number for of in CLASSES.values() for number in of]
    assert len(numbers) == len(set(numbers))


def told(numbers):
    found = set()
    for part in numbers.split(", "):
        low, _, high = part.partition("-")
        found |= set(range(int(low), int(high or low) + 1))
    return found
