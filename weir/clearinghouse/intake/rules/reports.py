# SPDX-License-Identifier: Apache-2.0
"""What makes a report, and what it still lacks. A report is never refused for being incomplete."""

from __future__ import annotations

import math
from datetime import timedelta
from hashlib import sha256

from weir.clearinghouse.intake.terms import AiUse, EmptyReport, Step, Submission, TooLong
from weir.kernel.moments import Moment

LIMITS = {"title": 300, "component": 500, "description": 200_000, "weakness": 100}
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
    if long:
        raise TooLong(faults=long)


def checklist(submission: Submission) -> tuple[Step, ...]:
    """Toward a finding that others can act on."""
    said = submission
    return (
        Step(
            "Which component",
            bool(said.component.strip()),
            "A purl or a repository, so that its maintainers are found.",
        ),
        Step("What is wrong", bool(said.description.strip()), "In your own words; Markdown is kept as it is."),
        Step("Which weakness", bool(said.weakness.strip()), "A CWE number lets reports of one cause meet."),
        Step("How tools were used", said.ai_use is not AiUse.UNSAID, "Any answer will do, `confidential` among them."),
    )


def next_day(now: Moment) -> tuple[Moment, int]:
    """When the strangers' quota begins anew, and in how many whole seconds."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Moment.of(midnight), math.ceil((midnight - now).total_seconds())


def claim_code_digest(code: str) -> bytes:
    """A claim code is 160 random bits, so a plain hash keeps it as well as a slow one would."""
    return sha256(code.encode()).digest()
