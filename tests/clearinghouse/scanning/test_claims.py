# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from weir.clearinghouse.scanning import jobs, reads, verbs
from weir.clearinghouse.scanning.models import AnswersRow, CapacityRow, CellRow, ClaimRow
from weir.clearinghouse.scanning.rules import sizes
from weir.clearinghouse.scanning.terms import (
    Choice,
    ClaimState,
    Method,
    NobodyToTakeIt,
    NoMoreAnswers,
    NotScanned,
    NotWider,
    Over,
    Overlap,
    TooWide,
)
from weir.foundation.jobs.jobs import JOBS, wake_due
from weir.foundation.ledger.models import EntryRow
from weir.foundation.ledger.reads import entries_about
from weir.kernel.errors import Missing, Refused

pytestmark = pytest.mark.both_databases
SAME, OTHER, ADJACENT, NONE = Overlap.SAME, Overlap.OTHER_METHOD, Overlap.ADJACENT, Overlap.NONE


def read(scanners, actor, claim):
    return reads.read_claim(actor, claim, now=scanners.house.now)


def ask(scanners, actor, *paths, **more):
    asked = {"methods": (Method.FUZZING,), "paths": paths} | more
    return verbs.ask_overlap(actor, scanners.target(), **asked, now=scanners.house.now)


# Overlap


@pytest.mark.parametrize(
    ("claimed", "asked", "more", "answer"),
    [
        ("src/parser", "src/parser", {}, SAME),
        ("src", "src/parser/frames", {}, SAME),
        ("src/parser/frames", "src", {}, SAME),
        ("", "docs", {}, SAME),
        ("src/parser", "src/parser", {"methods": (Method.MANUAL,)}, OTHER),
        ("src/parser", "src/parser", {"weaknesses": ("CWE-79",)}, OTHER),
        ("src/parser", "src/parser", {"weaknesses": ("CWE-787", "CWE-79")}, SAME),
        ("src/parser", "src/crypto", {}, ADJACENT),
        ("src/parser/deep", "src/crypto", {"methods": (Method.STATIC,)}, ADJACENT),
        ("src/parser", "", {}, SAME),
        ("src/parser", "tests/unit", {}, NONE),
    ],
)
def test_overlap_is_answered_in_kind(scanners, claimed, asked, more, answer):
    scanners.claim(scanners.other, claimed, weaknesses=("CWE-787",))
    assert ask(scanners, scanners.one, asked, **more).overlap is answer


def test_another_target_is_elsewhere(scanners):
    scanners.claim(scanners.other, target=scanners.target("pkg:pypi/elsewhere"))
    assert ask(scanners, scanners.one, "src").overlap is NONE


def test_what_is_ones_own_or_ones_agents_is_no_overlap(scanners):
    scanners.claim(scanners.agent, "src")
    assert ask(scanners, scanners.one, "src").overlap is NONE
    assert ask(scanners, scanners.agent, "src").overlap is NONE
    assert ask(scanners, scanners.other, "src").overlap is SAME


def test_an_answer_names_nobody_and_does_not_count_them(scanners):
    scanners.claim(scanners.other, "src")
    one = ask(scanners, scanners.one, "src")
    for number in range(3):
        scanners.claim(scanners.third, f"src/{number}")
    more = ask(scanners, scanners.one, "src")
    assert (one.overlap, more.overlap) == (SAME, SAME)
    assert scanners.other.id not in str(one)
    assert scanners.other.organization not in str(one)
    assert one.participant == scanners.one.id


def test_an_overlap_warns_and_never_blocks(scanners):
    first = scanners.claim(scanners.other, "src")
    second = scanners.claim(scanners.one, "src")
    assert (first.overlap, second.overlap) == (NONE, SAME)
    assert second.state is ClaimState.LIVE
    assert second.met == ()


@pytest.mark.parametrize(("one", "other"), [(True, True), (True, False), (False, True), (False, False)])
def test_two_are_named_to_each_other_only_if_both_wish_it(scanners, one, other):
    theirs = scanners.claim(scanners.other, "src", named=other)
    mine = scanners.claim(scanners.one, "src/parser", named=one)
    wanted = [(theirs.id, scanners.other.organization)] if one and other else []
    assert [(met.claim, met.organization) for met in mine.met] == wanted
    assert [met.claim for met in read(scanners, scanners.one, mine.id).met] == [number for number, _ in wanted]
    assert [met.claim for met in read(scanners, scanners.other, theirs.id).met] == ([mine.id] if wanted else [])


def test_to_join_is_to_wish_to_be_met(scanners):
    scanners.claim(scanners.other, "src", named=True)
    assert len(scanners.claim(scanners.one, "src", choice=Choice.JOIN).met) == 1


def test_whoever_waits_is_seen_by_nobody_until_they_renew(scanners):
    theirs = scanners.claim(scanners.other, "src")
    mine = scanners.claim(scanners.one, "src", choice=Choice.WAIT)
    assert (mine.state, mine.overlap) == (ClaimState.WAITING, SAME)
    assert ask(scanners, scanners.other, "src").overlap is NONE
    verbs.release_claim(scanners.other, theirs.id, now=scanners.house.now)
    begun = verbs.renew_claim(scanners.one, mine.id, now=scanners.house.now)
    assert (begun.state, begun.overlap) == (ClaimState.LIVE, NONE)
    assert ask(scanners, scanners.other, "src").overlap is SAME


@pytest.mark.parametrize("choice", list(Choice))
def test_what_the_asker_makes_of_it_is_recorded(scanners, choice):
    claimed = scanners.claim(scanners.one, "src", choice=choice)
    assert read(scanners, scanners.one, claimed.id).choice is choice


def test_so_many_answers_a_day_asked_and_claimed_together(scanners):
    scanners.claim(scanners.one, "src/a/b/c")
    for left in range(sizes.ANSWERS_A_DAY - 2, -1, -1):
        assert ask(scanners, scanners.one, "src").left == left
    with pytest.raises(NoMoreAnswers):
        ask(scanners, scanners.one, "src")
    with pytest.raises(NoMoreAnswers):
        ask(scanners, scanners.agent, "src")
    with pytest.raises(NoMoreAnswers):
        scanners.claim(scanners.one, "docs/a/b/c")
    assert ask(scanners, scanners.other, "src").overlap is SAME
    scanners.house.later(days=1)
    assert ask(scanners, scanners.one, "src").left == sizes.ANSWERS_A_DAY - 1
    assert AnswersRow.objects.filter(participant=scanners.one.id).count() == 1


def test_a_renewal_beyond_the_days_answers_tells_nothing_new(scanners):
    mine = scanners.claim(scanners.one, "src")
    while ask(scanners, scanners.one, "src").left:
        pass
    scanners.claim(scanners.other, "src")
    assert verbs.renew_claim(scanners.one, mine.id, now=scanners.house.now).overlap is NONE
    scanners.house.later(days=1)
    assert verbs.renew_claim(scanners.one, mine.id, now=scanners.house.now).overlap is SAME


# The lease


def test_a_lease_is_kept_alive_week_by_week_to_the_end_of_its_window(scanners):
    mine = scanners.claim(scanners.one, "src", days=10)
    assert (mine.until - scanners.house.now).days == 7
    scanners.house.later(days=6)
    assert (verbs.renew_claim(scanners.one, mine.id, now=scanners.house.now).until - scanners.house.now).days == 4
    scanners.house.later(days=4)
    with pytest.raises(Over):
        verbs.renew_claim(scanners.one, mine.id, now=scanners.house.now)


@pytest.mark.parametrize("days", [7, 8])
def test_a_lease_that_ran_out_counts_for_nothing_whatever_the_job_does(scanners, days):
    mine = scanners.claim(scanners.other, "src", named=True)
    scanners.house.later(days=days)
    assert CellRow.objects.count() == 1
    assert ask(scanners, scanners.one, "src").overlap is NONE
    assert scanners.claim(scanners.one, "src", named=True).met == ()
    assert reads.my_standing(scanners.other, now=scanners.house.now).held == 0
    assert read(scanners, scanners.other, mine.id).state is ClaimState.LAPSED
    [line] = reads.list_claims(scanners.other, now=scanners.house.now).lines
    assert line.state is ClaimState.LAPSED


def test_the_job_ends_what_ran_out_and_nothing_else(scanners):
    gone = scanners.claim(scanners.one, "src")
    scanners.house.later(days=5)
    there = scanners.claim(scanners.one, "docs")
    scanners.house.later(days=2)
    assert [due.id for due in reads.due_claims(scanners.house.now)] == [gone.id]
    assert wake_due("scanning.due_claims", scanners.house.now) == 1
    for claim in (gone.id, there.id):
        for _ in range(2):
            JOBS[jobs.LAPSE](claim, key=f"key {claim}", now=scanners.house.now)
    states = dict(ClaimRow.objects.values_list("number", "state"))
    assert states == {gone.id: ClaimState.LAPSED, there.id: ClaimState.LIVE}
    assert set(CellRow.objects.values_list("claim__number", flat=True)) == {there.id}
    assert reads.due_claims(scanners.house.now) == []


def test_a_released_claim_is_over(scanners):
    mine = scanners.claim(scanners.one, "src")
    ended = verbs.release_claim(scanners.one, mine.id, now=scanners.house.now)
    assert ended.state is ClaimState.RELEASED
    assert not CellRow.objects.exists()
    for act in (verbs.release_claim, verbs.renew_claim, verbs.narrow_claim):
        with pytest.raises(Over):
            act(scanners.one, mine.id, now=scanners.house.now)


def test_a_claim_can_be_narrowed_and_not_widened(scanners):
    mine = scanners.claim(scanners.one, "src", "docs", weaknesses=("CWE-787", "CWE-79"))
    with pytest.raises(NotWider):
        verbs.narrow_claim(scanners.one, mine.id, ("tests",), now=scanners.house.now)
    with pytest.raises(NotWider):
        verbs.narrow_claim(scanners.one, mine.id, methods=(Method.STATIC,), now=scanners.house.now)
    with pytest.raises(NotWider):
        verbs.narrow_claim(scanners.one, mine.id, weaknesses=("CWE-22",), now=scanners.house.now)
    verbs.narrow_claim(scanners.one, mine.id, ("src/parser",), weaknesses=("CWE-79",), now=scanners.house.now)
    seen = read(scanners, scanners.one, mine.id)
    assert (seen.scope.paths, seen.scope.weaknesses, seen.units) == (("src/parser",), ("CWE-79",), 4)
    assert ask(scanners, scanners.other, "docs").overlap is ADJACENT
    assert ask(scanners, scanners.other, "src/parser").overlap is SAME


def test_a_claim_is_handed_over_once_the_other_takes_it(scanners):
    mine = scanners.claim(scanners.one, "src", named=True)
    with pytest.raises(Missing):
        read(scanners, scanners.third, mine.id)
    verbs.hand_over_claim(scanners.one, mine.id, scanners.third.id, now=scanners.house.now)
    assert read(scanners, scanners.third, mine.id).scope.paths == ("src",)
    with pytest.raises(Refused):
        verbs.renew_claim(scanners.third, mine.id, now=scanners.house.now)
    with pytest.raises(Missing):
        verbs.take_over_claim(scanners.other, mine.id, now=scanners.house.now)
    verbs.take_over_claim(scanners.third, mine.id, now=scanners.house.now)
    verbs.renew_claim(scanners.third, mine.id, now=scanners.house.now)
    assert not read(scanners, scanners.third, mine.id).named
    with pytest.raises(Missing):
        read(scanners, scanners.one, mine.id)
    assert ask(scanners, scanners.one, "src").overlap is SAME
    assert reads.my_standing(scanners.one, now=scanners.house.now).held == 0


def test_an_offer_ends_with_the_claim(scanners):
    mine = scanners.claim(scanners.one, "src")
    verbs.hand_over_claim(scanners.one, mine.id, scanners.third.id, now=scanners.house.now)
    verbs.release_claim(scanners.one, mine.id, now=scanners.house.now)
    with pytest.raises(Missing):
        read(scanners, scanners.third, mine.id)
    other = scanners.claim(scanners.one, "x/y/z/w")
    for nobody in ("nobody", scanners.one.id):
        with pytest.raises(NobodyToTakeIt):
            verbs.hand_over_claim(scanners.one, other.id, nobody, now=scanners.house.now)


# Who sees and does what


def test_a_claim_is_shown_to_its_holder_their_agents_and_coordinators(scanners):
    mine = scanners.claim(scanners.one, "src")
    for actor in (scanners.one, scanners.agent, scanners.house.coordinator):
        assert read(scanners, actor, mine.id).scope.paths == ("src",)
    for stranger in (scanners.other, scanners.third, scanners.house.nobody):
        with pytest.raises(Missing):
            read(scanners, stranger, mine.id)
    with pytest.raises(Refused):
        verbs.release_claim(scanners.house.coordinator, mine.id, now=scanners.house.now)
    assert reads.list_claims(scanners.house.coordinator).lines == ()
    assert [line.id for line in reads.list_claims(scanners.agent).lines] == [mine.id]


def test_the_hours_of_a_claim_are_its_holders_alone(scanners):
    mine = scanners.claim(scanners.one, "src", hours=37)
    verbs.hand_over_claim(scanners.one, mine.id, scanners.third.id, now=scanners.house.now)
    readers = (scanners.one, scanners.agent, scanners.third, scanners.house.coordinator)
    assert [read(scanners, actor, mine.id).hours for actor in readers] == [37, 37, 0, 0]


def test_a_row_tells_neither_the_target_nor_where(scanners):
    target = scanners.target()
    scanners.claim(scanners.one, "an/unmistakable/path", commits="v1.2..v1.3", authority="our own program")
    verbs.declare_capacity(scanners.one, 37, now=scanners.house.now)
    kept = b""
    for row in (*ClaimRow.objects.all(), *CellRow.objects.all(), *CapacityRow.objects.all(), *EntryRow.objects.all()):
        kept += b"|".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for value in vars(row).values()
        )
    for word in (target, "meadow", "unmistakable", "v1.2", "our own program"):
        assert word.encode() not in kept, word
    assert b'"hours":37' not in kept


def test_that_somebody_asked_is_seen_by_nobody_else(scanners):
    target = scanners.target()
    ask(scanners, scanners.other, "src")
    scanners.claim(scanners.other, "src")
    assert entries_about(scanners.one, target).lines == ()
    assert entries_about(scanners.house.coordinator, target).lines == ()
    with pytest.raises(Missing):
        entries_about(scanners.one, scanners.other.id)


# Bounds


def test_a_newcomer_holds_so_much_and_not_more(scanners):
    scanners.claim(scanners.one)
    scanners.claim(scanners.agent, "docs")
    standing = reads.my_standing(scanners.one, now=scanners.house.now)
    assert (standing.capacity, standing.held, standing.allowed) == (20, 24, 40)
    with pytest.raises(TooWide, match="you hold 24 of 40"):
        scanners.claim(scanners.one, methods=(Method.FUZZING, Method.STATIC))
    verbs.declare_capacity(scanners.one, 200, now=scanners.house.now)
    scanners.claim(scanners.one, methods=(Method.FUZZING, Method.STATIC))


def test_claims_in_which_nothing_was_scanned_cost_room(scanners):
    verbs.declare_capacity(scanners.one, 200, now=scanners.house.now)
    before = reads.my_standing(scanners.one, now=scanners.house.now).allowed
    idle, used = scanners.claim(scanners.one, "a"), scanners.claim(scanners.one, "b")
    verbs.release_claim(scanners.one, idle.id, now=scanners.house.now)
    fallen = reads.my_standing(scanners.one, now=scanners.house.now).allowed
    verbs.record_coverage(scanners.one, used.id, 5, now=scanners.house.now)
    verbs.release_claim(scanners.one, used.id, now=scanners.house.now)
    assert fallen < reads.my_standing(scanners.one, now=scanners.house.now).allowed == before
    assert reads.my_standing(scanners.other, now=scanners.house.now).ended == 0


def test_an_organization_has_a_bound_of_its_own(scanners, monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(sizes, "OF_AN_ORGANIZATION", 20)
    scanners.claim(scanners.one)
    colleague = replace(scanners.one, id="P-2026-CLLGE-T")
    with pytest.raises(TooWide, match="Your organization"):
        scanners.claim(colleague, "src")


def test_a_projects_no_binds_every_claim(scanners):
    target = scanners.target()
    scanners.show_control(scanners.maintainer)
    mine = scanners.claim(scanners.one, "src")
    verbs.set_project_rules(scanners.maintainer, target, no_scan=True, now=scanners.house.now)
    with pytest.raises(NotScanned):
        scanners.claim(scanners.one, "docs")
    with pytest.raises(NotScanned):
        verbs.renew_claim(scanners.one, mine.id, now=scanners.house.now)
    verbs.release_claim(scanners.one, mine.id, now=scanners.house.now)


def test_random_claims_are_answered_as_the_plain_rule_says(scanners, monkeypatch):
    """The index against the sentence that it implements, on a few hundred made-up claims."""
    import random

    from weir.clearinghouse.scanning.reads.overlaps import nearest
    from weir.clearinghouse.scanning.rules.cells import overlap_between

    monkeypatch.setattr(sizes, "ANSWERS_A_DAY", 10_000)
    monkeypatch.setattr(sizes, "allowed_units", lambda *_: 10_000)
    monkeypatch.setattr(sizes, "OF_AN_ORGANIZATION", 10_000)
    chance = random.Random(7)
    target = scanners.target()

    def drawn():
        folders = ["/".join(chance.choices("abc", k=chance.randrange(4))) for _ in range(chance.randint(1, 2))]
        weak = tuple(chance.sample(["CWE-1", "CWE-2", "CWE-3"], chance.randrange(3)))
        return sizes.scope_of(target, tuple(folders), chance.sample(list(Method), chance.randint(1, 2)), weak)

    strength = list(Overlap)
    for _ in range(12):
        ClaimRow.objects.all().delete()
        others = [drawn() for _ in range(chance.randint(0, 3))]
        for each in others:
            scanners.claim(scanners.other, *each.paths, target=target, methods=each.methods, weaknesses=each.weaknesses)
        for _ in range(10):
            mine = drawn()
            wanted = max((overlap_between(mine, each) for each in others), key=strength.index, default=NONE)
            assert nearest(mine, scanners.one.id, scanners.house.now) is wanted, (mine, others)
