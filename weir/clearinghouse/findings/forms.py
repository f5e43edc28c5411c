# SPDX-License-Identifier: Apache-2.0
"""Forms of findings' pages."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from weir.clearinghouse.findings.terms import (
    LONGEST_REASON,
    LONGEST_TEXT,
    Basis,
    FindingId,
    FindingState,
    LinkKind,
    PairState,
    Stage,
)
from weir.foundation.forms import Field, Form
from weir.foundation.policy.terms import Tlp

LABELS = {FindingState.OPEN: _("open"), FindingState.MERGED: _("merged")}
MARKINGS = tuple(tlp.value for tlp in Tlp)
OLDER = "older"
AGES = {"1": 1, "7": 7, "30": 30, OLDER: 30}
AGE_LABELS = {
    "1": _("since yesterday"),
    "7": _("the last 7 days"),
    "30": _("the last 30 days"),
    OLDER: _("older than 30 days"),
}
KINDS = {
    LinkKind.SAME: _("May be one"),
    LinkKind.CONTAINS: _("The first contains the second"),
    LinkKind.RELATED: _("Related"),
    LinkKind.REGRESSION_OF: _("The first came back from the second"),
}
PAIR_STATES = {
    PairState.NOMINATED: _("to be decided"),
    PairState.APART: _("kept apart"),
    PairState.MERGED: _("merged"),
}
BASES = {
    Basis.CAUSE: _("fixes tried on both proofs"),
    Basis.KEY: _("something that both carry"),
    Basis.SCORE: _("how alike they are"),
    Basis.STACK: _("stacks that are alike, which different bugs can have"),
    Basis.PERSON: _("somebody who read both"),
}
STAGES = {Stage.REPRODUCED: _("reproduced here")}


def filter_fields(chosen: Mapping[str, str], *, mine: bool) -> list[Field]:
    """What narrows the queue."""
    states = (("", _("every state")), *((state.value, label) for state, label in LABELS.items()))
    markings = (("", _("every marking")), *((tlp, f"TLP:{tlp}") for tlp in MARKINGS))
    fields = [
        Field("text", _("Search"), value=chosen.get("text", ""), maxlength=LONGEST_TEXT),
        Field("state", _("State"), "select", options=states, value=chosen.get("state", "")),
        Field("marking", _("Marking"), "select", options=markings, value=chosen.get("marking", "")),
        Field(
            "age", _("Age"), "select", options=(("", _("every age")), *AGE_LABELS.items()), value=chosen.get("age", "")
        ),
    ]
    whose = (("", _("everybody")), ("mine", _("taken on by me")))
    return (
        [*fields, Field("owner", _("Whose"), "select", options=whose, value=chosen.get("owner", ""))]
        if mine
        else fields
    )


def reason_field() -> Field:
    hint = _("It is kept, and stays when either case is erased: do not repeat what the reports say.")
    return Field("reason", _("Why"), "textarea", hint=hint, required=True, maxlength=LONGEST_REASON)


def pair_form(finding: FindingId, other: FindingId) -> Form:
    """Which of the two the other becomes part of, and why they are one or two."""
    options = ((finding, finding), (other, other))
    into = Field("into", _("Which number stays in use, if they are one"), "radio", options=options, value=finding)
    return Form((into, reason_field()))


def split_form() -> Form:
    return Form((reason_field(),))
