# SPDX-License-Identifier: Apache-2.0
"""Claims: one's own on the board, one of them opened, and what one may hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Q, Sum

from weir.clearinghouse.scanning.models import AnswersRow, CapacityRow, ClaimRow, CoverageRow, TargetRow
from weir.clearinghouse.scanning.reads import overlaps
from weir.clearinghouse.scanning.rules import sizes
from weir.clearinghouse.scanning.terms import (
    Choice,
    Claim,
    ClaimId,
    ClaimLine,
    ClaimState,
    CoverageLine,
    Method,
    Overlap,
    Scope,
    Standing,
    TargetId,
)
from weir.foundation.actor import Actor, ActorKind
from weir.foundation.identity.reads import my_memberships
from weir.foundation.jobs.terms import Due
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.policy.rules import root
from weir.foundation.question import Page, present, question
from weir.foundation.store.reads import unseal
from weir.foundation.store.terms import Erased
from weir.kernel.canonical import own_object
from weir.kernel.moments import Moment

PAGE = 50
MOST_DUE = 500
SCOPE, SAID, OWN, CAPACITY = "scanning.claim", "scanning.coverage", "scanning.coverage.own", "scanning.capacity"
ERASED = "(erased)"
OPEN = (ClaimState.LIVE, ClaimState.WAITING)


@question("scanning.list_claims", filtered=True, sealed=True)
def list_claims(actor: Actor, after: str = "", *, now: Moment | None = None) -> Page[ClaimLine]:
    """Your claims, newest first: where, until when, and how near others were when you were told last."""
    # As whoever holds them, not as staff: a coordinator is shown every claim, and these are one's own.
    own = replace(actor, staff=False)
    rows, further = newest_page(own, ClaimRow, "scanning.list_claims", after=after, limit=PAGE)
    at = present(now)
    return Page(tuple(_line(row, at) for row in rows), further)


@question("scanning.read_claim", on="claim", sealed=True)
def read_claim(actor: Actor, claim: ClaimId, *, now: Moment | None = None) -> Claim:
    """One claim, opened. What is the participant's own is shown to the participant alone."""
    return claim_for(actor, ClaimRow.objects.get(number=claim), present(now))


@question("scanning.my_standing")
def my_standing(actor: Actor, *, now: Moment | None = None) -> Standing:
    """How much you hold, how much you may hold, and from what that follows. Nobody else is shown it."""
    return standing_of(root(actor), present(now))


def standing_of(participant: str, now: Moment) -> Standing:
    """By capacity and record; claims whose lease ran out count for nothing, whether or not the job has been there."""
    rows = ClaimRow.objects.filter(holder=participant)
    live = rows.filter(state__in=OPEN, until__gt=now)
    ended = rows.exclude(state=ClaimState.WAITING).exclude(pk__in=live.values("pk"))
    count, kept = ended.count(), ended.filter(kept=True).count()
    capacity = capacity_of(participant)
    return Standing(
        capacity=capacity,
        held=live.aggregate(held=Sum("units"))["held"] or 0,
        allowed=sizes.allowed_units(capacity, count, kept),
        ended=count,
        kept=kept,
        answers_left=max(0, sizes.ANSWERS_A_DAY - answers_on(participant, now)),
    )


def held_by_organization(organization: str, now: Moment) -> int:
    rows = ClaimRow.objects.filter(organization=organization, state__in=OPEN, until__gt=now)
    return rows.aggregate(held=Sum("units"))["held"] or 0


def answers_on(participant: str, now: Moment) -> int:
    row = AnswersRow.objects.filter(participant=participant, day=now.date()).first()
    return row.answers if row else 0


def capacity_of(participant: str) -> int:
    """Hours in a week, as declared; a newcomer's where nothing was."""
    row = CapacityRow.objects.filter(participant=participant).first()
    if row is None:
        return sizes.UNSAID_CAPACITY
    return int(own_object(unseal(participant, bytes(row.sealed), CAPACITY))["hours"])


def due_claims(now: Moment) -> list[Due]:
    """Leases that ran out and are not ended yet. For the job."""
    rows = ClaimRow.objects.filter(state__in=OPEN, until__lte=now).order_by("until")
    return [Due(number, Moment.of(until)) for number, until in rows.values_list("number", "until")[:MOST_DUE]]


def open_claims_of(leaver: str) -> list[ClaimId]:
    """What a person or an organization holds, however much that is. For the job."""
    rows = ClaimRow.objects.filter(Q(holder=leaver) | Q(organization=leaver), state__in=OPEN).order_by("id")
    return [ClaimId(number) for number in rows.values_list("number", flat=True)]


def is_there(holder: str, organization: str) -> bool:
    """Whether somebody still belongs to the organization that they claimed for. Who left belongs to none."""
    belongs = my_memberships.function(Actor(ActorKind.PERSON, holder))
    return any(each.organization == organization for each in belongs)


def scope_in(row: ClaimRow) -> Scope:
    """What was claimed, opened."""
    said = own_object(unseal(row.number, bytes(row.sealed), SCOPE))
    return Scope(
        TargetId(said["target"]),
        tuple(said["paths"]),
        tuple(Method(method) for method in said["methods"]),
        tuple(said["weaknesses"]),
        said["commits"],
        said["authority"],
    )


def state_of(row: ClaimRow, now: Moment) -> ClaimState:
    """What holds now: a lease that ran out is over, whatever the row still says."""
    state = ClaimState(row.state)
    return ClaimState.LAPSED if state in OPEN and row.until <= now else state


def claim_for(actor: Actor, row: ClaimRow, now: Moment) -> Claim:
    scope, state, own = scope_in(row), state_of(row, now), root(actor) == row.holder
    return Claim(
        id=ClaimId(row.number),
        scope=scope,
        locator=_locator(scope.target),
        state=state,
        began=Moment.of(row.began),
        until=Moment.of(row.until),
        ends=Moment.of(row.ends),
        hours=row.hours if own else 0,
        units=row.units,
        overlap=Overlap(row.overlap),
        choice=Choice(row.choice),
        named=row.named,
        heir=row.heir,
        own=own,
        met=overlaps.met(scope, row.holder, now) if own and row.named and state is ClaimState.LIVE else (),
        # Of whoever did the work: a claim may have changed hands since.
        coverage=tuple(_coverage(row.number, each, own=each.holder == root(actor)) for each in _scans(row)),
    )


def _scans(row: ClaimRow) -> list[CoverageRow]:
    """One piece of work stands in as many rows as the claim has paths and methods; it is shown once."""
    rows = CoverageRow.objects.filter(claim=row).order_by("at", "id")
    return list({each.at: each for each in rows}.values())


def _coverage(number: str, row: CoverageRow, *, own: bool) -> CoverageLine:
    said = own_object(unseal(number, bytes(row.sealed), SAID))
    kept = own_object(unseal(number, bytes(row.own), OWN)) if own else {}
    return CoverageLine(Moment.of(row.at), said, kept)


def _line(row: ClaimRow, now: Moment) -> ClaimLine:
    said = _said(row)
    return ClaimLine(
        id=ClaimId(row.number),
        target=said["target"],
        locator=said["locator"],
        state=state_of(row, now),
        began=Moment.of(row.began),
        until=Moment.of(row.until),
        ends=Moment.of(row.ends),
        methods=said["methods"],
        overlap=Overlap(row.overlap),
        paths=said["paths"],
    )


def _said(row: ClaimRow) -> dict[str, Any]:
    """What was sealed; of a claim whose key was dropped only that it was here."""
    try:
        scope = scope_in(row)
    except Erased:
        return {"target": "", "locator": ERASED, "methods": (), "paths": ()}
    said = {"target": scope.target, "methods": scope.methods, "paths": scope.paths}
    return said | {"locator": _locator(scope.target)}


def _locator(target: str) -> str:
    return str(TargetRow.objects.values_list("locator", flat=True).get(number=target))
