# SPDX-License-Identifier: Apache-2.0
"""What does not end by leaving, and for whom: duties, bans, legal holds."""

from __future__ import annotations

from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.identity import rules
from weir.foundation.identity.accounts import mark_of
from weir.foundation.identity.models import AgentRow, DutyRow, HoldRow, MembershipRow
from weir.foundation.identity.terms import Duty, DutyId, DutyKind, Hold, HoldId, PersonId
from weir.foundation.ledger.reads import looking_back as ledger
from weir.foundation.policy.terms import NotAllowed
from weir.foundation.question import question
from weir.foundation.verb import HeldBack
from weir.kernel.moments import Moment

_MADE = ("identity.register_agent",)
_JOINED = ("identity.claim_first_administrator", "identity.accept_invitation")


@question("identity.list_duties")
def list_duties(actor: Actor) -> tuple[Duty, ...]:
    """Embargo duties, bans and spent quotas, and until when each of them lasts."""
    rules.check_operator(actor)
    return tuple(duty_of(row) for row in DutyRow.objects.order_by("ends", "id"))


@question("identity.list_holds")
def list_holds(actor: Actor) -> tuple[Hold, ...]:
    """Legal holds, and which of them wait for a second person."""
    rules.check_operator(actor)
    return tuple(hold_of(row) for row in HoldRow.objects.order_by("id"))


def duties_of(number: str, now: Moment) -> tuple[Duty, ...]:
    """What somebody still owes, here or gone. For other rooms, which enforce it."""
    return tuple(duty_of(row) for row in DutyRow.objects.filter(about=number, ends__gt=now).order_by("id"))


def is_banned(email: str, now: Moment) -> bool:
    """Whether this address was banned, and the ban has not ended; also when whoever had it left since."""
    return DutyRow.objects.filter(kind=DutyKind.BAN, mark=mark_of(email), ends__gt=now).exists()


def is_held(number: str) -> bool:
    """Whether two people hold this back from being erased."""
    return HoldRow.objects.filter(about=number).exclude(confirmed_by="").exists()


def hold_back(actor: Actor, number: str) -> None:
    """Implements `HoldBack`: asked before anything is erased. Who may not list holds is refused without the reason."""
    if not any(is_held(held) for held in {number, *_behind(number)}):
        return
    if actor == SYSTEM or rules.is_operator(actor):
        raise HeldBack
    raise NotAllowed


def _behind(number: str) -> set[str]:
    """Whoever acted on something, who answers for them where they are programs, and where these people belong.

    Those who left count too. Their rows are gone, so the ledger is asked as well: it says who ever came where.
    """
    actors = set(ledger.actors_on(number))
    people = actors | set(
        AgentRow.objects.filter(number__in=actors).values_list("membership__person__number", flat=True)
    )
    people |= {made["owner"] for made in ledger.outcomes_about(actors, _MADE)}
    memberships = MembershipRow.objects.filter(person__number__in=people)
    here = set(memberships.values_list("organization__number", flat=True))
    return people | here | {joined["organization"] for joined in ledger.outcomes_about(people, _JOINED)}


def duty_of(row: DutyRow) -> Duty:
    return Duty(DutyId(row.number), row.about, DutyKind(row.kind), Moment.of(row.ends))


def hold_of(row: HoldRow) -> Hold:
    return Hold(HoldId(row.number), row.about, PersonId(row.placed_by), row.confirmed_by)
