# SPDX-License-Identifier: Apache-2.0
"""Reports: how they come, where they stand, and what is told to whoever sent them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from weir.kernel.errors import Invalid, Unavailable
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment
from weir.kernel.records import unrecorded


class ReportId(TypedId, prefix="R"):
    """One report, as it came in."""


class ReportState(StrEnum):
    """Where a report stands in this room. What became of it later is told by the facts that later rooms recorded."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    WITHDRAWN = "withdrawn"


class AiUse(StrEnum):
    """What the finder says of tools. Every answer is welcome; `confidential` names no tool and loses nothing."""

    UNSAID = "unsaid"
    NONE = "none"
    ASSISTED = "assisted"
    AUTONOMOUS = "autonomous"
    CONFIDENTIAL = "confidential"


class AiPhase(StrEnum):
    """In what an AI system took part."""

    FINDING = "finding"
    PROVING = "proving"
    PATCHING = "patching"
    WRITING = "writing"


@dataclass(frozen=True)
class Received:
    """The answer to whoever reports. `digest` commits to every word that was sent; `claim_code` is shown once, ever.

    `turn_at` is when coordinators begin to work on it: at once, unless much came from the same finder before.
    """

    id: ReportId
    received_at: Moment
    digest: str
    claim_code: str = unrecorded(default="")
    turn_at: Moment | None = None


@dataclass(frozen=True)
class Step:
    """One part of a finding that is ready to act on, and whether this report brings it yet. The rest only helps."""

    label: str
    done: bool
    why: str
    needed: bool = True


@dataclass(frozen=True)
class Details:
    """What a finder may say besides, each part in their own words. `severity` is theirs, apart from any other.

    trigger: how it is made to happen. affected, unaffected: which versions, and who is safe. base_commit: what a
    proposed patch applies to. sharing: who else knows. timing: what limits the time. credit: how to be named.
    """

    trigger: str = ""
    severity: str = ""
    affected: str = ""
    unaffected: str = ""
    cause: str = ""
    preconditions: str = ""
    base_commit: str = ""
    sharing: str = ""
    timing: str = ""
    credit: str = ""
    ai_phases: tuple[AiPhase, ...] = ()


NO_DETAILS = Details()


@dataclass(frozen=True)
class Submission:
    """What the finder said."""

    title: str
    component: str
    description: str
    weakness: str = ""
    ai_use: AiUse = AiUse.UNSAID
    details: Details = NO_DETAILS


@dataclass(frozen=True)
class Report:
    """A report, opened."""

    id: ReportId
    state: ReportState
    received_at: Moment
    submitter: str
    submission: Submission
    digest: str
    checklist: tuple[Step, ...] = field(default=())


@dataclass(frozen=True)
class ReportLine:
    """A report in a list of one's own. `lacks` counts what it needs to be ready; `asked` says that you are awaited."""

    id: ReportId
    title: str
    component: str
    state: ReportState
    received_at: Moment
    lacks: int = 0
    asked: bool = False
    next_at: Moment | None = None


class NoMoreToday(Unavailable):
    """No more reports without a name are taken today."""

    hint = "Come back then, or sign in: what is sent under a name is not counted with it."

    def __init__(self, until: Moment, seconds: int) -> None:
        self.headers = (("Retry-After", str(seconds)),)
        super().__init__(f"No more reports without a name are taken today; the next are at {until}.")


class EmptyReport(Invalid):
    """A report needs a title and a description; everything else can follow."""

    hint = "Say in one line what is wrong, and describe it in your own words."


class TooLong(Invalid):
    """A part of the report is longer than it may be."""

    hint = "Send long material as an attachment."
