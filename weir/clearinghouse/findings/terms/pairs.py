# SPDX-License-Identifier: Apache-2.0
"""Pairs of findings: nominated, kept apart, merged, split again; and what the sender of a duplicate is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from weir.clearinghouse.findings.terms.findings import FindingId
from weir.clearinghouse.findings.terms.links import Basis, LinkKind
from weir.clearinghouse.intake.terms import ReportId
from weir.kernel.errors import Conflict, Invalid
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment
from weir.kernel.records import unrecorded

MOST_NOMINATIONS = 20
LONGEST_REASON = 2000


class PairId(TypedId, prefix="PR"):
    """Two findings, and how they may belong together."""


class PairState(StrEnum):
    """What became of a nomination. A person decides each but the first; evidence of cause may ask again."""

    NOMINATED = "nominated"
    APART = "kept_apart"
    MERGED = "merged"


class Stage(StrEnum):
    """All that the sender of a duplicate is told of what was there before."""

    REPRODUCED = "reproduced"


@dataclass(frozen=True)
class Nominated:
    """Two findings may belong together. What speaks for it may repeat the words of both, so no entry holds it: it is
    sealed under both cases, and goes with either.
    """

    id: PairId
    finding: FindingId
    other: FindingId
    kind: LinkKind
    basis: Basis
    state: PairState
    explanation: str = unrecorded(default="")


@dataclass(frozen=True)
class KeptApart:
    """A person looked at both, and they are two."""

    id: PairId
    finding: FindingId
    other: FindingId
    reason: str


@dataclass(frozen=True)
class Merged:
    """Two findings are one. `unverified`: whose proofs are to be run again before it is closed."""

    id: PairId
    into: FindingId
    merged: FindingId
    reason: str
    unverified: tuple[ReportId, ...]


@dataclass(frozen=True)
class Split:
    """A merge was taken back."""

    id: PairId
    finding: FindingId
    out_of: FindingId
    reason: str


@dataclass(frozen=True)
class Named:
    """A source knows a finding by these names. They lie sealed in a row; the entry says only that there are some."""

    id: FindingId
    count: int
    source: str = unrecorded(default="")
    names: tuple[str, ...] = unrecorded(default=())


@dataclass(frozen=True)
class Reproduced:
    """A report's own proof was reproduced here."""

    id: ReportId
    at: Moment


@dataclass(frozen=True)
class ProofRun:
    """A report's proof was run against the fix that ships, and does nothing any more."""

    id: ReportId


@dataclass(frozen=True)
class Nomination:
    """Who or what brought a pair up, when, on what it rests, how sure it is, and why."""

    by: str
    at: Moment
    basis: Basis
    score: float
    explanation: str


@dataclass(frozen=True)
class PairLine:
    """A pair in a list."""

    id: PairId
    kind: LinkKind
    state: PairState
    at: Moment
    finding: FindingId
    title: str
    other: FindingId
    other_title: str


@dataclass(frozen=True)
class Pair:
    """A pair, opened: what speaks for and against it, and what was decided, why and by whom."""

    id: PairId
    kind: LinkKind
    state: PairState
    at: Moment
    finding: FindingId
    other: FindingId
    nominations: tuple[Nomination, ...]
    decided_by: str
    reason: str
    marking: str
    who_would_lose: tuple[str, ...]


@dataclass(frozen=True)
class Notice:
    """The answer to a duplicate: that it is held already, and its stage. Nothing else, ever."""

    held: bool
    stage: Stage | None


class WithItself(Invalid):
    """A finding does not belong to itself."""

    hint = "Name two findings."


class Unreasoned(Invalid):
    """A reason is asked for here, and it is kept."""

    hint = f"Say why in 1 to {LONGEST_REASON} characters, without the words of either report."


class NotOpen(Conflict):
    """One of the two is part of another finding already."""

    hint = "Go to the finding that it is part of, and merge with that one; or split it first."


class NotMerged(Conflict):
    """This finding is part of no other."""

    hint = "Only what was merged can be split."


class DifferentNames(Conflict):
    """These bear two different CVE numbers, and no source lists both for one."""

    hint = "Keep them apart; or, where a source does list both, record its names for one of the two first."


class Decided(Conflict):
    """These two are one by now."""

    hint = "Split them first."
