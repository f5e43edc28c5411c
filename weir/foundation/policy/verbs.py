# SPDX-License-Identifier: Apache-2.0
"""What is done about policy itself: two people for one act, broken glass, and the status of legal regimes."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import date

from weir.foundation.actor import Actor
from weir.foundation.policy import rules
from weir.foundation.policy.marks import mark_fresh, show_through_glass
from weir.foundation.policy.models import GlassRow, NoticeRow, PendingActRow, RegimeStatusRow
from weir.foundation.policy.reads import regimes
from weir.foundation.policy.reads.opened import in_force
from weir.foundation.policy.terms import (
    ACT_LASTS,
    GLASS_LASTS,
    ActOver,
    ActState,
    BrokenGlass,
    GlassId,
    Marking,
    NeedsSecondPerson,
    NotAllowed,
    NothingHere,
    NoticeId,
    PendingAct,
    PendingActId,
    PersonOnly,
    RegimeStatus,
    SamePerson,
    Tlp,
    UnknownRegime,
)
from weir.foundation.verb import VERBS, verb
from weir.kernel.canonical import hexdigest, loads
from weir.kernel.errors import Invalid
from weir.kernel.ids import any_id, uuid7
from weir.kernel.moments import Moment

LONGEST_REASON = 2000
LONGEST_PARAMETERS = 100_000
ADMINISTRATORS = "role:administrator"
_STAFF = frozenset({"role:administrator", "role:coordinator"})


@dataclass(frozen=True)
class RegimeSet:
    id: str
    status: RegimeStatus
    as_of: date
    source: str


@verb("policy.propose_act", person_only=True, page="/acts/")
def propose_act(
    actor: Actor, act: str, reason: str, on: str = "", parameters: str = "{}", *, now: Moment
) -> PendingAct:
    """Propose something that takes two people. Another person looks at it and confirms it; then one of the two does it.

    The parameters are fixed by their digest: what was confirmed is what can be done, once, within a day.
    """
    _only_persons(actor)
    if act not in VERBS:
        raise Invalid(f"There is no verb {act[:80]!r}.", faults={"/act": "is not a verb"})
    if VERBS[act].options.two_people:
        # Read as the verb will read them: what cannot be done cannot be proposed, and defaults are confirmed too.
        parameters = VERBS[act].whole(loads(parameters.encode(), max_bytes=LONGEST_PARAMETERS)).decode()  # type: ignore[arg-type]  # whole() refuses what is no object
    row = PendingActRow(
        id=uuid7(now, os.urandom),
        number=PendingActId.mint(now.year, os.urandom),
        act=act,
        on=str(any_id(on)) if on else "",
        digest=digest_of(parameters),
        reason=_reason(reason),
        proposer=actor.id,
        proposer_root=rules.root(actor),
        confirmer="",
        state=ActState.PROPOSED,
        expires=now + ACT_LASTS,
    )
    row.save(force_insert=True)
    mark_fresh([row], actor.id, Marking(Tlp.RED, _STAFF))
    return row.as_term()


@verb("policy.confirm_act", on="pending", person_only=True, page="/acts/")
def confirm_act(actor: Actor, pending: PendingActId, *, now: Moment) -> PendingAct:
    """Be the second person for a proposed act. Never the proposer, nor another account of the same owner."""
    _only_persons(actor)
    row = PendingActRow.objects.select_for_update().get(number=pending)
    if rules.root(actor) in {row.proposer, row.proposer_root} or actor.id == row.proposer:
        raise SamePerson
    if row.state != ActState.PROPOSED or row.expires <= now:
        raise ActOver
    row.state, row.confirmer = ActState.CONFIRMED, actor.id
    row.save(update_fields=["state", "confirmer"])
    return row.as_term()


def require_second_person(actor: Actor, act: str, on: str, digest: str, now: Moment) -> PendingAct:
    """Called inside a verb that takes two people: uses up one confirmed act of exactly these parameters, or refuses.

    Either of the two may do it, nobody else. If the verb fails after this line, its transaction gives the act back.
    """
    confirmed = PendingActRow.objects.filter(act=act, on=str(on), digest=digest, state=ActState.CONFIRMED)
    for row in confirmed.filter(expires__gt=now).order_by("id"):
        if actor.id not in {row.proposer, row.confirmer}:
            continue
        # Two that race for one act: the database lets one of them change the state, and the other finds nothing.
        if PendingActRow.objects.filter(id=row.id, state=ActState.CONFIRMED).update(state=ActState.USED):
            row.state = ActState.USED
            return row.as_term()
    raise NeedsSecondPerson


def second_person(actor: Actor, verb: str, on: str, parameters: bytes, now: Moment) -> None:
    """Implements `Second` for verbs that are declared to take two people."""
    require_second_person(actor, verb, on, digest_of(parameters.decode()), now)


@verb("policy.break_glass", person_only=True, page="/glass/")
def break_glass(actor: Actor, on: str, reason: str, *, now: Moment) -> BrokenGlass:
    """See one object for an hour in an emergency, and let every administrator know.

    The glass is a key that only this person holds and that is gone with the hour. Row, key, notice and ledger entry
    stand or fall together: nobody looks through a glass of which the administrators were not told.
    """
    if not (actor.staff and actor.second_factor):
        raise NotAllowed("Breaking the glass takes a member of the staff who signed in with a second factor.")
    number = any_id(on)
    found = in_force().by_id.get(type(number))
    opened_row = found and found[0]._default_manager.filter(number=number).values_list("pk", flat=True).first()
    if found is None or opened_row is None:
        raise NothingHere
    row = GlassRow(
        id=uuid7(now, os.urandom),
        number=GlassId.mint(now.year, os.urandom),
        by=actor.id,
        on=number,
        reason=_reason(reason),
        at=now,
        until=now + GLASS_LASTS,
    )
    row.save(force_insert=True)
    mark_fresh([row], actor.id, Marking(Tlp.RED, frozenset({ADMINISTRATORS})))
    show_through_glass(found[1].protects.name, opened_row, row.number)
    _notify(actor, f"{actor.id} broke the glass on {number}: {row.reason}", row.number, now)
    return row.as_term()


@verb("policy.set_regime_status", about="id", person_only=True, page="/regimes/")
def set_regime_status(
    actor: Actor, regime: str, status: RegimeStatus, as_of: date, source: str, *, now: Moment
) -> RegimeSet:
    """Enter what the status of a legal regime is, as of a day and from a source. Weir claims nothing from it."""
    if regime not in regimes():
        raise UnknownRegime
    if as_of > now.date():
        raise Invalid("A status is known as of a day that has come.", faults={"/as_of": "lies in the future"})
    row = RegimeStatusRow(id=uuid7(now, os.urandom), regime=regime, status=status, as_of=as_of, set_by=actor.id)
    row.source = _reason(source)
    row.save(force_insert=True)
    return RegimeSet(regime, status, as_of, row.source)


def digest_of(parameters: str) -> str:
    """Of JSON, whatever its order and spacing: both sides of a two-person act compute the same."""
    return hexdigest(loads(parameters.encode(), max_bytes=LONGEST_PARAMETERS))


def _notify(actor: Actor, sentence: str, about: str, now: Moment) -> None:
    row = NoticeRow(
        id=uuid7(now, os.urandom),
        number=NoticeId.mint(now.year, os.urandom),
        to=ADMINISTRATORS,
        sentence=sentence,
        about=about,
        at=now,
    )
    row.save(force_insert=True)
    mark_fresh([row], actor.id, Marking(Tlp.RED, frozenset({ADMINISTRATORS})))


def _only_persons(actor: Actor) -> None:
    if not rules.is_person(actor):
        raise PersonOnly


def _reason(text: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST_REASON or re.search(r"[\x00-\x08\x0b-\x1f]", said):
        raise Invalid(f"Say why, in 1 to {LONGEST_REASON} characters.", faults={"/reason": "is empty or too long"})
    return said
