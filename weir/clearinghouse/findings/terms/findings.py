# SPDX-License-Identifier: Apache-2.0
"""Findings as they stand on the queue, and opened."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from weir.clearinghouse.intake.terms import ReportId
from weir.clearinghouse.intake.terms.documents import DocumentId
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment


class FindingId(TypedId, prefix="F"):
    """One cause, however many reported it."""


class FindingState(StrEnum):
    """Where a finding stands in this room."""

    OPEN = "open"
    MERGED = "merged"


@dataclass(frozen=True)
class Correlated:
    """A report has found its finding."""

    id: FindingId
    report: ReportId
    new: bool


@dataclass(frozen=True)
class FindingLine:
    """A finding on the queue. Who took it on is told to coordinators."""

    id: FindingId
    title: str
    target: str
    state: FindingState
    received_at: Moment
    reports: int
    marking: str
    mine: bool = False
    taken: bool = False
    items: int = 0


@dataclass(frozen=True)
class ReportOf:
    """A report that belongs to a finding."""

    id: ReportId
    received_at: Moment


@dataclass(frozen=True)
class ItemOf:
    """An item that belongs to a finding: which document said it, with which tool, where in the code."""

    document: DocumentId
    received_at: Moment
    title: str
    tool: str
    rule: str
    place: str


@dataclass(frozen=True)
class Finding:
    """A finding, opened. `merged_into` names the one that it is part of, if there is one. Of many items the first are
    told; `waiting` further ones have an exact key of it, and their turn is still to come.
    """

    id: FindingId
    title: str
    target: str
    state: FindingState
    received_at: Moment
    marking: str
    reports: tuple[ReportOf, ...]
    merged_into: tuple[FindingId, ...] = ()
    parts: tuple[FindingId, ...] = ()
    mine: bool = False
    taken: bool = False
    items: tuple[ItemOf, ...] = ()
    item_count: int = 0
    waiting: int = 0
