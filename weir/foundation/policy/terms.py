# SPDX-License-Identifier: Apache-2.0
"""Nouns of policy: what is protected, how it is marked, what a filter says, and the ways to be refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from weir.kernel.errors import Conflict, Invalid, Missing, Refused
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment

NAMESPACE = "Weir"
INSTANCE = "Weir::Instance"
GLASS = "glass:"  # audience keys that begin so are held for an hour at most, and no marking gives or takes them
GLASS_LASTS = timedelta(minutes=60)
ACT_LASTS = timedelta(hours=24)


class PendingActId(TypedId, prefix="PA"):
    """An act that waits for a second person."""


class GlassId(TypedId, prefix="BG"):
    """A glass that somebody broke."""


class NoticeId(TypedId, prefix="NT"):
    """Something that administrators must see."""


# What is protected ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Protects:
    """Declared by a row (`policy = Protects(...)`): policy decides about each of its rows under this kind.

    kind: the Cedar type, `Weir::Finding`. id: the spoken number that names a row (column `number`). read: the action
    that shows a row, if not `<room>.read_finding`; who may not do it is answered as if there were no row. lists: the
    actions that `visible_to` filters by, if not `<room>.list_findings`. attributes: Cedar attribute to column. Columns
    may not be nullable: a comparison with NULL is neither true nor false in SQL, so a negated one would let rows
    through. `audience: Set<String>` is always there.
    """

    kind: str
    id: type[TypedId]
    read: str = ""
    lists: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The kind without its namespace, as the audience table stores it."""
        return self.kind.partition("::")[2]

    @property
    def word(self) -> str:
        """The name as it stands in the names of verbs: PendingAct is pending_act."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.name).lower()


class Holds(StrEnum):
    """What a Cedar attribute holds."""

    TEXT = "String"
    NUMBER = "Long"
    TRUTH = "Boolean"


@dataclass(frozen=True)
class Attribute:
    """Where Cedar's attribute stands in the table."""

    column: str
    holds: Holds


@dataclass(frozen=True)
class Kind:
    """A protected kind as policy sees it."""

    protects: Protects
    read: str
    lists: tuple[str, ...]
    attributes: Mapping[str, Attribute]

    @property
    def type(self) -> str:
        return self.protects.kind


@dataclass(frozen=True)
class Action:
    """A verb or question: on which kinds it may be asked, and in which groups policies may name it."""

    name: str
    kinds: frozenset[str] = frozenset({INSTANCE})
    person_only: bool = False
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """All that policies may speak of. Groups: `<room>.*` for every room, `verbs`, `questions`."""

    actions: Mapping[str, Action] = field(default_factory=lambda: MappingProxyType({}))
    kinds: Mapping[str, Kind] = field(default_factory=lambda: MappingProxyType({}))
    groups: frozenset[str] = frozenset()


# What a filter says ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filter:
    """Which rows an actor may see, in the few words that SQL and Cedar understand alike."""


@dataclass(frozen=True)
class Everything(Filter):
    pass


@dataclass(frozen=True)
class Nothing(Filter):
    pass


@dataclass(frozen=True)
class Compare(Filter):
    """The column stands in this relation to the literal: exact, lt, lte, gt, gte, or in (a tuple)."""

    column: str
    relation: str
    literal: str | int | bool | tuple[str | int, ...]


@dataclass(frozen=True)
class HoldsKey(Filter):
    """The row is shown to one of these keys."""

    keys: frozenset[str]


@dataclass(frozen=True)
class And(Filter):
    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Or(Filter):
    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Not(Filter):
    part: Filter


# Markings -------------------------------------------------------------------------------------------------------------


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0 (FIRST), from the widest to the strictest."""

    CLEAR = "CLEAR"
    GREEN = "GREEN"
    AMBER = "AMBER"
    AMBER_STRICT = "AMBER+STRICT"
    RED = "RED"


@dataclass(frozen=True)
class Marking:
    """How one source wants an object to be handled: its label, the audience keys it is shown to, and the embargo.

    An embargo does not end by a clock: a person lifts it, which is a new marking. The date is what was promised.
    """

    tlp: Tlp
    audience: frozenset[str]
    embargo_until: Moment | None = None

    def __post_init__(self) -> None:
        if unfit := sorted(key for key in self.audience if not _may_carry(self, key)):
            raise WiderThanItsLabel(f"TLP:{self.tlp}{self._under_embargo()} cannot be shown to {', '.join(unfit)}.")

    def _under_embargo(self) -> str:
        return " under embargo" if self.embargo_until else ""


# What an audience may hold under each label. Every row is closed downwards in the order that rules.combine works in, so
# a combination of markings that each keep their label keeps the strictest one.
_NOT_UNDER: Mapping[Tlp, frozenset[str]] = MappingProxyType(
    {
        Tlp.CLEAR: frozenset(),
        Tlp.GREEN: frozenset({"any"}),
        Tlp.AMBER: frozenset({"any", "member"}),
        Tlp.AMBER_STRICT: frozenset({"any", "member"}),
        # RED is for named people: a role of the operator's staff counts as such, an organization does not.
        Tlp.RED: frozenset({"any", "member", "organization", "kind", "sector", "owner"}),
    }
)


def _may_carry(marking: Marking, key: str) -> bool:
    word = key.partition(":")[0]
    return word not in _NOT_UNDER[marking.tlp] and not (marking.embargo_until and word == "any")


# Acts, glasses, notices, regimes --------------------------------------------------------------------------------------


class ActState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    USED = "used"


@dataclass(frozen=True)
class PendingAct:
    """Something that two people must want. `digest` fixes the parameters: what is confirmed is what is done."""

    id: PendingActId
    act: str
    on: str
    digest: str
    reason: str
    proposer: str
    expires: Moment
    state: ActState
    confirmer: str = ""


@dataclass(frozen=True)
class BrokenGlass:
    """Who opened what in an emergency, why, and until when."""

    id: GlassId
    by: str
    on: str
    reason: str
    at: Moment
    until: Moment


@dataclass(frozen=True)
class Notice:
    """Something that whoever holds `to` must see."""

    id: NoticeId
    to: str
    sentence: str
    about: str
    at: Moment


class RegimeStatus(StrEnum):
    UNKNOWN = "unknown"
    IN_FORCE = "in force"
    LAPSED = "lapsed"
    NOT_YET = "not yet in force"
    DISPUTED = "disputed"


NO_CLAIM = "Weir shows what its operator entered and does not claim that any law protects anybody. Ask a lawyer."


@dataclass(frozen=True)
class Regime:
    """A legal regime, and what the operator of this instance holds its status to be, as of a day, from a source."""

    regime: str
    name: str
    concerns: str
    citation: str
    status: RegimeStatus
    as_of: date
    source: str
    set_by: str = ""
    claim: str = NO_CLAIM


# Refusals -------------------------------------------------------------------------------------------------------------


class NotAllowed(Refused):
    """Policy does not let you do this."""


class OutOfScope(Refused):
    """The token or agent that asks was not given this."""

    hint = "Ask its owner for a token whose scope names this verb."


class PersonOnly(Refused):
    """Only a person who is signed in may do this."""

    hint = "Sign in and do it on its page; neither a token nor an agent can do what cannot be undone."


class NothingHere(Missing):
    """There is nothing here under that name that you may see."""


class NeedsSecondPerson(Refused):
    """This takes two people."""

    hint = (
        "Propose it with `policy.propose_act`, have another person confirm it with `policy.confirm_act`, do it again."
    )


class SamePerson(Refused):
    """Whoever proposed this cannot be the one who confirms it, nor can another account of the same owner."""

    hint = "Ask somebody else to look at it and to confirm it."


class ActOver(Conflict):
    """This act was confirmed already, was used, or has run out."""

    hint = "Propose it again."


class UnknownRegime(Invalid):
    """No legal regime has that name here."""

    hint = "`policy.list_regimes` names them all."


class WiderThanItsLabel(Invalid):
    """The audience of this marking is wider than its label lets it be."""

    hint = "Choose a wider label, or name the recipients one by one."


class BadPolicy(Invalid):
    """The policy files cannot be used as they stand."""

    hint = "Correct the file that is named. Nothing starts with policies that are only half understood."


class Uncompilable(Invalid):
    """A policy says something about rows that SQL cannot be made to say in the same way."""

    hint = "Use ==, !=, <, <=, >, >=, &&, ||, !, if-then-else; on the audience contains, containsAny, containsAll."
