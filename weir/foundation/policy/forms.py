# SPDX-License-Identifier: Apache-2.0
"""Forms of policy's pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from weir.foundation.forms import Field, Form
from weir.foundation.policy.reads import regimes
from weir.foundation.policy.terms import RegimeStatus
from weir.foundation.verb import Verb

LONGEST_NUMBER = 24
LONGEST_REASON = 2000
CALLED = {"compartment": _("Number of the case"), "about": _("Number of the object"), "reason": _("Why")}


def act_form(verb: Verb[..., Any]) -> Form:
    """One field for each parameter of something that takes two people."""
    return Form(tuple(_parameter(name) for name in verb.shape.names))


def _parameter(name: str) -> Field:
    label = CALLED.get(name, name.replace("_", " "))
    if name == "reason":
        return Field(name, label, "textarea", required=True, maxlength=LONGEST_REASON)
    return Field(name, label, required=True, maxlength=LONGEST_NUMBER)


def glass_form() -> Form:
    return Form(
        (
            Field("on", _("Number of what you must see"), hint="R-..., F-...", required=True, maxlength=LONGEST_NUMBER),
            Field("reason", _("What is the emergency?"), "textarea", required=True, maxlength=LONGEST_REASON),
        )
    )


def regime_form() -> Form:
    named = tuple((each.regime, each.name) for each in regimes().values())
    statuses = tuple((status.value, status.value) for status in RegimeStatus)
    return Form(
        (
            Field("regime", _("Regime"), "select", options=named, required=True),
            Field("status", _("Status"), "select", options=statuses, required=True),
            Field("as_of", _("As of"), "date", required=True),
            Field("source", _("Source"), hint=_("Where you read it."), required=True, maxlength=LONGEST_REASON),
        )
    )
