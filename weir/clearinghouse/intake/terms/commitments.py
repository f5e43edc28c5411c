# SPDX-License-Identifier: Apache-2.0
"""Commitments: a report that is not told yet, so that its finder can prove later that they had it.

A commitment reserves nothing and tells nothing: it is 32 bytes that only whoever holds the report and the salt can
explain. The ledger dates it; opened, it orders credit among those who prove the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from weir.clearinghouse.intake.terms.reports import ReportId
from weir.kernel.errors import Conflict, Invalid
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment

GOES_STALE_AFTER = timedelta(days=14)
MOST_WAITING = 250  # four fingerprints are checked for each: a thousand


class CommitmentId(TypedId, prefix="CM"):
    """One commitment."""


class CommitmentState(StrEnum):
    """Whether its report is known here. `open` in the sense of a promise that is still to be kept is `waiting`."""

    WAITING = "waiting"
    OPENED = "opened"


@dataclass(frozen=True)
class Committed:
    """The answer to whoever commits: the number to come back with, and since when it stands in the ledger."""

    id: CommitmentId
    committed_at: Moment
    commitment: str


@dataclass(frozen=True)
class Opening:
    """A commitment that was opened: this report was known to its finder since then."""

    id: CommitmentId
    report: ReportId
    committed_at: Moment
    opened_at: Moment


@dataclass(frozen=True)
class Commitment:
    """A commitment, for whoever made it. `report` is empty while it waits."""

    id: CommitmentId
    state: CommitmentState
    commitment: str
    committed_at: Moment
    stale: bool
    report: str = ""


@dataclass(frozen=True)
class CommitmentCounts:
    """How many commitments of one member wait to be opened, how many of these have waited for too long, and how many
    were opened.
    """

    waiting: int
    stale: int
    opened: int


class NotACommitment(Invalid):
    """A commitment is 32 bytes, written as 64 hexadecimal digits; so is a salt."""

    hint = "Commit to SHA-256 of the salt and the report's canonical words, as docs/rooms/intake.md says."


class DoesNotOpen(Invalid):
    """This report and this salt are not what was committed to."""

    hint = "Use the salt and the very words that were committed to; a blank at the end makes them others."


class OpenedBefore(Conflict):
    """This commitment was opened before."""

    hint = "`intake.read_commitment` says which report it was."


class TooManyWaiting(Conflict):
    """Too many of your commitments wait to be opened."""

    hint = "Open some of them with their reports; a commitment reserves nothing."
