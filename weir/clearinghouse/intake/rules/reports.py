# SPDX-License-Identifier: Apache-2.0
"""What makes a report, and what it still lacks. A report is never refused for being incomplete."""

from __future__ import annotations

import math
from base64 import b64decode
from collections.abc import Collection
from dataclasses import fields
from datetime import timedelta
from hashlib import sha256

from weir.clearinghouse.intake.terms import AiUse, Details, EmptyReport, Role, Step, Submission, TooLong, UnfitFile
from weir.kernel.moments import Moment

LIMITS = {"title": 300, "component": 500, "description": 200_000, "weakness": 100}
LONGEST_DETAIL = 20_000
CLAIM_CODE_BYTES = 20


def check_submission(submission: Submission) -> None:
    """Only what cannot be kept at all is sent back: nothing said, or more than a page can hold."""
    empty = {f"/{name}": "is empty" for name in ("title", "description") if not getattr(submission, name).strip()}
    if empty:
        raise EmptyReport(faults=empty)
    long = {
        f"/{name}": f"has {len(getattr(submission, name))} characters; {limit} fit"
        for name, limit in LIMITS.items()
        if len(getattr(submission, name)) > limit
    }
    long |= too_long_details(submission.details)
    if long:
        raise TooLong(faults=long)


def too_long_details(details: Details) -> dict[str, str]:
    """Which of these parts do not fit."""
    return {
        f"/{each.name}": f"has {len(getattr(details, each.name))} characters; {LONGEST_DETAIL} fit"
        for each in fields(details)
        if len(getattr(details, each.name)) > LONGEST_DETAIL
    }


def checklist(submission: Submission, attached: Collection[Role] = ()) -> tuple[Step, ...]:
    """Toward a finding that others can act on: the six parts of a ready one, then what helps besides."""
    said, more = submission, submission.details
    patched = Role.PATCH in attached and bool(more.base_commit.strip())
    return (
        Step("What is wrong", bool(said.description.strip()), "In your own words; Markdown is kept as it is."),
        Step("How it is triggered", bool(more.trigger.strip()), "The steps or the input that make it happen."),
        Step("How severe you hold it to be", bool(more.severity.strip()), "A score or a word; it is kept as it is."),
        Step("A proof", Role.PROOF in attached, "A file that makes it happen. Nobody runs it outside a sandbox."),
        Step("A proposed patch", patched, "A diff, and the commit that it applies to."),
        Step("Tests", Role.TESTS in attached, "Tests that fail before the patch and pass after it."),
        *_helps(said),
    )


def _helps(said: Submission) -> tuple[Step, ...]:
    tools = said.ai_use is not AiUse.UNSAID
    component, weakness = bool(said.component.strip()), bool(said.weakness.strip())
    return (
        Step("Which component", component, "A purl or a repository, so that its maintainers are found.", needed=False),
        Step("Which weakness", weakness, "A CWE number lets reports of one cause meet.", needed=False),
        Step("How tools were used", tools, "Any answer will do, `confidential` among them.", needed=False),
    )


def decoded(content: str) -> bytes:
    """A file that came as Base64 (RFC 4648, section 4); breaks between lines are let pass."""
    try:
        return b64decode("".join(content.split()), validate=True)
    except ValueError:
        raise UnfitFile(faults={"/content": "is not Base64"}) from None


def lacks(steps: Collection[Step]) -> int:
    """How many of the six parts are not there yet."""
    return sum(step.needed and not step.done for step in steps)


def next_day(now: Moment) -> tuple[Moment, int]:
    """When the strangers' quota begins anew, and in how many whole seconds."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Moment.of(midnight), math.ceil((midnight - now).total_seconds())


def claim_code_digest(code: str) -> bytes:
    """A claim code is 160 random bits, so a plain hash keeps it as well as a slow one would."""
    return sha256(code.encode()).digest()


def claim_key(code: str) -> str:
    """The audience key that whoever shows this code holds."""
    return f"claim:{claim_code_digest(code).hex()}"
