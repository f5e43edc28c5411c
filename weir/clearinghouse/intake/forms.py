# SPDX-License-Identifier: Apache-2.0
"""The forms of intake. Only the first two fields of a report are needed."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.utils.translation import gettext as _

from weir.clearinghouse.intake.rules import LIMITS, LONGEST_DETAIL
from weir.clearinghouse.intake.terms import AiPhase, AiUse, Assessment, Details, Role
from weir.foundation.forms import Field, Form

MAIN = ("title", "description", "component", "weakness", "ai_use")
_DETAILS = tuple(each.name for each in fields(Details))


def report_form() -> Form:
    """What a report asks for; only the first two are needed."""
    return Form(
        (
            Field("title", _("What is wrong, in one line"), required=True, maxlength=LIMITS["title"]),
            Field(
                "description",
                _("Describe it"),
                kind="textarea",
                hint=_("What happens, how to see it, what follows from it. Markdown is kept as it is."),
                required=True,
                maxlength=LIMITS["description"],
            ),
            *_where(),
            Field(
                "ai_use",
                _("Did an AI system help?"),
                kind="select",
                hint=_("Every answer is equally welcome, and none changes how the report is handled."),
                options=(
                    (AiUse.UNSAID, _("I would rather not say")),
                    (AiUse.NONE, _("No")),
                    (AiUse.ASSISTED, _("Yes, it helped a person")),
                    (AiUse.AUTONOMOUS, _("Yes, it worked by itself")),
                    (AiUse.CONFIDENTIAL, _("Yes, a confidential tool whose name I keep")),
                ),
                value=AiUse.UNSAID,
            ),
            *_details(),
        )
    )


def amend_form() -> Form:
    """More about a report that is there; one field is enough."""
    words = Field(
        "words",
        _("In your own words"),
        kind="textarea",
        hint=_("What you said before stays as it is; this stands beside it."),
        maxlength=LIMITS["description"],
    )
    return Form((words, *_where(), *_details()))


def words_form(name: str, label: str, *, hint: str = "", required: bool = True) -> Form:
    """One field for words."""
    field = Field(name, label, kind="textarea", hint=hint, required=required, maxlength=LIMITS["description"])
    return Form((field,))


def ask_form() -> Form:
    """A question to whoever reported."""
    looked_at = Field(
        "next_on", _("You look again on"), kind="date", hint=_("In two weeks, if you name no day. It is no deadline.")
    )
    return Form((*words_form("words", _("What is needed")).fields, looked_at))


def assess_form() -> Form:
    """What a coordinator holds a report to be."""
    labels = {
        Assessment.VULNERABILITY: _("A vulnerability"),
        Assessment.ORDINARY_BUG: _("An ordinary bug"),
        Assessment.INTENDED: _("Intended behaviour"),
    }
    which = Field("assessment", _("At first sight it is"), kind="radio", options=tuple(labels.items()), required=True)
    return Form((which, *words_form("reasons", _("Why"), hint=_("Whoever reported reads this.")).fields))


def attach_form() -> Form:
    """A file, and what it is for."""
    labels = {
        Role.PROOF: _("A proof: it makes it happen"),
        Role.PATCH: _("A proposed patch"),
        Role.TESTS: _("Tests that fail before the patch and pass after it"),
        Role.OTHER: _("Something else"),
    }
    hint = _(
        "It is sealed as it comes, and nobody runs it outside a sandbox. What you encrypt yourself stays encrypted."
    )
    return Form(
        (
            Field("role", _("What is it for?"), kind="radio", options=tuple(labels.items()), required=True),
            Field("file", _("The file"), kind="file", hint=hint, required=True),
        )
    )


def document_form() -> Form:
    """A file, as a tool wrote it."""
    hint = _("What is in it decides how it is read. Nobody runs anything in it.")
    return Form((Field("file", _("The file"), kind="file", hint=hint, required=True),))


def claim_form() -> Form:
    """The code, typed like a password: nobody reads it over a shoulder, and it does not come back over the wire."""
    return Form((Field("claim_code", _("Your claim code"), kind="password", required=True, autocomplete="off"),))


def as_parameters(given: dict[str, Any]) -> dict[str, Any]:
    """What a form gave, as verbs take it: the further parts of a report are one parameter."""
    details = {name: given.pop(name) for name in _DETAILS if name in given}
    return given | ({"details": details} if details else {})


def detail_labels() -> dict[str, str]:
    """How each further part is called, on forms and where it is shown."""
    return {
        "trigger": _("How it is triggered"),
        "severity": _("How severe you hold it to be"),
        "affected": _("Which versions have it"),
        "unaffected": _("Who is not affected"),
        "cause": _("What causes it"),
        "preconditions": _("What has to hold first"),
        "base_commit": _("What your patch applies to"),
        "sharing": _("Who else knows"),
        "timing": _("What limits the time"),
        "credit": _("How to be named"),
        "ai_phases": _("In what did an AI system take part?"),
    }


def _where() -> tuple[Field, ...]:
    return (
        Field(
            "component",
            _("Which component"),
            hint=_("A package URL such as pkg:pypi/name@1.2.3, or the address of a repository."),
            maxlength=LIMITS["component"],
        ),
        Field("weakness", _("Which weakness"), hint=_("A CWE number, if you know one."), maxlength=LIMITS["weakness"]),
    )


def _details() -> tuple[Field, ...]:
    hints = {
        "trigger": _("The steps, or the input, that make it happen."),
        "severity": _("A CVSS vector or a word. It is kept as you give it, apart from any other."),
        "base_commit": _("The commit, if you attach a patch."),
        "sharing": _("Whom you told, and whether it was public anywhere."),
        "timing": _("A talk, a release, a date that you have in mind."),
        "credit": _("A name, or that you want none."),
    }
    long = {"trigger", "cause", "preconditions", "sharing"}
    labels = detail_labels()
    texts = tuple(
        Field(
            name,
            label,
            kind="textarea" if name in long else "text",
            hint=hints.get(name, ""),
            maxlength=LONGEST_DETAIL,
        )
        for name, label in labels.items()
        if name != "ai_phases"
    )
    phases = (
        (AiPhase.FINDING, _("Finding it")),
        (AiPhase.PROVING, _("Proving it")),
        (AiPhase.PATCHING, _("Making a patch")),
        (AiPhase.WRITING, _("Writing this report")),
    )
    return (*texts, Field("ai_phases", labels["ai_phases"], kind="checkbox", options=phases))
