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
    WITHDRAWN = "withdrawn"


class AiUse(StrEnum):
    """What the finder says of tools. Every answer is welcome; `confidential` names no tool and loses nothing."""

    UNSAID = "unsaid"
    NONE = "none"
    ASSISTED = "assisted"
    AUTONOMOUS = "autonomous"
    CONFIDENTIAL = "confidential"


@dataclass(frozen=True)
class Received:
    """The answer to whoever reports. `digest` commits to every word that was sent; `claim_code` is shown once, ever."""

    id: ReportId
    received_at: Moment
    digest: str
    claim_code: str = unrecorded(default="")


@dataclass(frozen=True)
class Step:
    """One part of a finding that is ready to act on, and whether this report brings it yet."""

    label: str
    done: bool
    why: str


@dataclass(frozen=True)
class Submission:
    """What the finder said."""

    title: str
    component: str
    description: str
    weakness: str = ""
    ai_use: AiUse = AiUse.UNSAID


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
    """A report in a list of one's own."""

    id: ReportId
    title: str
    component: str
    state: ReportState
    received_at: Moment


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
