# SPDX-License-Identifier: Apache-2.0
"""What policy decides without a policy file: how markings combine, who is a second person, what a filter needs."""

from __future__ import annotations

from collections.abc import Iterable

from weir.foundation.actor import Actor, ActorKind
from weir.foundation.policy.terms import (
    And,
    Everything,
    Filter,
    HoldsKey,
    Marking,
    Not,
    Nothing,
    Or,
    Tlp,
)

_STRICTNESS = {tlp: place for place, tlp in enumerate(Tlp)}
# Keys that only members hold. A handle, such as that of a claim code, may be held by a stranger.
_MEMBERS = ("actor", "owner", "organization", "kind", "sector", "role")


def combine(markings: Iterable[Marking]) -> Marking:
    """What holds when several sources mark one object: the strictest label, the readers all of them agree to, the
    latest embargo. Commutative, associative, idempotent; who sees the combination was to see every part of it.

    Without any source nobody is shown anything.
    """
    all_of_them = tuple(markings)
    if not all_of_them:
        return Marking(Tlp.RED, frozenset())
    audience = plainest(all_of_them[0].audience)
    for marking in all_of_them[1:]:
        audience = shared(audience, marking.audience)
    embargoes = [marking.embargo_until for marking in all_of_them if marking.embargo_until]
    strictest = max((marking.tlp for marking in all_of_them), key=_STRICTNESS.__getitem__)
    return Marking(strictest, audience, max(embargoes, default=None))


def shared(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The keys whose holders both audiences reach.

    Keys form a tree, `any` above `member` above what only members hold: two keys either contain one another or are kept
    apart. {organization:A} and {sector:energy} share nothing, though somebody may hold both: narrower is the safe side.
    """
    return plainest({key for key in one if reaches(other, key)} | {key for key in other if reaches(one, key)})


def reaches(audience: Iterable[str], key: str) -> bool:
    """Whether this audience includes everybody who holds the key."""
    held = frozenset(audience)
    return key in held or "any" in held or ("member" in held and _of_members(key))


def plainest(audience: Iterable[str]) -> frozenset[str]:
    """The same readers with no key that another one makes superfluous."""
    held = frozenset(audience)
    return frozenset(key for key in held if not reaches(held - {key}, key))


def _of_members(key: str) -> bool:
    return key.partition(":")[0] in _MEMBERS


def root(actor: Actor) -> str:
    """The human who answers for an actor: its owner where it has one."""
    return actor.owner or actor.id


def is_person(actor: Actor) -> bool:
    return actor.kind is ActorKind.PERSON


def refuses(actor: Actor, *, person_only: bool) -> bool:
    """Whether a verb for persons only is closed to this actor. A token is narrowed to scopes, and may be stolen: what
    bears one is not the person, even where it is the person's own.
    """
    return person_only and (actor.kind in {ActorKind.AGENT, ActorKind.ANONYMOUS} or actor.scopes is not None)


# Filters --------------------------------------------------------------------------------------------------------------


def all_of(parts: Iterable[Filter]) -> Filter:
    kept: list[Filter] = []
    for part in parts:
        if isinstance(part, Nothing):
            return Nothing()
        kept += part.parts if isinstance(part, And) else [] if isinstance(part, Everything) else [part]
    return kept[0] if len(kept) == 1 else And(tuple(kept)) if kept else Everything()


def any_of(parts: Iterable[Filter]) -> Filter:
    kept: list[Filter] = []
    for part in parts:
        if isinstance(part, Everything):
            return Everything()
        kept += part.parts if isinstance(part, Or) else [] if isinstance(part, Nothing) else [part]
    keys = [part.keys for part in kept if isinstance(part, HoldsKey)]
    if len(keys) > 1:
        kept = [HoldsKey(frozenset().union(*keys)), *(part for part in kept if not isinstance(part, HoldsKey))]
    return kept[0] if len(kept) == 1 else Or(tuple(kept)) if kept else Nothing()


def none_of(part: Filter) -> Filter:
    match part:
        case Everything():
            return Nothing()
        case Nothing():
            return Everything()
        case Not(inner):
            return inner
    return Not(part)


def needs_key(wanted: Filter) -> frozenset[str] | None:
    """Keys of which a row must be shown to at least one, or the filter drops it; None where no key is needed."""
    match wanted:
        case Nothing():
            return frozenset()
        case HoldsKey(keys):
            return keys
        case And(parts):
            needed = [each for part in parts if (each := needs_key(part)) is not None]
            return min(needed, key=len, default=None)
        case Or(parts):
            alternatives = [each for part in parts if (each := needs_key(part)) is not None]
            return frozenset().union(*alternatives) if len(alternatives) == len(parts) else None
    return None


def besides(wanted: Filter, keys: frozenset[str]) -> Filter:
    """What is left to ask of rows that are known to be shown to one of these keys."""
    parts = wanted.parts if isinstance(wanted, And) else (wanted,)
    return all_of(part for part in parts if part != HoldsKey(keys))
