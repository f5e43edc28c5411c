# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.scanning.rules.deliveries import may_deliver
from weir.clearinghouse.scanning.terms import Load, Message, MessageKind, ProjectRules, Told, Verdict

PLAIN = ProjectRules()
FINDING = Message(MessageKind.FINDING, Verdict.REPRODUCED)
messages = st.builds(Message, st.sampled_from(MessageKind), st.none() | st.sampled_from(Verdict), st.booleans())
loads = st.builds(Load, st.integers(0, 9), st.integers(0, 9), st.none() | st.floats(0, 30))


def test_where_nothing_was_set_there_are_three_open_and_two_new_a_week_of_what_is_reproduced():
    assert (PLAIN.most_open, PLAIN.most_new, PLAIN.least, PLAIN.digest_days) == (3, 2, Verdict.REPRODUCED, 7)


@pytest.mark.parametrize(
    ("load", "told"),
    [
        (Load(0, 0), Told.NOW),
        (Load(2, 1), Told.NOW),
        (Load(3, 0), Told.TOO_MANY_OPEN),
        (Load(0, 2), Told.TOO_MANY_NEW),
        (Load(3, 2), Told.TOO_MANY_OPEN),
    ],
)
@pytest.mark.parametrize("kind", [MessageKind.FINDING, MessageKind.PATCH, MessageKind.QUESTION])
def test_findings_patches_and_questions_count_alike(load, told, kind):
    assert may_deliver(PLAIN, load, Message(kind, Verdict.CONFIRMED)).told is told


@given(loads, st.sampled_from([MessageKind.FINDING, MessageKind.PATCH, MessageKind.QUESTION]), st.sampled_from(Verdict))
def test_nothing_below_reproduced_goes_out_even_if_it_is_exploited_or_asked_for(load, kind, least):
    unreviewed = Message(kind, Verdict.UNREVIEWED, exploited=True)
    assert may_deliver(replace(PLAIN, least=least), load, unreviewed).told is Told.NOT_REPRODUCED


@given(st.sampled_from(Verdict), st.sampled_from([MessageKind.FINDING, MessageKind.PATCH]))
def test_a_question_may_be_about_no_finding_and_nothing_else_may(least, kind):
    rules = replace(PLAIN, least=least)
    assert may_deliver(rules, Load(), Message(MessageKind.QUESTION, None)).now
    assert may_deliver(rules, Load(), Message(kind, None)).told is Told.NOT_REPRODUCED


@given(st.sampled_from(Verdict), st.sampled_from(Verdict))
def test_maintainers_may_ask_for_more_than_reproduced(least, verdict):
    order = list(Verdict)
    told = may_deliver(replace(PLAIN, least=least), Load(), Message(MessageKind.FINDING, verdict))
    assert told.now == (order.index(verdict) >= max(order.index(least), order.index(Verdict.REPRODUCED)))


@given(loads, messages)
def test_a_pause_holds_back_everything(load, message):
    assert may_deliver(replace(PLAIN, paused=True), load, message).told is Told.PAUSED


@given(st.none() | st.floats(0, 30))
def test_reminders_come_once_a_week_together(days):
    told = may_deliver(PLAIN, Load(days_since_digest=days), Message(MessageKind.REMINDER))
    assert told.now == (days is None or days >= 7)


@given(loads, messages)
def test_what_jumps_the_cap_is_exploited_and_shown_to_have_jumped(load, message):
    told = may_deliver(PLAIN, load, message)
    over = load.open >= 3 or load.new >= 2
    if told.jumped:
        assert message.exploited
        assert over
    if told.now and message.kind is not MessageKind.REMINDER:
        assert told.jumped == over


@given(loads, messages)
def test_more_before_a_maintainer_never_lets_more_through(load, message):
    plain = replace(message, exploited=False)
    heavier = replace(load, open=load.open + 1, new=load.new + 1)
    assert may_deliver(PLAIN, load, plain).now >= may_deliver(PLAIN, heavier, plain).now
