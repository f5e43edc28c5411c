# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.terms import AiUse, EmptyReport, Submission, TooLong

words = st.text(max_size=40)
submissions = st.builds(
    Submission, title=words, component=words, description=words, weakness=words, ai_use=st.sampled_from(AiUse)
)


@given(submissions)
def test_whatever_says_something_is_taken(submission):
    said = bool(submission.title.strip() and submission.description.strip())
    try:
        rules.check_submission(submission)
    except EmptyReport:
        assert not said
    else:
        assert said


@pytest.mark.parametrize("part", sorted(rules.LIMITS))
def test_what_is_too_long_is_named_and_one_less_is_taken(part):
    whole = {"title": "t", "component": "c", "description": "d"}
    rules.check_submission(Submission(**(whole | {part: "x" * rules.LIMITS[part]})))
    with pytest.raises(TooLong) as no:
        rules.check_submission(Submission(**(whole | {part: "x" * (rules.LIMITS[part] + 1)})))
    assert list(no.value.faults) == [f"/{part}"]


def test_nothing_at_all_is_told_in_one_go():
    with pytest.raises(EmptyReport) as no:
        rules.check_submission(Submission(" ", "", "\n"))
    assert set(no.value.faults) == {"/title", "/description"}


@given(submissions)
def test_the_checklist_asks_for_what_is_missing_and_for_nothing_else(submission):
    done = {step.label: step.done for step in rules.checklist(submission)}
    assert done["Which component"] == bool(submission.component.strip())
    assert done["Which weakness"] == bool(submission.weakness.strip())
    assert done["How tools were used"] == (submission.ai_use is not AiUse.UNSAID)


def test_a_tool_that_is_kept_confidential_is_an_answer():
    said = rules.checklist(Submission("t", "c", "d", ai_use=AiUse.CONFIDENTIAL))
    assert all(step.done for step in said if step.label == "How tools were used")
