# SPDX-License-Identifier: Apache-2.0
"""Findings are compared with each other, and what is worth a look is brought up, once."""

from __future__ import annotations

import random

import pytest

from tests.clearinghouse.findings.test_items import advisory, crash, found
from weir.clearinghouse.findings.engines.comparing import MOST_EACH, suggested
from weir.clearinghouse.findings.engines.trees import shipped
from weir.clearinghouse.findings.jobs import compare
from weir.clearinghouse.findings.models import FindingRow, PairRow
from weir.clearinghouse.findings.reads import list_pairs, read_pair
from weir.clearinghouse.findings.reads.items import FRESH_AT_ONCE, comparisons_due, fresh_findings, to_compare
from weir.clearinghouse.findings.terms import Basis, FindingId, LinkKind, ToCompare
from weir.clearinghouse.findings.verbs import record_compared
from weir.clearinghouse.intake.terms.items import Affected, Grain, Item
from weir.clearinghouse.intake.verbs import receive_report
from weir.foundation.jobs.jobs import DUE, JOBS
from weir.kernel.errors import Refused

TITLE = "Prototype pollution in the merge function of made-up-merge lets attackers change every object"
TEXT = (
    "The function mergeDeep() in lib/merge.js copies __proto__ from what it is given. Fixed in 4.2.7 by commit 3f1c9ab."
)


def report(house, title=TITLE, text=TEXT, actor=None, component="pkg:npm/made-up-merge@4.2.6"):
    told = receive_report(actor or house.finder, title, text, component=component, weakness="CWE-1321", now=house.now)
    return house.correlate(told.id).id


def compare_now(house, key="told"):
    """As the worker does it: the due row, then its job."""
    house.later(minutes=1)
    for due in comparisons_due(house.now):
        compare(due.id, key=key, now=house.now)


@pytest.mark.both_databases
def test_what_is_alike_is_brought_up_with_what_speaks_for_it(house):
    one, two = report(house), report(house, actor=house.outsider)
    report(house, "Sessions never end", "A token stays good for ever.", component="pkg:pypi/other-made-up")
    compare_now(house)
    [line] = list_pairs(house.coordinator).lines
    assert {line.finding, line.other} == {one, two}
    pair = read_pair(house.coordinator, line.id)
    [said] = pair.nominations
    assert (pair.kind, said.basis) == (LinkKind.SAME, Basis.SCORE)
    assert 0.7 <= said.score <= 1
    assert "+" in said.explanation


@pytest.mark.both_databases
def test_each_is_compared_once_as_a_fresh_one_and_with_whatever_comes_later(house):
    report(house)
    compare_now(house, "first")
    assert fresh_findings() == [] == list(comparisons_due(house.now))
    assert PairRow.objects.count() == 0
    report(house, actor=house.outsider)
    compare_now(house, "second")
    assert PairRow.objects.count() == 1
    compare_now(house, "third")
    assert PairRow.objects.count() == 1


@pytest.mark.both_databases
def test_a_report_and_an_item_of_a_document_are_compared_with_each_other(house):
    report(house)
    entry = advisory("GHSA-aaaa-bbbb-cccc", summary=TITLE, package="made-up-merge") | {"details": TEXT}
    found(house, entry, house.outsider)
    compare_now(house)
    assert PairRow.objects.get().kind == LinkKind.SAME


def test_stopped_half_way_it_brings_nothing_up_twice(house, monkeypatch):
    report(house), report(house, actor=house.outsider)

    def stops(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("weir.clearinghouse.findings.jobs.record_compared", stops)
        with pytest.raises(KeyboardInterrupt):
            compare_now(house)
    compare_now(house)
    [line] = list_pairs(house.coordinator).lines
    assert len(read_pair(house.coordinator, line.id).nominations) == 1


def test_a_burst_is_compared_in_pieces_and_none_is_left(house, monkeypatch):
    monkeypatch.setattr("weir.clearinghouse.findings.reads.items.FRESH_AT_ONCE", 2)
    for n in range(5):
        report(house, f"Trouble number {n}", "Nothing alike.", component=f"pkg:npm/made-up-{n}")
    rounds = 0
    while fresh_findings():
        compare_now(house, f"round {rounds}")
        rounds += 1
    assert rounds == 3
    assert FRESH_AT_ONCE > 2


def test_it_is_due_a_minute_after_the_oldest_came(house):
    number = report(house)
    assert list(comparisons_due(house.now)) == []
    house.later(seconds=59)
    assert list(comparisons_due(house.now)) == []
    house.later(seconds=1)
    assert [due.id for due in comparisons_due(house.now)] == [number]
    assert DUE["findings.comparisons"].job in JOBS


def test_what_was_erased_is_compared_with_nothing(open_house):
    house = open_house  # a key is destroyed after the commit
    report(house)
    gone = house.report(TITLE).outcome.id
    house.correlate(gone)
    found(house, crash("parse", "read"))
    house.erase(gone)
    assert len(to_compare(fresh_findings())) == 2


def test_nobody_but_the_house_says_what_was_compared(house):
    number = report(house)
    for actor in (house.finder, house.coordinator, house.nobody):
        with pytest.raises(Refused):
            record_compared(actor, (number,), now=house.now)
    assert FindingRow.objects.get().compared_at is None


def said(n, title="It overflows"):
    item = Item("", Grain.WORDS, title, TEXT, affected=(Affected("pkg:npm/made-up-merge"),))
    return ToCompare(FindingId.mint(2026, random.Random(n).randbytes), item)


def test_one_finding_is_never_brought_up_with_dozens(house):
    alike = [said(n) for n in range(30)]
    fresh = frozenset({alike[0].id})
    pairs = list(suggested(alike, fresh, shipped()))
    assert len(pairs) == MOST_EACH
    assert all(alike[0].id in {pair.finding, pair.other} for pair in pairs)
