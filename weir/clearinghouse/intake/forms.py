# SPDX-License-Identifier: Apache-2.0
"""The report form."""

from __future__ import annotations

from django.utils.translation import gettext as _

from weir.clearinghouse.intake.rules import LIMITS
from weir.clearinghouse.intake.terms import AiUse
from weir.foundation.forms import Field, Form


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
            Field(
                "component",
                _("Which component"),
                hint=_("A package URL such as pkg:pypi/name@1.2.3, or the address of a repository."),
                maxlength=LIMITS["component"],
            ),
            Field(
                "weakness", _("Which weakness"), hint=_("A CWE number, if you know one."), maxlength=LIMITS["weakness"]
            ),
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
        )
    )
