# SPDX-License-Identifier: Apache-2.0
"""What can be done on a report's page: by which verb, through which form, in which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from weir.clearinghouse.intake.forms import amend_form, ask_form, assess_form, words_form
from weir.clearinghouse.intake.terms import Act, Course, Report, ReportState
from weir.clearinghouse.intake.verbs import (
    acknowledge_report,
    amend_report,
    answer_question,
    ask_finder,
    assess_report,
    withdraw_report,
)
from weir.foundation.actor import Actor
from weir.foundation.forms import Form
from weir.foundation.verb import Verb


@dataclass(frozen=True)
class Way:
    """One act, as its page offers it. `done` is said when it has happened."""

    act: Act
    label: str
    lead: str
    form: Callable[[], Form]
    verb: Verb[..., Any]
    done: str


WAYS = {
    way.act.value: way
    for way in (
        Way(
            Act.ANSWER,
            _("Answer"),
            _("Your answer stands beside what you said, and the clock goes on."),
            lambda: words_form("words", _("Your answer")),
            answer_question,
            _("Your answer is there."),
        ),
        Way(
            Act.AMEND,
            _("Add to it"),
            _("What you said before stays as it is. One field is enough."),
            amend_form,
            amend_report,
            _("It is added."),
        ),
        Way(
            Act.WITHDRAW,
            _("Take it back"),
            _("It stays readable to you. No reason has to be given, and it cannot be sent on its way again."),
            lambda: words_form("reason", _("Why, if you like"), required=False),
            withdraw_report,
            _("Your report is taken back."),
        ),
        Way(
            Act.ACKNOWLEDGE,
            _("Acknowledge"),
            _("Tell whoever reported that a person has read it."),
            lambda: words_form("words", _("A word to the finder"), required=False),
            acknowledge_report,
            _("The report is acknowledged."),
        ),
        Way(
            Act.ASK,
            _("Ask the finder"),
            _("It is no rejection. The clock of the assessment waits until something comes."),
            ask_form,
            ask_finder,
            _("The question stands on the report's page."),
        ),
        Way(
            Act.ASSESS,
            _("Assess"),
            _("Say what it is at first sight. The finder's own severity stays as it is."),
            assess_form,
            assess_report,
            _("The report is assessed."),
        ),
    )
}


def ways_for(actor: Actor, found: Report, course: Course) -> list[Way]:
    """What this actor could do now, the next thing first. Policy and the verb decide all the same."""
    if found.state is ReportState.WITHDRAWN:
        return []
    open_ways = [Act.ANSWER] if course.needs and found.submitter == actor.id else []
    if found.submitter == actor.id:
        open_ways += [Act.AMEND, Act.WITHDRAW]
    if actor.staff and "coordinator" in actor.roles:
        first = [Act.ACKNOWLEDGE] if found.state is ReportState.RECEIVED else []
        open_ways += [*first, Act.ASSESS, Act.ASK]
    return [WAYS[act.value] for act in open_ways]
