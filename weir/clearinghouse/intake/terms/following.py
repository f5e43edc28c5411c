# SPDX-License-Identifier: Apache-2.0
"""The life of a report: what is said after it came, by whom something is awaited, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from weir.clearinghouse.intake.terms.attachments import Attachment
from weir.clearinghouse.intake.terms.reports import NO_DETAILS, Details, Report, ReportId, ReportState
from weir.kernel.errors import Conflict, Invalid, Missing
from weir.kernel.moments import Moment
from weir.kernel.records import unrecorded


class Act(StrEnum):
    """What can happen to a report once it is there."""

    AMEND = "amend"
    WITHDRAW = "withdraw"
    ACKNOWLEDGE = "acknowledge"
    ASSESS = "assess"
    ASK = "ask"
    ANSWER = "answer"
    ATTACH = "attach"


class Assessment(StrEnum):
    """What a coordinator holds a report to be, at first sight and with reasons. A later one stands beside it."""

    VULNERABILITY = "vulnerability"
    ORDINARY_BUG = "ordinary_bug"
    INTENDED = "intended"


class ClockName(StrEnum):
    """The two promises that bind the coordinator."""

    ACKNOWLEDGE = "acknowledge"
    ASSESS = "assess"


class ClockState(StrEnum):
    """How a promise stands. It is paused while something is needed of the finder; missed, it stays missed."""

    RUNS = "runs"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True)
class Clock:
    """One promise to whoever reported: by when, and how that was counted."""

    name: ClockName
    state: ClockState
    due: Moment
    explained: tuple[str, ...] = ()


@dataclass(frozen=True)
class Needs:
    """That something is needed before the report can go on: never a rejection. `owner` looks again on `next_on`."""

    owner: str
    since: Moment
    next_on: date


@dataclass(frozen=True)
class Words:
    """What one act says, as it is sealed. New words stand beside the old, never instead of them."""

    text: str = ""
    component: str = ""
    weakness: str = ""
    details: Details = NO_DETAILS
    assessment: str = ""


@dataclass(frozen=True)
class Fact:
    """One thing that was said about a report after it came."""

    act: Act
    at: Moment
    words: Words


@dataclass(frozen=True)
class Added:
    """The answer to whoever adds to a report. `digest` commits to every word of what was added."""

    id: ReportId
    state: ReportState
    at: Moment
    digest: str


@dataclass(frozen=True)
class Overdue:
    """A promise that was not kept in time."""

    id: ReportId
    clock: ClockName
    due: Moment
    noted: bool


@dataclass(frozen=True)
class ClockLine:
    """A report with a promise that still binds, in the list of those that do, the next one first."""

    id: ReportId
    state: ReportState
    received_at: Moment
    clocks: tuple[Clock, ...]
    needs: Needs | None


@dataclass(frozen=True)
class Course:
    """What became of a report. `committed_at`: since when its finder had it, where they proved that."""

    id: ReportId
    turn_at: Moment | None
    facts: tuple[Fact, ...]
    clocks: tuple[Clock, ...]
    needs: Needs | None
    attachments: tuple[Attachment, ...]
    committed_at: Moment | None = None


@dataclass(frozen=True)
class Claimed:
    """A report, opened by its claim code. The ledger keeps that it was opened, and nothing of what was shown."""

    id: ReportId
    report: Report | None = unrecorded(default=None)  # noqa: RUF009 - it makes a field
    course: Course | None = unrecorded(default=None)  # noqa: RUF009 - as above


class NotNow(Conflict):
    """The state of this report does not let that happen."""

    hint = "Read the report again: it may have been withdrawn, or dealt with, meanwhile."


class NothingAsked(Conflict):
    """Nothing is asked about this report just now."""

    hint = "Add to it with `intake.amend_report`."


class NothingSaid(Invalid):
    """This says nothing."""

    hint = "Say something in at least one of the fields."


class NoSuchCode(Missing):
    """This claim code opens nothing here."""

    hint = "Check every character; it has forty, from 0 to 9 and from a to f."
