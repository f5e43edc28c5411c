# SPDX-License-Identifier: Apache-2.0
"""Claims: asked about, taken, kept alive, narrowed, handed over, ended. An overlap warns, and never blocks."""

from __future__ import annotations

import os
from dataclasses import replace

from weir.clearinghouse.scanning.models import AnswersRow, BoundRow, CapacityRow, CellRow, ClaimRow
from weir.clearinghouse.scanning.reads import claims as reads
from weir.clearinghouse.scanning.reads import overlaps, targets
from weir.clearinghouse.scanning.rules import cells, projects, sizes
from weir.clearinghouse.scanning.rules.locators import paths_of, within
from weir.clearinghouse.scanning.terms import (
    Answer,
    CapacityDeclared,
    Choice,
    Claimed,
    ClaimId,
    ClaimState,
    Ended,
    Met,
    Method,
    NobodyToTakeIt,
    NoMoreAnswers,
    NotWider,
    Offered,
    Over,
    Overlap,
    Scope,
    TargetId,
)
from weir.foundation.actor import Actor
from weir.foundation.identity.terms import PersonId
from weir.foundation.policy.marks import mark, mark_fresh
from weir.foundation.policy.rules import root
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.store.blobs import seal
from weir.foundation.verb import verb
from weir.kernel.canonical import canonical
from weir.kernel.errors import Invalid
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment


@verb("scanning.declare_capacity", about="participant", sealed=True)
def declare_capacity(actor: Actor, hours_a_week: int, *, now: Moment) -> CapacityDeclared:
    """Say how many hours a week you can scan. It bounds what you may hold, is sealed, and is nobody else's to read."""
    sizes.check_hours(hours_a_week, "hours_a_week")
    participant = root(actor)
    sealed = seal(participant, canonical({"hours": hours_a_week}), reads.CAPACITY)
    CapacityRow.objects.update_or_create(participant=participant, defaults={"sealed": sealed})
    return CapacityDeclared(participant)


@verb("scanning.ask_overlap", on="target", about="participant", sealed=True)
def ask_overlap(
    actor: Actor,
    target: TargetId,
    methods: tuple[Method, ...],
    paths: tuple[str, ...] = (),
    weaknesses: tuple[str, ...] = (),
    commits: str = "",
    *,
    now: Moment,
) -> Answer:
    """How near do others scan? Answered in kind, and never by whom or how many.

    It is a disclosure: it is counted, so many a day, and recorded for whoever asked. Commits or versions that cannot be
    the same as another's part two claims: they are beside each other then.
    """
    scope = sizes.scope_of(target, paths, methods, weaknesses, commits)
    left = _spend_answer(root(actor), now)
    return Answer(overlaps.nearest(scope, root(actor), now), left, root(actor))


@verb("scanning.claim_target", on="target", sealed=True)
def claim_target(  # noqa: PLR0913, PLR0917 - a claim says all of this
    actor: Actor,
    target: TargetId,
    methods: tuple[Method, ...],
    paths: tuple[str, ...] = (),
    weaknesses: tuple[str, ...] = (),
    commits: str = "",
    authority: str = "",
    days: int = 14,
    hours: int = 10,
    named: bool = False,  # noqa: FBT001, FBT002 - doors give every parameter by name
    choice: Choice = Choice.GO_ON,
    *,
    now: Moment,
) -> Claimed:
    """Say what you will scan: a lease that must be kept alive every week, and ends by itself.

    Row, sealed words, cells and entry stand or fall together. Others who overlap are told in kind when they ask; who
    waits is seen by nobody until they renew.
    """
    scope = sizes.scope_of(target, paths, methods, weaknesses, commits, authority)
    sizes.check_hours(hours)
    projects.check_open_to_scanning(targets.rules_of(target)[0], scope.paths)
    ends = sizes.window_end(now, days)
    holder, units = root(actor), sizes.units_of(scope.paths, scope.methods)
    # First, because it holds the participant's row of the day: of two claims at once the second counts the first.
    _spend_answer(holder, now)
    _check_room(holder, actor.organization, units, now)
    overlap = overlaps.nearest(scope, holder, now)
    number = ClaimId.mint(now.year, os.urandom)
    row = ClaimRow(
        id=uuid7(now, os.urandom),
        number=number,
        state=ClaimState.WAITING if choice is Choice.WAIT else ClaimState.LIVE,
        holder=holder,
        organization=actor.organization,
        began=now,
        until=sizes.lease_until(now, ends),
        ends=ends,
        units=units,
        hours=hours,
        overlap=overlap,
        choice=choice,
        named=named or choice is Choice.JOIN,
        sealed=_sealed(number, scope),
    )
    row.save(force_insert=True)
    mark_fresh([row], number, _shown_to(holder))
    _lay(row, scope)
    return _told(row, scope, now)


@verb("scanning.renew_claim", on="claim", sealed=True)
def renew_claim(actor: Actor, claim: ClaimId, *, now: Moment) -> Claimed:
    """Keep a claim alive for another week, at most to the end of its window; a claim that waited begins.

    It also says how near others are by now, as long as the day has answers left; without, it says what it said last.
    """
    row = _open_row(claim, now)
    scope = reads.scope_in(row)
    projects.check_open_to_scanning(targets.rules_of(scope.target)[0], scope.paths)
    if reads.answers_on(row.holder, now) < sizes.ANSWERS_A_DAY:
        _spend_answer(row.holder, now)
        row.overlap = overlaps.nearest(scope, row.holder, now)
    row.state, row.until = ClaimState.LIVE, sizes.lease_until(now, Moment.of(row.ends))
    row.save(update_fields=["state", "until", "overlap"])
    _lay(row, scope)
    return _told(row, scope, now)


@verb("scanning.narrow_claim", on="claim", sealed=True)
def narrow_claim(
    actor: Actor,
    claim: ClaimId,
    paths: tuple[str, ...] = (),
    methods: tuple[Method, ...] = (),
    weaknesses: tuple[str, ...] = (),
    *,
    now: Moment,
) -> Claimed:
    """Let go of a part; what is left out stays. The answer about overlaps is not asked for again."""
    row = _open_row(claim, now)
    kept = reads.scope_in(row)
    scope = replace(
        kept,
        paths=paths_of(paths) if paths else kept.paths,
        methods=tuple(method for method in Method if method in methods) or kept.methods,
        weaknesses=sizes.scope_of(kept.target, (), kept.methods, weaknesses).weaknesses or kept.weaknesses,
    )
    _check_narrower(scope, kept)
    row.units, row.sealed = sizes.units_of(scope.paths, scope.methods), _sealed(claim, scope)
    row.save(update_fields=["units", "sealed"])
    _lay(row, scope)
    return _told(row, scope, now)


@verb("scanning.release_claim", on="claim", sealed=True)
def release_claim(actor: Actor, claim: ClaimId, *, now: Moment) -> Ended:
    """Let go of a claim before it ends."""
    return _end(_open_row(claim, now), ClaimState.RELEASED)


@verb("scanning.hand_over_claim", on="claim", sealed=True)
def hand_over_claim(actor: Actor, claim: ClaimId, to: str, *, now: Moment) -> Offered:
    """Hold a claim out to another participant, by their number. They see it from now on, and have it once they take it.

    Whether there is anybody of that number is not told.
    """
    row = _open_row(claim, now)
    try:
        heir = PersonId.parse(to)
    except Invalid:
        raise NobodyToTakeIt from None
    if heir == row.holder:
        raise NobodyToTakeIt("It is theirs already.")
    row.heir = heir
    row.save(update_fields=["heir"])
    mark(row, row.number, _shown_to(row.holder, row.heir))
    return Offered(claim, heir)


@verb("scanning.take_over_claim", on="claim", sealed=True)
def take_over_claim(actor: Actor, claim: ClaimId, *, now: Moment) -> Claimed:
    """Take a claim that is held out to you. It counts as yours from now on, also in what you may hold."""
    row = _open_row(claim, now)
    scope = reads.scope_in(row)
    _check_room(actor.id, actor.organization, row.units, now)
    row.holder, row.organization, row.heir, row.named = actor.id, actor.organization, "", False
    row.save(update_fields=["holder", "organization", "heir", "named"])
    mark(row, row.number, _shown_to(row.holder))
    _lay(row, scope)
    return _told(row, scope, now)


@verb("scanning.lapse_claim", internal=True, sealed=True)
def lapse_claim(actor: Actor, claim: ClaimId, *, now: Moment) -> Ended:
    """End a lease that ran out.

    Told again, or of one that was renewed meanwhile, it says how things stand and changes nothing.
    """
    row = ClaimRow.objects.select_for_update().get(number=claim)
    if row.state not in reads.OPEN or row.until > now:
        return Ended(claim, ClaimState(row.state))
    return _end(row, ClaimState.LAPSED)


@verb("scanning.end_claim", internal=True, sealed=True)
def end_claim(actor: Actor, claim: ClaimId, *, now: Moment) -> Ended:
    """End a claim whose holder has left, or does not belong any more to the organization that it was taken for.

    Told again, or of one whose holder is there, it says how things stand and changes nothing.
    """
    row = ClaimRow.objects.select_for_update().get(number=claim)
    if row.state not in reads.OPEN or reads.is_there(row.holder, row.organization):
        return Ended(claim, ClaimState(row.state))
    return _end(row, ClaimState.LAPSED)


def _end(row: ClaimRow, state: ClaimState) -> Ended:
    row.state, row.heir = state, ""
    row.save(update_fields=["state", "heir"])
    mark(row, row.number, _shown_to(row.holder))
    CellRow.objects.filter(claim=row).delete()
    return Ended(ClaimId(row.number), state)


def _open_row(claim: ClaimId, now: Moment) -> ClaimRow:
    row = ClaimRow.objects.select_for_update().get(number=claim)
    if reads.state_of(row, now) not in reads.OPEN:
        raise Over
    return row


def _lay(row: ClaimRow, scope: Scope) -> None:
    """The claim's cells as they are now; one that waits has none."""
    CellRow.objects.filter(claim=row).delete()
    if row.state != ClaimState.LIVE:
        return
    until, classes = overlaps.milliseconds(Moment.of(row.until)), cells.classes_of(scope.weaknesses)
    span = cells.sealed_span(overlaps.index_key(), scope.commits, os.urandom(cells.NONCE))
    CellRow.objects.bulk_create(
        CellRow(
            claim=row,
            cell=cell,
            method=cells.NUMBER_OF[method],
            classes=classes,
            until_ms=until,
            holder=row.holder,
            named=row.named,
            span=span,
        )
        for cell in overlaps.cells_of(scope)
        for method in scope.methods
    )


def _told(row: ClaimRow, scope: Scope, now: Moment) -> Claimed:
    met: tuple[Met, ...] = ()
    if row.named and row.state == ClaimState.LIVE:
        met = overlaps.met(scope, row.holder, now)
    return Claimed(ClaimId(row.number), ClaimState(row.state), Moment.of(row.until), Overlap(row.overlap), met)


def _check_room(holder: str, organization: str, units: int, now: Moment) -> None:
    """What one may hold, and one's organization. Its row is held until this claim stands, so that of two colleagues at
    once the second counts the first; nobody else waits for it.
    """
    bound = organization or holder
    if not BoundRow.objects.select_for_update().filter(organization=bound).exists():
        # Of two who are the first of theirs at once, the database lets one; the other is decided again.
        BoundRow.objects.create(organization=bound)
    standing = reads.standing_of(holder, now)
    of_organization = reads.held_by_organization(organization, now) if organization else 0
    sizes.check_size(units, standing.held, standing.allowed, of_organization)


def _check_narrower(scope: Scope, kept: Scope) -> None:
    inside = all(any(within(path, other) for other in kept.paths) for path in scope.paths)
    fewer = set(scope.methods) <= set(kept.methods)
    of_those = not kept.weaknesses or set(scope.weaknesses) <= set(kept.weaknesses)
    if not (inside and fewer and of_those):
        raise NotWider


def _spend_answer(participant: str, now: Moment) -> int:
    """One more answer of today's; how many are left. Days that are over are let go of."""
    row = AnswersRow.objects.select_for_update().filter(participant=participant, day=now.date()).first()
    if row is None:
        AnswersRow.objects.filter(participant=participant).delete()
        row = AnswersRow(id=uuid7(now, os.urandom), participant=participant, day=now.date(), answers=0)
        row.save(force_insert=True)
    if row.answers >= sizes.ANSWERS_A_DAY:
        raise NoMoreAnswers
    row.answers += 1
    row.save(update_fields=["answers"])
    return sizes.ANSWERS_A_DAY - row.answers


def _sealed(number: str, scope: Scope) -> bytes:
    return seal(number, canonical(scope), reads.SCOPE)


def _shown_to(holder: str, heir: str = "") -> Marking:
    """The person who answers for it, their agents, coordinators; and whoever it is held out to."""
    keys = {f"actor:{holder}", f"owner:{holder}", "role:coordinator"} | ({f"actor:{heir}"} if heir else set())
    return Marking(Tlp.AMBER_STRICT, frozenset(keys))
