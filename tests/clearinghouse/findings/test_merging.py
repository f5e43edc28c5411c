# SPDX-License-Identifier: Apache-2.0
"""Two findings become one, and two again: what may be merged, by whom, and that a split leaves no trace behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds.stops import PowerCut, statements, stop_before
from weir.clearinghouse.findings import reads
from weir.clearinghouse.findings.models import FindingReportRow, FindingRow, UnverifiedProofRow
from weir.clearinghouse.findings.terms import (
    DifferentNames,
    FindingId,
    FindingState,
    NotMerged,
    NotOpen,
    PairId,
    PairState,
    Stage,
    Unreasoned,
    WithItself,
)
from weir.clearinghouse.findings.verbs import (
    merge_findings,
    record_names,
    record_proof_run,
    record_reproduced,
    split_finding,
)
from weir.foundation.actor import SYSTEM, ActorKind
from weir.foundation.policy import marks
from weir.foundation.policy.models import AudienceRow, MarkRow
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.transactions import writing
from weir.kernel.errors import Missing, Refused

pytestmark = pytest.mark.both_databases

WHY = "One length field, one fix."
MAINTAINERS = "organization:O-2026-MNTNG-T"


def finding(house, title="Heap overflow in a parser", actor=None):
    """A finding, and the report that it came from."""
    house.later(minutes=1)
    report = house.report(title=title, actor=actor or house.finder).outcome.id
    return house.correlate(report).id, report


def merge(house, into, merged, actor=None):
    return merge_findings(actor or house.coordinator, into, merged, WHY, now=house.later(minutes=1))


def split(house, which):
    return split_finding(house.coordinator, which, "They are two after all.", now=house.later(minutes=1))


def shown_to(number, tlp, *keys):
    """As a verb would: the marking, and the label in the row."""
    with writing():
        row = FindingRow.objects.get(number=number)
        report = FindingReportRow.objects.get(finding=row).report
        row.tlp = marks.mark(row, report, Marking(tlp, frozenset(keys))).tlp
        row.save(update_fields=["tlp"])


def standing():
    """All that is kept of findings, their reports, their markings and their audience."""
    return tuple(
        sorted(map(repr, rows))
        for rows in (
            FindingRow.objects.values_list("number", "state", "reports", "tlp", "merged_into", "owner"),
            FindingReportRow.objects.values_list("finding", "report", "received_at", "reproduced_at", "stage"),
            MarkRow.objects.filter(object__in=of_findings()).values_list(
                "object", "source", "tlp", "audience", "embargo_ms"
            ),
            AudienceRow.objects.filter(kind="Finding").values_list("object", "key"),
            UnverifiedProofRow.objects.values_list("report"),
        )
    )


def of_findings() -> Iterable[UUID]:
    return FindingRow.objects.values_list("pk", flat=True)


def test_a_merged_finding_holds_the_reports_of_both_and_the_other_says_where_it_is(house):
    (one, first), (two, second) = finding(house), finding(house)
    done = merge(house, one, two)
    whole, part = (reads.read_finding(house.coordinator, each) for each in (one, two))
    assert [each.id for each in whole.reports] == [first, second]
    assert (whole.state, whole.parts, whole.merged_into) == (FindingState.OPEN, (two,), ())
    assert (part.state, part.parts, part.merged_into) == (FindingState.MERGED, (), (one,))
    assert [line.reports for line in house.queue(house.coordinator)] == [1, 2]
    assert reads.read_pair(house.coordinator, done.id).reason == WHY
    assert reads.read_pair(house.coordinator, done.id).state is PairState.MERGED


def test_each_proof_is_to_be_run_again_before_what_was_merged_is_closed(house):
    (one, first), (two, second), (alone, _) = finding(house), finding(house), finding(house)
    assert merge(house, one, two).unverified == (first, second)
    assert reads.unverified_proofs(one) == (first, second)
    record_proof_run(SYSTEM, second, now=house.now)
    assert reads.unverified_proofs(one) == (first,)
    assert reads.unverified_proofs(alone) == ()
    merge(house, one, alone)
    assert len(reads.unverified_proofs(one)) == 2, "what was run already is not asked for again"


@pytest.mark.parametrize("turned", [False, True])
def test_both_are_handled_as_strictly_as_either_was(house, turned):
    (one, _), (two, _) = finding(house), finding(house)
    maintainer = replace(house.finder, id="P-2026-MNTNR-T", organization="O-2026-MNTNG-T")
    shown_to(one, Tlp.AMBER, "role:coordinator", MAINTAINERS)
    shown_to(two, Tlp.RED, "role:coordinator")
    assert reads.read_finding(maintainer, one).id == one
    merge(house, *((two, one) if turned else (one, two)))
    assert {line.marking for line in house.queue(house.coordinator)} == {"TLP:RED"}
    for each in (one, two):
        with pytest.raises(Missing):
            reads.read_finding(maintainer, each)
    split(house, one if turned else two)
    assert reads.read_finding(maintainer, one).marking == "TLP:AMBER"


def test_who_sees_one_of_the_two_merges_neither_and_is_told_that_the_other_is_not_there(house):
    (one, _), (two, _) = finding(house), finding(house)
    shown_to(two, Tlp.RED, "actor:P-2026-THRSN-T")
    before = standing()
    for into, merged in ((one, two), (two, one), (one, FindingId.mint(2026, bytes))):
        with pytest.raises(Missing) as no:
            merge(house, into, merged)
        assert no.value.sentence == Missing().sentence
    assert standing() == before


def test_only_a_coordinator_in_person_merges_and_splits(house):
    (one, _), (two, _) = finding(house), finding(house)
    for each in (one, two):
        shown_to(each, Tlp.CLEAR, "any")
    agent = replace(house.coordinator, kind=ActorKind.AGENT, owner=house.coordinator.id)
    token = replace(house.coordinator, scopes=frozenset({"findings.merge_findings", "findings.split_finding"}))
    for actor in (house.finder, house.nobody, agent, token, SYSTEM):
        with pytest.raises((Refused, Missing)):
            merge(house, one, two, actor)
    merge(house, one, two)
    for actor in (house.finder, house.nobody, agent, token, SYSTEM):
        with pytest.raises((Refused, Missing)):
            split_finding(actor, two, WHY, now=house.now)


def test_what_cannot_be_merged_says_why(house):
    (one, _), (two, _), (three, _) = finding(house), finding(house), finding(house)
    with pytest.raises(WithItself):
        merge(house, one, one)
    with pytest.raises(Unreasoned):
        merge_findings(house.coordinator, one, two, " ", now=house.now)
    with pytest.raises(NotMerged):
        split(house, one)
    merge(house, one, two)
    for into, merged in ((one, two), (two, three), (three, two)):
        with pytest.raises(NotOpen):
            merge(house, into, merged)


def test_two_cve_numbers_stay_two_unless_a_source_lists_both(house):
    (one, _), (two, _) = finding(house, "CVE-2026-11111 in a parser"), finding(house, "cve-2026-22222 in a parser")
    with pytest.raises(DifferentNames):
        merge(house, one, two)
    record_names(house.coordinator, one, "a list", ("GHSA-aaaa-bbbb-cccc",), now=house.now)
    with pytest.raises(DifferentNames):
        merge(house, one, two)
    record_names(house.coordinator, one, "a list", ("CVE-2026-11111", "CVE-2026-22222"), now=house.now)
    assert merge(house, one, two).into == one


def test_a_number_that_a_part_bears_counts_for_the_whole(house):
    plain, _ = finding(house)
    named, _ = finding(house, "CVE-2026-11111")
    other, _ = finding(house, "CVE-2026-22222")
    merge(house, plain, named)
    with pytest.raises(DifferentNames):
        merge(house, plain, other)


def test_names_lie_nowhere_in_the_open(house):
    one, _ = finding(house)
    done = record_names.perform(house.coordinator, one, "a list", ("CVE-2026-33333",), now=house.now)
    from weir.clearinghouse.findings.models import NamesRow
    from weir.foundation.ledger.reads import read_entry

    assert b"33333" not in bytes(NamesRow.objects.get().sealed)
    assert "33333" not in str(read_entry(house.coordinator, done.entry.id).content)


STEPS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6)
TLPS = st.lists(st.sampled_from(Tlp), min_size=5, max_size=5)
KEYS = st.lists(
    st.sets(st.sampled_from([MAINTAINERS, "organization:O-2026-FNDNG-T", "actor:P-2026-FNDER-T"])),
    min_size=5,
    max_size=5,
)


@pytest.fixture
def five(house):
    return [finding(house) for _ in range(5)]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(STEPS, TLPS, KEYS, st.sets(st.integers(0, 4)))
def test_a_split_restores_every_report_mark_and_state(house, five, steps, tlps, keys, reproduced):
    """Whatever was merged before, and in whichever order it is taken back."""
    for (number, report), tlp, more in zip(five, tlps, keys, strict=True):
        fits = {key for key in more if tlp is not Tlp.RED or key.startswith("actor:")}
        shown_to(number, tlp, "role:coordinator", *fits)
        FindingReportRow.objects.filter(report=report).update(reproduced_at=None, stage="")
    for index in reproduced:
        record_reproduced(SYSTEM, five[index][1], now=house.now)
    past = [standing()]
    merged: list[FindingId] = []
    for into, part in steps:
        try:
            merge(house, five[into][0], five[part][0])
        except (NotOpen, WithItself):
            continue
        merged.append(five[part][0])
        past.append(standing())
    assert standing() == past.pop()
    for part in reversed(merged):
        split(house, part)
        assert standing() == past.pop()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(STEPS, st.randoms(use_true_random=False))
def test_taken_back_in_any_order_nothing_is_left_of_merges(house, five, steps, chance):
    before, merged = standing(), []
    for into, part in steps:
        try:
            merge(house, five[into][0], five[part][0])
        except (NotOpen, WithItself):
            continue
        merged.append(five[part][0])
    chance.shuffle(merged)
    for part in merged:
        split(house, part)
    assert standing() == before


def test_a_part_of_a_part_is_split_out_of_the_whole(house):
    (one, first), (two, second), (three, third) = finding(house), finding(house), finding(house)
    merge(house, two, three)
    merge(house, one, two)
    assert [each.id for each in reads.read_finding(house.coordinator, one).reports] == [first, second, third]
    split(house, three)
    assert [each.id for each in reads.read_finding(house.coordinator, one).reports] == [first, second]
    assert reads.read_finding(house.coordinator, three).state is FindingState.OPEN
    assert {line.id: line.reports for line in house.queue(house.coordinator)} == {one: 2, two: 1, three: 1}
    assert reads.unverified_proofs(three) == ()


def test_wherever_the_power_goes_a_merge_happened_or_it_did_not(house):
    (one, _), (two, _) = finding(house), finding(house)
    (three, _), (four, _) = finding(house), finding(house)
    before = standing()
    places = statements(lambda: merge(house, three, four))
    split(house, four)
    for statement in range(places):
        with pytest.raises(PowerCut), stop_before(statement):
            merge(house, one, two)
        assert standing() == before
    merge(house, one, two)
    assert standing() != before


# What the senders are told --------------------------------------------------------------------------------------------


def notices(house, *reports):
    return [reads.duplicate_notice(house.coordinator, report).stage for report in reports]


def test_a_duplicate_is_told_once_its_own_proof_was_reproduced_and_the_first_one_never(house):
    (one, first), (two, second) = finding(house), finding(house, actor=house.outsider)
    merge(house, two, one)
    record_reproduced(SYSTEM, first, now=house.now)
    assert notices(house, first, second) == [None, None]
    record_reproduced(SYSTEM, second, now=house.now)
    assert notices(house, first, second) == [None, Stage.REPRODUCED]
    assert reads.duplicate_notice(house.outsider, second).held
    with pytest.raises(Missing):
        reads.duplicate_notice(house.outsider, first)


def test_reproduced_first_and_merged_later_it_is_told_with_the_merge_and_untold_with_the_split(house):
    (one, first), (two, second) = finding(house), finding(house)
    for report in (second, first):
        record_reproduced(SYSTEM, report, now=house.now)
    assert notices(house, first, second) == [None, None]
    merge(house, one, two)
    assert notices(house, first, second) == [None, Stage.REPRODUCED]
    split(house, two)
    assert notices(house, first, second) == [None, None]


def test_the_pair_of_a_merge_is_shown_to_nobody_who_may_not_see_both_any_more(house):
    (one, _), (two, _) = finding(house), finding(house)
    pair = merge(house, one, two).id
    assert isinstance(pair, PairId)
    split(house, two)
    shown_to(two, Tlp.RED, "actor:P-2026-THRSN-T")
    with pytest.raises(Missing):
        reads.read_pair(house.coordinator, pair)
    assert reads.list_pairs(house.coordinator, PairState.APART).lines == ()
