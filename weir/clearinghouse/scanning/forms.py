# SPDX-License-Identifier: Apache-2.0
"""What the pages of scanning ask for."""

from __future__ import annotations

from django.utils.translation import gettext as _

from weir.clearinghouse.scanning.rules.locators import LONGEST
from weir.clearinghouse.scanning.rules.projects import said_as
from weir.clearinghouse.scanning.terms import AiPolicy, Choice, Method, Overlap, ProjectRules, RuleSource, Verdict
from weir.foundation.forms import Field, Form

METHODS = {
    Method.FUZZING: _("Fuzzing"),
    Method.STATIC: _("Static analysis"),
    Method.MODEL_AUDIT: _("Audit by a model"),
    Method.MANUAL: _("Reading by people"),
}
OVERLAPS = {
    Overlap.NONE: _("nobody near"),
    Overlap.ADJACENT: _("somebody beside it"),
    Overlap.OTHER_METHOD: _("same code, another way"),
    Overlap.SAME: _("same code, same way"),
}
AI_POLICIES = {
    AiPolicy.UNSAID: _("We say nothing about it"),
    AiPolicy.WELCOME: _("Welcome"),
    AiPolicy.DISCLOSE: _("Welcome, if it is said"),
    AiPolicy.WITH_PROOF: _("Welcome, with a proof that runs"),
    AiPolicy.NONE: _("Not wanted"),
}
VERDICTS = {
    Verdict.REPRODUCED: _("Reproduced"),
    Verdict.REPRODUCED_WITH_TEST: _("Reproduced, with a test"),
    Verdict.CONFIRMED: _("Confirmed by a second, independent party"),
}
RULES = {
    "contact": _("Where reports go"),
    "most_open": _("Open at once, for each maintainer"),
    "most_new": _("New in a week, for each maintainer"),
    "paused": _("New deliveries are paused"),
    "no_scan": _("Scanning is not wanted"),
    "closed_paths": _("Folders that are not to be scanned"),
    "ai_policy": _("Reports in which an AI took part"),
    "embargo_days": _("Days of embargo"),
    "least": _("What is delivered is at least"),
    "digest_days": _("Days between two digests of reminders"),
    "stated_contact": _("Contact that the project states"),
    "policy_page": _("Policy"),
    "languages": _("Languages"),
    "encryption_key": _("Key for mail"),
    "canonical": _("Where its security.txt belongs"),
    "expires": _("Its security.txt counts until"),
}
SOURCES = {
    RuleSource.MAINTAINER: _("the maintainers"),
    RuleSource.SECURITY_TXT: "security.txt",
    RuleSource.SECURITY_MD: "SECURITY.md",
    RuleSource.DEFAULT: _("nobody: it is what holds otherwise"),
}
_YES_OR_NO = (("no", _("No")), ("yes", _("Yes")))


def target_form() -> Form:
    hint = _("A package URL such as pkg:pypi/name, a repository's address, or product:vendor.example/name.")
    return Form((Field("locator", _("Which software?"), hint=hint, required=True, maxlength=LONGEST),))


def claim_form(*, choosing: bool = False) -> Form:
    """What is scanned; once the overlap is told, also what to make of it."""
    choices = (
        (Choice.GO_ON, _("I go on")),
        (Choice.SPLIT, _("I go on, and narrow it so that we split the work")),
        (Choice.WAIT, _("I wait: nobody sees the claim until I renew it")),
        (Choice.JOIN, _("I would like to join: name us to each other, if they wish so too")),
    )
    choice = Field("choice", _("What do you make of it?"), kind="radio", options=choices, value=Choice.GO_ON)
    return Form(
        (
            *((choice,) if choosing else ()),
            Field(
                "methods",
                _("How do you scan?"),
                kind="checkbox",
                options=tuple((method.value, label) for method, label in METHODS.items()),
                required=True,
            ),
            Field(
                "paths",
                _("Which folders?"),
                kind="textarea",
                hint=_("One on each line, from the root of the code. Empty: all of it, which takes the most room."),
            ),
            Field("weaknesses", _("For which weaknesses?"), hint=_("CWE-787 CWE-79. Empty: for any.")),
            Field("commits", _("At which commits or versions?"), maxlength=200),
            Field("authority", _("Under which authority?"), hint=_("A program, a contract, your own."), maxlength=500),
            Field("days", _("For how many days?"), kind="number", value="14", hint=_("At most 30."), required=True),
            Field("hours", _("About how many hours of work?"), kind="number", value="10", required=True),
            Field("named", _("Name us to whoever overlaps and wishes to be named too"), kind="checkbox"),
        )
    )


def coverage_form() -> Form:
    mine = _("Yours alone. Others are told a band of effort, four weeks late.")
    return Form(
        (
            Field("hours", _("Hours"), kind="number", hint=mine, required=True),
            Field("tool", _("Tool"), maxlength=500),
            Field("tool_version", _("Its version"), maxlength=500),
            Field("inputs", _("Inputs tried"), maxlength=500),
            Field("edges", _("Edges covered"), maxlength=500),
            Field("commit", _("At which commit"), maxlength=500),
            Field("notes", _("How far it went"), maxlength=500),
            Field("model", _("Model"), hint=mine, maxlength=500),
            Field("tokens", _("Tokens"), hint=mine, maxlength=500),
        )
    )


def heir_form() -> Form:
    hint = _("The number that stands on their page; it begins with P.")
    return Form((Field("to", _("Number of the participant"), hint=hint, required=True, maxlength=24),))


def capacity_form(hours: int) -> Form:
    hint = _("It bounds what you may hold at once, and is shown to nobody.")
    label = _("Hours a week that you can scan")
    return Form((Field("hours_a_week", label, kind="number", hint=hint, value=str(hours), required=True),))


def rules_form(rules: ProjectRules) -> Form:
    """Every knob that there is, as it stands."""

    def knob(name: str, kind: str = "text", **more: object) -> Field:
        value = said_as(getattr(rules, name))
        return Field(name, RULES[name], kind=kind, value=value, **more)  # type: ignore[arg-type]  # as `Field` takes them

    return Form(
        (
            knob("contact", hint=_("Mail or address of a form. Only what stands here is used."), maxlength=300),
            knob("paused", "select", options=_YES_OR_NO, hint=_("Nothing new reaches you until you say No again.")),
            knob("most_new", "number", hint=_("Findings, patches and questions together, across all your projects.")),
            knob("most_open", "number", hint=_("As above.")),
            knob("least", "select", options=tuple((each.value, label) for each, label in VERDICTS.items())),
            knob("embargo_days", "number"),
            knob("ai_policy", "select", options=tuple((each.value, label) for each, label in AI_POLICIES.items())),
            knob("no_scan", "select", options=_YES_OR_NO),
            knob("closed_paths", "textarea", hint=_("One on each line.")),
        )
    )


def import_form() -> Form:
    sources = ((RuleSource.SECURITY_TXT, "security.txt"), (RuleSource.SECURITY_MD, "SECURITY.md"))
    return Form(
        (
            Field("source", _("Which file?"), kind="select", options=sources, value=RuleSource.SECURITY_TXT),
            Field("place", _("Where does it stand?"), hint=_("Its address, or the commit."), required=True),
            Field("text", _("Its text"), kind="textarea", required=True),
        )
    )
