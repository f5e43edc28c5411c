# SPDX-License-Identifier: Apache-2.0
"""How often a finder was right, and what that earns: a place in the line, never a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from weir.clearinghouse.intake.terms.reports import ReportId
from weir.kernel.errors import Unavailable
from weir.kernel.moments import Moment


class Outcome(StrEnum):
    """What became of a report, as far as it says something of its finder. The last two say nothing."""

    VALIDATED = "validated"
    REFUTED = "refuted"
    DUPLICATE = "duplicate"
    BY_DESIGN = "by_design"


class Standing(StrEnum):
    """Where whoever gave a verdict stands. `involved` has something to do with the finder; `own` is a verdict about the
    finder's own package.
    """

    INDEPENDENT = "independent"
    INVOLVED = "involved"
    OWN = "own"


@dataclass(frozen=True)
class TrackRecord:
    """How many of a finder's reports were held to be right, and how many wrong, by somebody independent."""

    validated: int = 0
    refuted: int = 0


@dataclass(frozen=True)
class Tracked:
    """What came of a verdict for the record of whoever reported."""

    id: ReportId
    outcome: Outcome
    counted: bool


class LineIsFull(Unavailable):
    """So much of yours waits in line that no more fits."""

    hint = "Nothing that you sent is lost. Come back when Retry-After says; good reports make the line move."

    def __init__(self, until: Moment, seconds: int) -> None:
        self.headers = (("Retry-After", str(seconds)),)
        super().__init__(f"So much of yours waits in line that no more fits; there is room at {until}.")
