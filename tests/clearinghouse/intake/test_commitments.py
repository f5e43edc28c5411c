# SPDX-License-Identifier: Apache-2.0
"""Commit now, reveal later: what it proves, and what it gives away."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.intake import reads, rules
from weir.clearinghouse.intake.models import CommitmentRow
from weir.clearinghouse.intake.terms import (
    AiUse,
    CommitmentState,
    DoesNotOpen,
    NotACommitment,
    OpenedBefore,
    Submission,
    TooManyWaiting,
)
from weir.clearinghouse.intake.verbs import commit_report, committing, open_commitment, receive_report
from weir.foundation.actor import ActorKind
from weir.kernel.errors import Missing, Refused

SALT = "5a" * 32
SAID = {"title": "Heap overflow", "description": "A length is trusted.", "component": "pkg:pypi/made-up"}
WORDS = b'{"component":"pkg:pypi/made-up","description":"A length is trusted.","title":"Heap overflow"}'
words = st.text(max_size=20)
submissions = st.builds(Submission, words, words, words, words, st.sampled_from(AiUse))


def as_the_page_says(salt=SALT, words=WORDS):
    """What a finder computes without us, spelled out once more."""
    return sha256(b"weir/intake/commitment/1\0" + bytes.fromhex(salt) + words).hexdigest()


def committed(house, actor=None):
    return commit_report(actor or house.finder, as_the_page_says(), now=house.now)


def sent(house, actor=None, **changes):
    return receive_report(actor or house.finder, **(SAID | changes), now=house.now).id


@pytest.mark.both_databases
def test_a_commitment_proves_since_when_its_finder_had_the_report(house):
    told = committed(house)
    house.later(days=3)
    report = sent(house)
    opening = open_commitment(house.finder, told.id, report, SALT, now=house.now)
    assert (opening.committed_at, opening.opened_at, opening.report) == (told.committed_at, house.now, report)
    shown = reads.read_commitment(house.finder, told.id)
    assert (shown.state, shown.report) == (CommitmentState.OPENED, report)
    assert house.kinds()[0] == "intake.commit_report"


@pytest.mark.parametrize("changes", [{"title": "Heap overflow "}, {"weakness": "CWE-787"}, {"description": "Other."}])
def test_other_words_do_not_open_it(house, changes):
    told, report = committed(house), sent(house, **changes)
    with pytest.raises(DoesNotOpen):
        open_commitment(house.finder, told.id, report, SALT, now=house.now)
    assert CommitmentRow.objects.get().state == CommitmentState.WAITING


def test_another_salt_does_not_open_it(house):
    told, report = committed(house), sent(house)
    with pytest.raises(DoesNotOpen):
        open_commitment(house.finder, told.id, report, "00" * 32, now=house.now)


def test_what_was_opened_stays_opened(house):
    told, report = committed(house), sent(house)
    open_commitment(house.finder, told.id, report, SALT, now=house.now)
    with pytest.raises(OpenedBefore):
        open_commitment(house.finder, told.id, report, SALT, now=house.now)


@pytest.mark.both_databases
def test_nobody_else_sees_a_commitment_or_opens_it_and_coordinators_see_it_once_it_is_opened(house):
    told, report = committed(house), sent(house)
    for other in (house.outsider, house.nobody, house.coordinator):
        with pytest.raises(Missing):
            reads.read_commitment(other, told.id)
        with pytest.raises(Missing):
            open_commitment(other, told.id, report, SALT, now=house.now)
    open_commitment(house.finder, told.id, report, SALT, now=house.now)
    assert reads.read_commitment(house.coordinator, told.id).report == report
    with pytest.raises(Missing):
        reads.read_commitment(house.outsider, told.id)


def test_the_report_of_somebody_else_opens_nothing(house):
    told = committed(house)
    theirs = sent(house, house.outsider)
    with pytest.raises(Missing):
        open_commitment(house.finder, told.id, theirs, SALT, now=house.now)


def test_a_stranger_cannot_commit(house):
    with pytest.raises(Refused):
        committed(house, house.nobody)


@pytest.mark.both_databases
def test_waiting_and_stale_ones_are_counted_for_the_person_who_answers_for_them(house):
    agent = replace(house.finder, kind=ActorKind.AGENT, id="A-2026-AGENT-T", owner=house.finder.id)
    committed(house)
    house.later(days=14)
    told = committed(house, agent)
    assert reads.commitments_of(house.finder, house.now) == reads.commitments_of(agent, house.now)
    counts = reads.commitments_of(house.finder, house.now)
    assert (counts.waiting, counts.stale) == (2, 0), "fourteen days are not over before they are over"
    counts = reads.commitments_of(house.finder, house.later(seconds=1))
    assert (counts.waiting, counts.stale) == (2, 1)
    open_commitment(agent, told.id, sent(house, agent), SALT, now=house.now)
    assert reads.commitments_of(house.finder, house.now).waiting == 1
    assert reads.commitments_of(house.outsider, house.now).waiting == 0


def test_they_are_bounded(house, monkeypatch):
    monkeypatch.setattr(committing, "MOST_WAITING", 1)
    committed(house)
    with pytest.raises(TooManyWaiting):
        committed(house)


@pytest.mark.parametrize("text", ["", "5a" * 31, "5a" * 33, "5A" * 32, "zz" * 32, "5a" * 31 + "5\n"])
def test_what_is_no_commitment_is_said(house, text):
    with pytest.raises(NotACommitment):
        commit_report(house.finder, text, now=house.now)


@given(submissions, submissions, st.binary(min_size=32, max_size=32))
def test_a_commitment_opens_with_its_own_report_and_no_other(one, other, salt):
    commitment = rules.commitment_to(salt, rules.canonical_words(one))
    assert rules.opens(commitment, salt, one)
    assert rules.opens(commitment, salt, other) == (one == other)


def test_what_is_left_out_and_what_says_nothing_are_the_same(house):
    submission = Submission("Heap overflow", "pkg:pypi/made-up", "A length is trusted.", "", AiUse.UNSAID)
    assert rules.canonical_words(submission) == WORDS
