# SPDX-License-Identifier: Apache-2.0
"""What brings a pair up, what keeps it apart, and what the tests of cause do to both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clearinghouse.findings.test_merging import finding, merge, shown_to, split
from weir.clearinghouse.findings import reads, rules
from weir.clearinghouse.findings.models import PairRow
from weir.clearinghouse.findings.terms import MOST_NOMINATIONS, Basis, Decided, LinkKind, PairState, WithItself
from weir.clearinghouse.findings.verbs import keep_apart, link_findings, nominate_link, record_cause
from weir.foundation.actor import SYSTEM
from weir.foundation.ledger.reads import read_entry
from weir.foundation.policy.terms import Tlp
from weir.foundation.transactions import reading
from weir.kernel.errors import Invalid, Missing, Refused

pytestmark = pytest.mark.both_databases

ALIKE = "Both name parse_frame."


@pytest.fixture
def two(house):
    return finding(house)[0], finding(house)[0]


def nominated(house, both, kind=LinkKind.SAME, score=0.9, said=ALIKE):
    one, other = both
    return nominate_link(SYSTEM, one, other, kind, Basis.SCORE, score, said, now=house.later(minutes=1))


def caused(house, both, first, second, actor=SYSTEM):
    one, other = both
    return record_cause(actor, one, other, first, second, now=house.now)


def apart(house, pair):
    return keep_apart(house.coordinator, pair, "Two length fields.", now=house.now)


def opened(house, pair):
    return reads.read_pair(house.coordinator, pair)


def test_a_pair_stands_once_whichever_of_the_two_comes_first_and_keeps_all_that_was_said(house, two):
    one, other = two
    first = nominated(house, (one, other))
    again = nominated(house, (other, one), score=0.4, said="Other versions.")
    assert again.id == first.id
    pair = opened(house, first.id)
    assert [(each.score, each.explanation) for each in pair.nominations] == [(0.9, ALIKE), (0.4, "Other versions.")]
    assert [line.id for line in reads.list_pairs(house.coordinator).lines] == [first.id]


@pytest.mark.parametrize("kind", [LinkKind.CONTAINS, LinkKind.REGRESSION_OF])
def test_a_link_that_has_a_direction_keeps_it(house, two, kind):
    one, other = two
    there, back = nominated(house, (one, other), kind), nominated(house, (other, one), kind)
    assert there.id != back.id
    assert (opened(house, there.id).finding, opened(house, back.id).finding) == (one, other)


def test_of_what_is_said_over_and_over_only_the_last_is_kept(house, two):
    for number in range(MOST_NOMINATIONS + 5):
        pair = nominated(house, two, said=f"said {number}").id
    kept = opened(house, pair).nominations
    assert len(kept) == MOST_NOMINATIONS
    assert kept[-1].explanation == f"said {MOST_NOMINATIONS + 4}"


def test_what_speaks_for_a_pair_opens_with_both_cases_and_goes_with_either(open_house):
    house = open_house
    (one, _), (other, _) = finding(house), finding(house)
    done = nominate_link.perform(
        SYSTEM, one, other, LinkKind.SAME, Basis.SCORE, 0.9, "unmistakable words", now=house.now
    )
    with reading(SYSTEM):
        assert b"unmistakable" not in bytes(PairRow.objects.get().sealed)
    assert "unmistakable" not in str(read_entry(house.coordinator, done.entry.id).content)
    house.erase(other)
    assert opened(house, done.outcome.id).nominations == ()
    assert [line.other_title for line in reads.list_pairs(house.coordinator).lines] == ["(erased)"]


def test_what_a_person_kept_apart_is_not_brought_up_again_by_likeness(house, two):
    pair = nominated(house, two).id
    apart(house, pair)
    assert nominated(house, two, score=1.0).state is PairState.APART
    assert reads.list_pairs(house.coordinator).lines == ()
    shown = opened(house, pair)
    assert (shown.reason, shown.decided_by) == ("Two length fields.", house.coordinator.id)


def test_fixes_that_stop_both_proofs_bring_up_what_was_kept_apart(house, two):
    apart(house, nominated(house, two).id)
    done = caused(house, two, True, True)
    assert (done.kind, done.basis, done.state) == (LinkKind.SAME, Basis.CAUSE, PairState.NOMINATED)


def test_fixes_that_stop_only_their_own_proofs_keep_apart_what_nobody_decided(house, two):
    nominated(house, two)
    done = caused(house, two, False, False)
    assert done.state is PairState.APART
    assert opened(house, done.id).nominations[-1].score == 0


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True)])
def test_a_fix_that_stops_both_where_the_other_does_not_contains_the_other(house, two, first, second):
    one, other = two
    done = caused(house, two, first, second)
    assert done.kind is LinkKind.CONTAINS
    assert (done.finding, done.other) == ((one, other) if first else (other, one))


@pytest.mark.parametrize("stops", [True, False])
def test_what_is_merged_stays_merged_until_a_person_splits_it(house, two, stops):
    pair = merge(house, *two).id
    assert caused(house, two, stops, stops).state is PairState.MERGED
    with pytest.raises(Decided):
        apart(house, pair)
    split(house, two[1])
    assert opened(house, pair).state is PairState.APART


def test_a_coordinator_links_what_they_may_both_see_and_nobody_else_does(house, two):
    one, other = two
    pair = link_findings(house.coordinator, one, other, LinkKind.RELATED, "One release.", now=house.now)
    assert opened(house, pair.id).nominations[0].by == house.coordinator.id
    for actor in (house.finder, house.nobody):
        with pytest.raises((Missing, Refused)):
            link_findings(actor, one, other, LinkKind.SAME, "Why not.", now=house.now)
    shown_to(other, Tlp.RED, "actor:P-2026-THRSN-T")
    for first, second in ((one, other), (other, one)):
        with pytest.raises(Missing):
            link_findings(house.coordinator, first, second, LinkKind.SAME, "Why not.", now=house.now)


def test_the_house_alone_nominates_and_records_causes(house, two):
    for actor in (house.finder, house.coordinator, house.nobody):
        with pytest.raises(Refused):
            nominate_link(actor, two[0], two[1], LinkKind.SAME, Basis.SCORE, 1.0, ALIKE, now=house.now)
        with pytest.raises(Refused):
            caused(house, two, True, True, actor)


def test_what_is_no_pair_or_no_probability_is_refused(house, two):
    with pytest.raises(WithItself):
        nominated(house, (two[0], two[0]))
    for score in (-0.1, 1.1, float("nan")):
        with pytest.raises(Invalid):
            nominated(house, two, score=score)


# Rules ----------------------------------------------------------------------------------------------------------------

cves = st.sets(st.sampled_from([f"CVE-2026-{n}" for n in range(1000, 1006)]), max_size=4)


@given(cves, cves)
def test_two_numbers_stay_apart_unless_one_is_shared_whichever_comes_first(one, other):
    told = rules.must_stay_apart(one, other)
    assert told == rules.must_stay_apart(other, one)
    assert told == (bool(one) and bool(other) and one.isdisjoint(other))
    assert not rules.must_stay_apart(one, one)


@given(st.text(max_size=30), cves)
def test_a_number_is_found_in_whatever_surrounds_it(around, numbers):
    text = f" {around} ".join(["", *(number.lower() for number in numbers), ""])
    assert rules.cves_in([text]) >= numbers


def test_what_only_looks_like_a_number_is_none():
    assert rules.cves_in(["XCVE-2026-1234", "CVE-2026-123", "CVE-20266-1234", "CVE 2026 1234"]) == frozenset()


@given(st.booleans(), st.booleans())
def test_a_cause_reads_the_same_from_either_side(first, second):
    one = rules.cause_of(first_stops_both=first, second_stops_both=second)
    other = rules.cause_of(first_stops_both=second, second_stops_both=first)
    assert (one.kind, one.holds) == (other.kind, other.holds)
    assert (one.kind is LinkKind.SAME and one.holds) == (first and second)
    assert one.turned != other.turned or rules.reads_both_ways(one.kind)
