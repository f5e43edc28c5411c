# SPDX-License-Identifier: Apache-2.0
"""Commits and versions part two claims, where both say some and they cannot be the same."""

from __future__ import annotations

import pytest

from weir.clearinghouse.scanning import reads, verbs
from weir.clearinghouse.scanning.models import CellRow
from weir.clearinghouse.scanning.reads import overlaps
from weir.clearinghouse.scanning.terms import Method, Overlap

pytestmark = pytest.mark.both_databases
SAME, OTHER, ADJACENT, NONE = Overlap.SAME, Overlap.OTHER_METHOD, Overlap.ADJACENT, Overlap.NONE


def ask(scanners, actor, *paths, **more):
    asked = {"methods": (Method.FUZZING,), "paths": paths} | more
    return verbs.ask_overlap(actor, scanners.target(), **asked, now=scanners.house.now).overlap


@pytest.mark.parametrize(
    ("claimed", "asked", "more", "answer"),
    [
        ("1.2.3", "1.2.4", {}, ADJACENT),
        (">=1.2,<2.0", "1.4.1", {}, SAME),
        (">=1.2,<2.0", "1.4.1", {"methods": (Method.STATIC,)}, OTHER),
        (">=1.2,<2.0", "2.4.1", {"methods": (Method.STATIC,)}, ADJACENT),
        ("3f2a9c1d7e", "3f2a9c1", {}, SAME),
        ("3f2a9c1d7e", "b07c55e", {}, ADJACENT),
        ("", "1.2.4", {}, SAME),
        ("1.2.3", "", {}, SAME),
        ("main", "1.2.4", {}, SAME),
        ("1.2.3", "3f2a9c1d7e", {}, SAME),
    ],
)
@pytest.mark.parametrize(("mine", "theirs"), [("src", "src"), ("src", "src/parser"), ("src/parser", "src")])
def test_versions_that_cannot_be_the_same_lie_beside_each_other(scanners, claimed, asked, more, answer, mine, theirs):
    scanners.claim(scanners.other, theirs, commits=claimed)
    assert ask(scanners, scanners.one, mine, commits=asked, **more) is answer
    mine = scanners.claim(scanners.one, mine, commits=asked, **more)
    assert mine.overlap is answer
    verbs.renew_claim(scanners.one, mine.id, now=scanners.house.now)
    assert reads.read_claim(scanners.one, mine.id, now=scanners.house.now).overlap is answer


def test_of_several_the_nearest_counts_whatever_the_others_scan(scanners):
    scanners.claim(scanners.other, "src", commits="1.2.3")
    assert ask(scanners, scanners.one, "src", commits="2.0.0") is ADJACENT
    scanners.claim(scanners.third, "src/parser", methods=(Method.MANUAL,), commits=">=2,<3")
    assert ask(scanners, scanners.one, "src", commits="2.0.0") is OTHER
    scanners.claim(scanners.third, "src/lexer")
    assert ask(scanners, scanners.one, "src", commits="2.0.0") is SAME


def test_where_more_lie_there_than_are_opened_the_nearer_kind_is_told(scanners, monkeypatch):
    for path in ("src/a", "src/b", "src/c"):
        scanners.claim(scanners.other, path, commits="1.2.3")
    assert ask(scanners, scanners.one, "src", commits="2.0.0") is ADJACENT
    overlaps._spans_statement.cache_clear()
    monkeypatch.setattr(overlaps, "MOST_OPENED", 2)
    assert ask(scanners, scanners.one, "src", commits="2.0.0") is SAME
    overlaps._spans_statement.cache_clear()


def test_whoever_scans_other_versions_is_not_met(scanners):
    scanners.claim(scanners.other, "src", commits="1.2.3", named=True)
    assert scanners.claim(scanners.one, "src", commits="2.0.0", named=True).met == ()
    assert len(scanners.claim(scanners.third, "src", commits="<2", named=True).met) == 1


def test_a_row_tells_neither_commits_nor_versions(scanners):
    scanners.claim(scanners.one, "src", commits="142.0.7444.59")
    scanners.claim(scanners.one, "docs", commits="142.0.7444.60")
    scanners.claim(scanners.one, "tests")
    spans = [bytes(span or b"") for span in CellRow.objects.order_by("id").values_list("span", flat=True)]
    assert not any(b"142" in span for span in spans)
    assert [len(span) for span in spans] == [92, 92, 0]
    assert spans[0][:12] != spans[1][:12]


def test_random_claims_are_answered_as_the_plain_rule_says(scanners, monkeypatch):
    """The index against the sentence that it implements, now with versions."""
    import random

    from weir.clearinghouse.scanning.models import ClaimRow
    from weir.clearinghouse.scanning.rules import sizes
    from weir.clearinghouse.scanning.rules.cells import overlap_between

    monkeypatch.setattr(sizes, "ANSWERS_A_DAY", 10_000)
    monkeypatch.setattr(sizes, "allowed_units", lambda *_: 10_000)
    monkeypatch.setattr(sizes, "OF_AN_ORGANIZATION", 10_000)
    chance, target, strength = random.Random(8), scanners.target(), list(Overlap)
    said = ["", "main", "1.2.3", "1.2.4", ">=1.2.4", "<1.3", "3f2a9c1d7e", "3f2a9c1", "b07c55e"]

    def drawn():
        folders = ["/".join(chance.choices("abc", k=chance.randrange(3))) for _ in range(chance.randint(1, 2))]
        methods = chance.sample(list(Method), chance.randint(1, 2))
        return sizes.scope_of(target, tuple(folders), methods, (), chance.choice(said))

    for _ in range(10):
        ClaimRow.objects.all().delete()
        others = [drawn() for _ in range(chance.randint(1, 4))]
        for each in others:
            scanners.claim(scanners.other, *each.paths, target=target, methods=each.methods, commits=each.commits)
        for _ in range(12):
            mine = drawn()
            wanted = max((overlap_between(mine, each) for each in others), key=strength.index)
            assert overlaps.nearest(mine, scanners.one.id, scanners.house.now) is wanted, (mine, others)
