# SPDX-License-Identifier: Apache-2.0
"""Claims: leases on a part of a target, and what overlaps with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from weir.clearinghouse.scanning.terms.targets import TargetId
from weir.kernel.errors import Conflict, Invalid, Refused, Unavailable
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment


class ClaimId(TypedId, prefix="CL"):
    """One lease on a part of a target."""


class Method(StrEnum):
    """The family of a method: two of one family would find much the same."""

    FUZZING = "fuzzing"
    STATIC = "static"
    MODEL_AUDIT = "model_audit"
    MANUAL = "manual"


class Overlap(StrEnum):
    """What is said of others who work nearby, and all that is said: the nearest kind, not who, nor how many."""

    NONE = "none"
    ADJACENT = "adjacent"
    OTHER_METHOD = "other_method"
    SAME = "same"


class Choice(StrEnum):
    """What the asker makes of an overlap. Nobody is blocked."""

    GO_ON = "go_on"
    SPLIT = "split"
    WAIT = "wait"
    JOIN = "join"


class ClaimState(StrEnum):
    LIVE = "live"
    WAITING = "waiting"
    RELEASED = "released"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Scope:
    """What is scanned, how and for what. `weaknesses` empty: for any; `paths` of one empty text: all of the code."""

    target: TargetId
    paths: tuple[str, ...]
    methods: tuple[Method, ...]
    weaknesses: tuple[str, ...] = ()
    commits: str = ""
    authority: str = ""


@dataclass(frozen=True)
class Met:
    """Somebody who overlaps and wishes to be met, as does the reader."""

    claim: ClaimId
    organization: str


@dataclass(frozen=True)
class Answer:
    """How near others are, and how many more answers there are today."""

    overlap: Overlap
    left: int
    participant: str


@dataclass(frozen=True)
class Claimed:
    """A lease was taken, kept alive or changed. It ends by itself at `until`."""

    id: ClaimId
    state: ClaimState
    until: Moment
    overlap: Overlap
    met: tuple[Met, ...] = ()


@dataclass(frozen=True)
class Ended:
    """A lease is over."""

    id: ClaimId
    state: ClaimState


@dataclass(frozen=True)
class Offered:
    """A lease is held out to somebody, who has it once they take it."""

    id: ClaimId
    heir: str


@dataclass(frozen=True)
class ClaimLine:
    """One's own claim on the board."""

    id: ClaimId
    target: TargetId
    locator: str
    state: ClaimState
    began: Moment
    until: Moment
    ends: Moment
    methods: tuple[Method, ...]
    overlap: Overlap
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class CoverageLine:
    """What was scanned. `own` holds what is the participant's alone."""

    at: Moment
    said: dict[str, str]
    own: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """A claim, opened. `hours` is the participant's own, and 0 for anybody else."""

    id: ClaimId
    scope: Scope
    locator: str
    state: ClaimState
    began: Moment
    until: Moment
    ends: Moment
    hours: int
    units: int
    overlap: Overlap
    choice: Choice
    named: bool
    heir: str
    own: bool
    met: tuple[Met, ...] = ()
    coverage: tuple[CoverageLine, ...] = ()


@dataclass(frozen=True)
class Standing:
    """What somebody may claim, and from what that follows. All of it is their own."""

    capacity: int
    held: int
    allowed: int
    ended: int
    kept: int
    answers_left: int


@dataclass(frozen=True)
class CapacityDeclared:
    """The capacity is kept, and is nobody else's to read."""

    participant: str


@dataclass(frozen=True)
class Covered:
    """What was scanned is recorded."""

    id: ClaimId
    at: Moment


@dataclass(frozen=True)
class Yielded:
    """What came of scanning a target; empty while that is not published."""

    target: str


@dataclass(frozen=True)
class Suggestion:
    """So many hours on this target, what risk that takes away, and why."""

    target: TargetId
    locator: str
    hours: int
    gain: int
    reasons: tuple[str, ...]


class TooWide(Conflict):
    """This is more than you can hold at once."""

    hint = "`scanning.my_standing` says what you hold and may hold. Name fewer paths, deeper ones, or release a claim."


class NotScanned(Refused):
    """The maintainers do not want this scanned."""

    hint = "`scanning.read_target` shows their rules."


class NotAScope(Invalid):
    """What is to be scanned cannot be read from this."""

    hint = "Name at least one method, at most sixteen paths, and weaknesses as CWE-787."


class Over(Conflict):
    """This claim is over."""

    hint = "Claim it again, if you still want to scan it."


class NotWider(Conflict):
    """A claim can be narrowed and not widened."""

    hint = "Claim the rest beside it."


class NoMoreAnswers(Unavailable):
    """You have asked about overlaps as often as a day allows."""

    hint = "Ask again tomorrow (UTC). Claims that you hold can be renewed all the same."


class NobodyToTakeIt(Invalid):
    """A claim is handed to one participant, by their number."""

    hint = "Ask them for the number that stands on their page: it begins with P."
