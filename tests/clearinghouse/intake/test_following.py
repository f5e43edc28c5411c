# SPDX-License-Identifier: Apache-2.0
"""The life of a report: what is added, asked, promised and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from weir.clearinghouse.intake import reads
from weir.clearinghouse.intake.jobs.clocks import note
from weir.clearinghouse.intake.models import FactRow, ReportRow
from weir.clearinghouse.intake.terms import (
    Act,
    AiPhase,
    Assessment,
    ClockName,
    ClockState,
    Details,
    NoSuchCode,
    NothingAsked,
    NothingSaid,
    NotNow,
    ReportState,
)
from weir.clearinghouse.intake.verbs import (
    acknowledge_report,
    amend_report,
    answer_question,
    ask_finder,
    assess_report,
    claimant_with,
    note_overdue,
    open_by_code,
    receive_report,
    withdraw_report,
)
from weir.foundation import question
from weir.foundation.actor import SYSTEM
from weir.foundation.ledger.reads import entries_about, read_entry
from weir.kernel.errors import Missing, Refused
from weir.kernel.moments import Moment

pytestmark = pytest.mark.both_databases


@pytest.fixture
def report(house):
    """Received on Friday, 20 November 2026, at noon; Thursday after is Thanksgiving."""
    return house.report().outcome.id


@pytest.fixture
def clock(house, monkeypatch):
    """Questions look at the house's clock."""

    class Now:
        @staticmethod
        def now(_zone):
            return house.now

    monkeypatch.setattr(question, "datetime", Now)


def clocks(house, report, actor=None):
    return {clock.name: clock for clock in reads.read_course(actor or house.finder, report).clocks}


def day(moment):
    return moment.date().isoformat()


# What a finder does


def test_new_words_stand_beside_the_old(house, report):
    details = Details(trigger="Send one byte more.", severity="CVSS:4.0/AV:N", ai_phases=(AiPhase.FINDING,))
    amend_report(house.finder, report, "It is worse.", weakness="CWE-787", details=details, now=house.now)
    amend_report(house.finder, report, details=Details(severity="High"), now=house.later(hours=1))
    found, course = reads.read_report(house.finder, report), reads.read_course(house.finder, report)
    assert found.submission.description == "A length is trusted."
    assert found.submission.weakness == ""
    assert [fact.words.details.severity for fact in course.facts] == ["CVSS:4.0/AV:N", "High"]
    assert course.facts[0].words.details == details
    done = {step.label for step in found.checklist if step.done}
    assert {"How it is triggered", "How severe you hold it to be", "Which weakness"} <= done


def test_what_is_added_is_sealed(house, report):
    amend_report(house.finder, report, "unmistakable words", now=house.now)
    assert b"unmistakable" not in bytes(FactRow.objects.get().sealed)


def test_an_empty_amendment_says_so(house, report):
    with pytest.raises(NothingSaid):
        amend_report(house.finder, report, now=house.now)


def test_a_report_is_taken_back_and_its_clocks_end(house, report, clock):
    ask_finder(house.coordinator, report, "Which version?", now=house.now)
    assert withdraw_report(house.finder, report, "Mine was wrong.", now=house.now).state is ReportState.WITHDRAWN
    course = reads.read_course(house.finder, report)
    assert (course.clocks, course.needs, course.facts[-1].act) == ((), None, Act.WITHDRAW)
    assert reads.overdue(house.later(days=60)) == []
    assert reads.list_clocks(house.coordinator) == ()
    for act in (amend_report, answer_question):
        with pytest.raises(NotNow):
            act(house.finder, report, "More.", now=house.now)
    with pytest.raises(NotNow):
        assess_report(house.coordinator, report, Assessment.INTENDED, "So.", now=house.now)


@pytest.mark.parametrize("act", [amend_report, answer_question, withdraw_report])
def test_only_whoever_sent_it_goes_on_with_it(house, report, act):
    for other, answer in ((house.coordinator, Refused), (house.outsider, Missing), (house.nobody, Missing)):
        with pytest.raises(answer):
            act(other, report, "words", now=house.now)


def test_only_coordinators_acknowledge_assess_and_ask(house, report):
    for other, answer in ((house.finder, Refused), (house.outsider, Missing), (house.nobody, Missing)):
        with pytest.raises(answer):
            acknowledge_report(other, report, now=house.now)
        with pytest.raises(answer):
            ask_finder(other, report, "What?", now=house.now)
        with pytest.raises(answer):
            assess_report(other, report, Assessment.INTENDED, "So.", now=house.now)


# Promises


def test_two_promises_are_counted_in_business_days(house, report, clock):
    promised = clocks(house, report)
    assert day(promised[ClockName.ACKNOWLEDGE].due) == "2026-11-25", (
        "23:59:59 on Tuesday in Washington is Wednesday UTC"
    )
    assert day(promised[ClockName.ASSESS].due) == "2026-12-08", "Thanksgiving is not counted"
    assert {each.state for each in promised.values()} == {ClockState.RUNS}
    assert any("Thanksgiving" in line for line in promised[ClockName.ASSESS].explained)


def test_promises_are_kept_by_acknowledging_and_assessing(house, report, clock):
    house.later(days=1)
    acknowledge_report(house.coordinator, report, now=house.now)
    assert clocks(house, report)[ClockName.ACKNOWLEDGE].state is ClockState.MET
    with pytest.raises(NotNow):
        acknowledge_report(house.coordinator, report, now=house.now)
    told = assess_report(house.coordinator, report, Assessment.ORDINARY_BUG, "It stops cleanly.", now=house.now)
    assert told.state is ReportState.ASSESSED
    assert {each.state for each in clocks(house, report).values()} == {ClockState.MET}
    again = assess_report(house.coordinator, report, Assessment.VULNERABILITY, "It does not.", now=house.now)
    words = [fact.words.assessment for fact in reads.read_course(house.finder, report).facts if fact.act is Act.ASSESS]
    assert (again.state, words) == (ReportState.ASSESSED, ["ordinary_bug", "vulnerability"])


def test_an_assessment_without_reasons_is_none(house, report):
    with pytest.raises(NothingSaid):
        assess_report(house.coordinator, report, Assessment.INTENDED, " ", now=house.now)


def test_what_is_needed_is_a_fact_with_an_owner_and_a_next_date_and_pauses_the_clock(house, report, clock):
    house.later(days=3)  # Monday
    ask_finder(house.coordinator, report, "Which version?", date(2026, 12, 1), now=house.now)
    course = reads.read_course(house.finder, report)
    assert course.needs
    assert (course.needs.owner, course.needs.next_on) == (house.coordinator.id, date(2026, 12, 1))
    promised = {each.name: each for each in course.clocks}
    assert promised[ClockName.ACKNOWLEDGE].state is ClockState.MET, "who asks has read it"
    assert promised[ClockName.ASSESS].state is ClockState.PAUSED
    assert reads.overdue(house.later(days=30)) == []
    assert clocks(house, report)[ClockName.ASSESS].state is ClockState.PAUSED


def test_an_answer_moves_the_promise_by_the_business_days_of_the_pause(house, report, clock):
    house.later(days=3)  # Monday
    ask_finder(house.coordinator, report, "Which version?", now=house.now)
    house.later(days=7)  # the Monday after, four business days on
    answer_question(house.finder, report, "1.0", now=house.now)
    due = clocks(house, report)[ClockName.ASSESS]
    assert (due.state, day(due.due)) == (ClockState.RUNS, "2026-12-12")
    assert reads.read_course(house.finder, report).needs is None
    with pytest.raises(NothingAsked):
        answer_question(house.finder, report, "1.0", now=house.now)


def test_asking_and_answering_on_one_day_buys_no_time(house, report, clock):
    before = clocks(house, report)[ClockName.ASSESS].due
    for _ in range(3):
        ask_finder(house.coordinator, report, "Which version?", now=house.now)
        amend_report(house.finder, report, "1.0", now=house.later(minutes=5))
    assert clocks(house, report)[ClockName.ASSESS].due == before
    assert reads.read_course(house.finder, report).needs is None, "what comes from the finder is an answer"


def test_a_second_question_does_not_begin_the_pause_anew(house, report, clock):
    ask_finder(house.coordinator, report, "Which version?", now=house.now)
    since = ReportRow.objects.get().paused_since
    ask_finder(house.coordinator, report, "And which system?", now=house.later(days=5))
    assert ReportRow.objects.get().paused_since == since


def test_a_question_looks_ahead(house, report):
    with pytest.raises(NothingSaid):
        ask_finder(house.coordinator, report, "What?", date(2026, 11, 20), now=house.now)


def test_a_promise_that_was_missed_is_put_on_record_once_and_stays_missed(house, report, clock):
    house.later(days=6)
    [due] = reads.overdue(house.now)
    assert due.id == f"{report} acknowledge"
    note(due.id, key="once", now=house.now)
    assert reads.overdue(house.now) == []
    assert not note_overdue(SYSTEM, report, ClockName.ACKNOWLEDGE, now=house.now).noted
    assert [line.kind for line in entries_about(house.finder, report).lines].count("intake.note_overdue") == 2
    acknowledge_report(house.coordinator, report, now=house.now)
    assert clocks(house, report)[ClockName.ACKNOWLEDGE].state is ClockState.MISSED


def test_a_question_after_the_day_does_not_undo_that_it_was_missed(house, report, clock):
    due = clocks(house, report)[ClockName.ASSESS].due
    house.later(days=40)
    ask_finder(house.coordinator, report, "Which version?", now=house.now)
    assert clocks(house, report)[ClockName.ASSESS].state is ClockState.MISSED
    answer_question(house.finder, report, "1.0", now=house.later(days=10))
    assert clocks(house, report)[ClockName.ASSESS].due == due


def test_a_promise_that_was_kept_meanwhile_is_not_noted(house, report, clock):
    house.later(days=6)
    [due] = reads.overdue(house.now)
    acknowledge_report(house.coordinator, report, now=house.now)
    assert due.id == f"{report} acknowledge"
    assert not note_overdue(SYSTEM, report, ClockName.ACKNOWLEDGE, now=house.now).noted


def test_coordinators_see_the_next_promise_first_and_finders_their_own(house, report, clock):
    house.later(days=1)
    other = house.report(actor=house.outsider).outcome.id
    acknowledge_report(house.coordinator, report, now=house.now)
    assert [line.id for line in reads.list_clocks(house.coordinator)] == [other, report]
    assert [line.id for line in reads.list_clocks(house.finder)] == [report]
    assess_report(house.coordinator, other, Assessment.INTENDED, "So.", now=house.now)
    assert [line.id for line in reads.list_clocks(house.coordinator)] == [report]
    assert reads.list_clocks(house.nobody) == ()


def test_ones_own_list_says_what_is_missing_and_what_comes_next(house, report, clock):
    [line] = reads.list_reports(house.finder).lines
    assert (line.lacks, line.asked, line.next_at) == (5, False, clocks(house, report)[ClockName.ACKNOWLEDGE].due)
    ask_finder(house.coordinator, report, "How?", now=house.now)
    amend_report(house.finder, report, details=Details(trigger="So."), now=house.now)
    ask_finder(house.coordinator, report, "And?", now=house.now)
    [line] = reads.list_reports(house.finder).lines
    assert (line.lacks, line.asked) == (4, True)


def test_an_erased_report_closes_neither_list(open_house):
    house = open_house  # a key is destroyed after the commit
    report = house.report().outcome.id
    amend_report(house.finder, report, "More.", now=house.now)
    house.erase(report)
    [line] = reads.list_reports(house.finder).lines
    assert line.title == "(erased)"
    assert len(reads.list_clocks(house.coordinator)) == 1


# Without a name


@pytest.fixture
def code(house):
    return house.report(actor=house.nobody).outcome.claim_code


def test_a_claim_code_opens_its_report_and_lets_its_finder_go_on(house, code):
    opened = open_by_code(house.nobody, code, now=house.now)
    assert opened.report
    assert opened.report.submission.title == "Heap overflow in a parser"
    claimant = claimant_with(code)
    ask_finder(house.coordinator, opened.id, "Which version?", now=house.now)
    answer_question(claimant, opened.id, "1.0", now=house.now)
    amend_report(claimant, opened.id, "More.", now=house.now)
    again = open_by_code(house.nobody, f" {code}\n", now=house.now)
    assert again.course
    assert [fact.act for fact in again.course.facts] == [Act.ASK, Act.ANSWER, Act.AMEND]
    assert withdraw_report(claimant, opened.id, now=house.now).state is ReportState.WITHDRAWN


def test_another_code_opens_nothing_and_lets_nobody_go_on(house, code):
    other = house.report(actor=house.nobody).outcome
    mine = open_by_code(house.nobody, code, now=house.now).id
    for wrong in ("", "0" * 40, code[:-1], code.upper() + "x"):
        with pytest.raises(NoSuchCode):
            open_by_code(house.nobody, wrong, now=house.now)
    for who in (house.nobody, claimant_with(other.claim_code)):
        with pytest.raises(Missing):
            reads.read_report(who, mine)
        with pytest.raises(Missing):
            amend_report(who, mine, "More.", now=house.now)


def test_the_ledger_keeps_that_it_was_opened_and_neither_code_nor_words(house, code):
    done = open_by_code.perform(house.nobody, code, now=house.now)
    content = read_entry(house.coordinator, done.entry.id).content
    assert done.outcome.id in content
    assert code not in content
    assert "Heap" not in content


def test_a_report_under_a_name_has_no_code(house, report):
    with pytest.raises(NoSuchCode):
        open_by_code(house.nobody, "", now=house.now)


# Reports of the first days


def test_a_report_from_before_there_were_promises_is_read_and_gone_on_with(house, report, clock):
    ReportRow.objects.update(turn_at=None, acknowledge_by=None, assess_by=None)
    assert clocks(house, report) == {}
    ask_finder(house.coordinator, report, "Which version?", now=house.now)
    answer_question(house.finder, report, "1.0", now=house.later(days=3))
    assert reads.list_clocks(house.coordinator) == ()


def test_details_come_with_the_report(house):
    details = Details(trigger="So.", sharing="Nobody.", ai_phases=(AiPhase.FINDING, AiPhase.WRITING))
    sent = receive_report(house.finder, "t", "d", details=details, now=house.now)
    assert reads.read_report(house.finder, sent.id).submission.details == details
    colleague = replace(house.finder, id="P-2026-CLLGE-T")
    with pytest.raises(Missing):
        reads.read_course(colleague, sent.id)
    assert isinstance(sent.received_at, Moment)
