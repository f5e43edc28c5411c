# SPDX-License-Identifier: Apache-2.0
"""The queue: what narrows it and how far it looks, who has taken what on, views that are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection

from tests.clearinghouse.findings.test_merging import finding, merge, shown_to
from weir.clearinghouse.findings import reads
from weir.clearinghouse.findings.models import FindingRow, ViewRow
from weir.clearinghouse.findings.reads import queue
from weir.clearinghouse.findings.terms import (
    MOST_VIEWS,
    FindingState,
    NoSuchView,
    TooLongSearch,
    TooManyViews,
    UnfitView,
)
from weir.clearinghouse.findings.verbs import drop_view, hand_back_finding, save_view, take_finding
from weir.foundation.ledger.reads import read_entry
from weir.foundation.policy.terms import Tlp
from weir.kernel.errors import Missing, Refused

pytestmark = pytest.mark.both_databases


def asked(house, actor=None, **how):
    page = reads.list_findings(actor or house.coordinator, **how)
    return [line.id for line in page.lines], page.after


def whole(house, **how):
    """All of it, page by page."""
    found, after = [], ""
    while True:
        lines, after = asked(house, after=after, **how)
        found += lines
        if not after:
            return found


def test_the_queue_is_narrowed_by_state_marking_and_day(house):
    (one, _), (two, _) = finding(house), finding(house)
    house.later(days=3)
    three, _ = finding(house)
    merge(house, one, two)
    shown_to(three, Tlp.RED, "role:coordinator")
    assert asked(house, state=FindingState.MERGED) == ([two], "")
    assert asked(house, marking=Tlp.RED) == ([three], "")
    assert asked(house, marking=Tlp.AMBER_STRICT, state=FindingState.OPEN) == ([one], "")
    assert asked(house, since=date(2026, 11, 22)) == ([three], "")
    assert asked(house, before=date(2026, 11, 22)) == ([two, one], "")


def test_the_words_of_a_title_or_target_are_found_whatever_their_case_and_order(house):
    one, _ = finding(house, "Straße: Heap overflow in a parser")
    finding(house, "A token is logged")
    for text in ("overflow HEAP", "strasse", "parser made-up", str(one).lower()):
        assert asked(house, text=text)[0] == [one], text
    assert asked(house, text="overflow token") == ([], "")


def test_a_search_looks_at_no_more_than_the_bound_and_says_where_it_stopped(house, monkeypatch):
    monkeypatch.setattr(queue, "OPENED", 4)
    monkeypatch.setattr(queue, "OPENED_AT_ONCE", 2)
    (old, _), *others = [finding(house, "old one"), *(finding(house) for _ in range(5))]
    lines, after = asked(house, text="old")
    assert (lines, after) == ([], others[1][0])
    assert asked(house, text="old", after=after) == ([old], "")


def test_narrowed_or_not_every_page_together_is_the_whole(house, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 2)
    monkeypatch.setattr(queue, "WINDOW", 3)
    monkeypatch.setattr(queue, "LOOKED_AT", 3)
    made = [finding(house)[0] for _ in range(7)]
    merge(house, made[1], made[3])
    newest = made[::-1]
    assert whole(house) == newest
    assert whole(house, state=FindingState.OPEN) == [each for each in newest if each != made[3]]
    assert whole(house, text="heap") == newest


def test_nobody_finds_by_searching_what_they_may_not_see(house):
    finding(house, "unmistakable")
    for actor in (house.finder, house.outsider, house.nobody):
        for how in ({"text": "unmistakable"}, {"state": FindingState.OPEN}, {"mine": True}):
            assert asked(house, actor, **how) == ([], "")


def test_an_erased_case_stops_no_search(open_house):
    house = open_house
    (gone, _), (kept, _) = finding(house, "kept words"), finding(house, "kept words")
    house.erase(gone)
    assert asked(house, text="kept")[0] == [kept]
    assert asked(house, text=gone)[0] == [gone]


def test_a_search_longer_than_any_title_is_refused(house):
    with pytest.raises(TooLongSearch):
        asked(house, text="x" * 101)


# Taken on -------------------------------------------------------------------------------------------------------------


def test_who_has_taken_a_finding_on_is_told_to_coordinators_and_to_nobody_else(house):
    number, _ = finding(house)
    shown_to(number, Tlp.CLEAR, "any")
    take_finding(house.coordinator, number, now=house.now)
    another = replace(house.coordinator, id="P-2026-THRSN-T")

    def told(actor):
        [line], opened = reads.list_findings(actor).lines, reads.read_finding(actor, number)
        assert (line.mine, line.taken) == (opened.mine, opened.taken)
        return line.mine, line.taken

    assert told(house.coordinator) == (True, True)
    assert told(another) == (False, True)
    for actor in (house.finder, house.nobody):
        assert told(actor) == (False, False)
    assert asked(house, mine=True) == ([number], "")
    assert asked(house, another, mine=True) == ([], "")
    hand_back_finding(another, number, now=house.now)
    assert told(house.coordinator) == (False, False)


def test_only_coordinators_take_on_what_they_may_see(house):
    (one, _), (two, _) = finding(house), finding(house)
    shown_to(one, Tlp.CLEAR, "any")
    shown_to(two, Tlp.RED, "actor:P-2026-THRSN-T")
    for actor, number in ((house.finder, one), (house.nobody, one), (house.coordinator, two)):
        with pytest.raises((Refused, Missing)):
            take_finding(actor, number, now=house.now)
    assert not FindingRow.objects.filter(owner__isnull=False).exists()


def test_the_counts_are_those_of_what_one_may_see_and_say_where_they_stop(house, monkeypatch):
    (one, _), (two, _), (three, _) = finding(house), finding(house), finding(house)
    merge(house, one, two)
    take_finding(house.coordinator, one, now=house.now)
    counts = reads.count_queue(house.coordinator)
    assert (counts.open, counts.mine, counts.pairs, counts.whole) == (2, 1, 0, True)
    shown_to(three, Tlp.RED, "actor:P-2026-THRSN-T")
    assert reads.count_queue(house.coordinator).open == 1
    monkeypatch.setattr(queue, "COUNTED", 1)
    assert not reads.count_queue(house.coordinator).whole
    with pytest.raises(Refused):
        reads.count_queue(house.finder)


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (FindingRow.objects.filter(owner="P-2026-CRDNT-T"), "findings_taken"),
        (FindingRow.objects.filter(merged_into__in=["01890a5d-ac96-774b-bcce-b302099a8057"]), "findings_parts"),
    ],
)
def test_the_few_that_are_taken_or_merged_are_found_by_an_index_of_these_few(house, rows, index):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # it scans tables that are nearly empty unless it is told not to
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in rows.explain()


# Views ----------------------------------------------------------------------------------------------------------------


def test_a_view_is_ones_own_and_lies_sealed(house):
    done = save_view.perform(house.coordinator, "secret words", "text=hidden", now=house.now)
    another = replace(house.coordinator, id="P-2026-THRSN-T")
    assert [(view.name, view.query) for view in reads.list_views(house.coordinator)] == [
        ("secret words", "text=hidden")
    ]
    assert reads.list_views(another) == ()
    kept = bytes(ViewRow.objects.get().sealed) + str(read_entry(house.coordinator, done.entry.id).content).encode()
    assert b"secret" not in kept
    assert b"hidden" not in kept
    with pytest.raises(NoSuchView):
        drop_view(another, done.outcome.id, now=house.now)
    drop_view(house.coordinator, done.outcome.id, now=house.now)
    assert reads.list_views(house.coordinator) == ()


def test_views_are_few_and_have_a_name(house):
    for name in ("", " ", "x" * 61):
        with pytest.raises(UnfitView):
            save_view(house.coordinator, name, "", now=house.now)
    for number in range(MOST_VIEWS):
        save_view(house.coordinator, f"view {number}", "", now=house.now)
    with pytest.raises(TooManyViews):
        save_view(house.coordinator, "one more", "", now=house.now)
    with pytest.raises(Refused):
        save_view(house.finder, "mine", "", now=house.now)
