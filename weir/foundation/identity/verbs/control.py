# SPDX-License-Identifier: Apache-2.0
"""Showing that a project or product is one's own: ask for a challenge, put it in its place, be seen."""

from __future__ import annotations

import secrets

from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.identity import accounts, reads, rules
from weir.foundation.identity.models import ControlRow, MembershipRow, OrganizationRow, PersonRow
from weir.foundation.identity.terms import (
    Challenge,
    Control,
    ControlId,
    ControlMethod,
    NotYours,
    SecondPersonNeeded,
    Seen,
)
from weir.foundation.verb import verb
from weir.kernel.errors import Refused
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment


@verb("identity.ask_control")
def ask_control(actor: Actor, method: ControlMethod, target: str, *, now: Moment) -> Challenge:
    """Ask what to put where to show control of a domain or repository. Asked again before each full read-in.

    Each challenge is new: one that was seen last year proves nothing about today.
    """
    person = actor.owner or actor.id
    held = MembershipRow.objects.filter(person__number=person, organization__number=actor.organization)
    membership = held.select_related("organization").first()
    if membership is None:
        raise NotYours
    kept = rules.target_of(method, target)
    row = ControlRow.objects.create(
        id=uuid7(now, secrets.token_bytes),
        number=accounts.fresh_number(ControlId, now),
        organization=membership.organization,
        asked_by=person,
        method=method,
        target=kept,
        challenge=f"weir-challenge={secrets.token_hex(20)}",
        expires=now + rules.CHALLENGE_OPEN,
    )
    return reads.challenge_of(row)


@verb("identity.record_control", internal=True)
def record_control(actor: Actor, control: ControlId, seen: Seen, fingerprint: str = "", *, now: Moment) -> Control:
    """Keep what a gate saw: the challenge in its place, or not.

    A target that nobody held before, that another held, or whose place is run by others now has changed hands.
    """
    if actor != SYSTEM:
        raise Refused("Only Weir itself records what it saw.")
    row = _locked(control)
    # A proof keeps its date: what is seen later belongs to a later challenge.
    if seen is Seen.FOUND and row.proven is None and now < row.expires:
        _prove(row, fingerprint, now)
        settle(row.organization)
    return reads.shown_control(row)


@verb("identity.second_control", person_only=True, page="/organization/")
def second_control(actor: Actor, control: ControlId, *, now: Moment) -> Control:
    """Take changed control or a changed contact for good: a second person, there or of the staff, has looked."""
    rules.check_person(actor)
    row = _locked(control)
    if actor.organization != row.organization.number and not (actor.staff and actor.second_factor):
        raise NotYours
    if row.proven is None:
        raise NotYours
    if actor.id == row.asked_by:
        raise SecondPersonNeeded
    rules.check_settled(_contact_changed(actor.id), now)
    row.seconded, row.seconded_by = now, actor.id
    row.save(update_fields=["seconded", "seconded_by"])
    settle(row.organization)
    return reads.shown_control(row)


def settle(organization: OrganizationRow) -> None:
    """From when the organization's maintainers and vendors count as such: its earliest proof that does."""
    rows = ControlRow.objects.filter(organization=organization, proven__isnull=False).select_related("organization")
    counts = [reads.shown_control(row).counts_from for row in rows]
    organization.controlled_from = Moment.parse(min(counts)) if counts else None
    organization.save(update_fields=["controlled_from"])


def _prove(row: ControlRow, fingerprint: str, now: Moment) -> None:
    before = ControlRow.objects.filter(target=row.target, proven__isnull=False).order_by("-proven", "-id").first()
    row.proven, row.changed, row.fingerprint = now, now, fingerprint
    if before and (before.organization_id, before.fingerprint) == (row.organization_id, fingerprint):
        row.changed, row.seconded, row.seconded_by = before.changed, before.seconded, before.seconded_by
    # Whoever took over the mailbox of the one who asks could ask again, and inherit what had settled.
    row.changed = max(filter(None, (row.changed, _contact_changed(row.asked_by))), default=None)
    row.save()


def _contact_changed(person: str) -> Moment | None:
    at = PersonRow.objects.filter(number=person).values_list("contact_changed", flat=True).first()
    return Moment.of(at) if at else None


def _locked(control: ControlId) -> ControlRow:
    rows = ControlRow.objects.filter(number=control).select_for_update(of=("self",)).select_related("organization")
    row = rows.first()
    if row is None:
        raise NotYours
    return row
