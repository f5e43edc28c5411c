# SPDX-License-Identifier: Apache-2.0
"""What identity's pages ask for. A control's name is the verb's parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from django.utils.translation import gettext as _

from weir.foundation.forms import Field, Form
from weir.foundation.identity.rules import NEEDS_CONTROL
from weir.foundation.identity.terms import ControlMethod, DutyKind, OrganizationKind, Role, Sector

W = TypeVar("W", bound=StrEnum)

KINDS = {
    OrganizationKind.FINDER: _("Finder, or a team of finders"),
    OrganizationKind.MAINTAINER_PROJECT: _("Maintainers of a project"),
    OrganizationKind.VENDOR: _("Vendor"),
    OrganizationKind.DISTRIBUTOR: _("Distributor"),
    OrganizationKind.AI_LAB: _("AI lab"),
    OrganizationKind.INFRASTRUCTURE_OPERATOR: _("Operator of critical infrastructure"),
    OrganizationKind.FEDERAL_AGENCY: _("Federal agency"),
    OrganizationKind.STATE_LOCAL_TRIBAL: _("State, local or tribal government"),
    OrganizationKind.ISAC: _("ISAC"),
    OrganizationKind.COORDINATOR: _("Coordinator or CERT"),
    OrganizationKind.OVERSIGHT: _("Oversight body"),
}
METHODS = {
    ControlMethod.DNS: _("a DNS record"),
    ControlMethod.SITE_FILE: _("a file on the web site"),
    ControlMethod.REPOSITORY_FILE: _("a file in the repository"),
}
DUTIES = {DutyKind.EMBARGO: _("embargo"), DutyKind.BAN: _("ban"), DutyKind.QUOTA: _("spent quota")}
LIVES = (("7", _("7 days")), ("30", _("30 days")), ("90", _("90 days")), ("365", _("1 year")))
NAME_LENGTH, ADDRESS_LENGTH = 200, 254


def in_words(value: str) -> str:
    """A word of a list as people write it."""
    return value.replace("_", " ")


def _options(labels: Mapping[W, str]) -> tuple[tuple[str, str], ...]:
    return tuple((word.value, label) for word, label in labels.items())


def _name(label: str) -> Field:
    return Field("name", label, required=True, maxlength=NAME_LENGTH, autocomplete="name")


def _organization(label: str, hint: str = "") -> Field:
    return Field("organization", label, hint=hint, required=True, maxlength=NAME_LENGTH, autocomplete="organization")


def _email(name: str, label: str, hint: str = "") -> Field:
    return Field(name, label, "email", hint, required=True, maxlength=ADDRESS_LENGTH, autocomplete="email")


def _new_password() -> Field:
    hint = _("At least 12 characters. A few words that belong together only for you are easy to keep.")
    return Field("password", _("Password"), "password", hint, required=True, autocomplete="new-password")


def first_administrator_form() -> Form:
    return Form(
        (
            Field(
                "secret",
                _("The link's secret"),
                hint=_(
                    "What stands after the # in the link that the terminal printed. It fills itself in where it can."
                ),
                required=True,
                maxlength=100,
                autocomplete="off",
            ),
            _organization(_("Who runs this Weir"), _("The name of the organization whose staff will work here.")),
            _name(_("Your name")),
            _email("email", _("Your mail address")),
            _new_password(),
        )
    )


def application_form() -> Form:
    return Form(
        (
            _organization(_("Name of the organization")),
            Field("kind", _("What are you?"), "radio", options=_options(KINDS), required=True),
            Field(
                "sector",
                _("Sector"),
                "select",
                _("Only for operators of critical infrastructure and ISACs."),
                options=(("", _("none of these")), *((s.value, in_words(s)) for s in Sector if s)),
            ),
            _email("contact", _("Mail address"), _("The answer goes there, and the first invitation.")),
        )
    )


def new_account_form() -> Form:
    """For somebody who was invited and has no account yet."""
    return Form((_name(_("Your name")), _new_password()))


def contact_form() -> Form:
    return Form((_email("contact", _("Mail address"), _("Somebody there should read it on every working day.")),))


def roles_of(roles: Iterable[Role]) -> tuple[tuple[str, str], ...]:
    marked = {role: _("%(role)s (once control is shown)") % {"role": role} for role in NEEDS_CONTROL}
    return tuple((role.value, marked.get(role, role.value)) for role in sorted(roles))


def invite_form(roles: Iterable[Role]) -> Form:
    return Form(
        (
            _email(
                "email",
                _("Mail address"),
                _("A letter with a link goes there. Whether somebody has an account, you do not learn."),
            ),
            Field("roles", _("As"), "checkbox", options=roles_of(roles), value=(Role.MEMBER,)),
        )
    )


def roles_form(roles: Iterable[Role], held: Iterable[Role]) -> Form:
    return Form((Field("roles", _("May act as"), "checkbox", options=roles_of(roles), value=tuple(held)),))


def control_form() -> Form:
    return Form(
        (
            Field(
                "target",
                _("What is yours"),
                hint=_("A domain such as example.org, or the https address of a repository."),
                required=True,
                maxlength=300,
            ),
            Field("method", _("Shown by"), "radio", options=_options(METHODS), required=True),
        )
    )


def _scopes(names: Iterable[str]) -> Field:
    return Field("scopes", _("It may"), "checkbox", options=tuple((name, name) for name in names), required=True)


def _days(picked: str = "30") -> Field:
    return Field("days", _("Ends after"), "select", options=LIVES, value=picked, required=True)


def _about() -> Field:
    return Field("about", _("Number of a person or organization"), hint="P-..., O-...", required=True, maxlength=24)


def token_form(names: Iterable[str]) -> Form:
    return Form(
        (Field("name", _("Name"), hint=_("What program is it for?"), maxlength=NAME_LENGTH), _days(), _scopes(names))
    )


def agent_form(names: Iterable[str]) -> Form:
    return Form(
        (
            Field("name", _("Name"), required=True, maxlength=NAME_LENGTH),
            Field("rate_per_minute", _("Calls a minute"), "number", _("At most 6000."), value="60", required=True),
            _days(),
            _scopes(names),
        )
    )


def sure_form(label: str) -> Form:
    return Form((Field("sure", label, "checkbox", required=True),))


def hold_form() -> Form:
    return Form((_about(),))


def duty_form() -> Form:
    kind = Field("kind", _("What stays"), "select", options=_options(DUTIES), required=True)
    return Form((_about(), kind, _days("90")))
