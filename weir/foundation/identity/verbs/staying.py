# SPDX-License-Identifier: Apache-2.0
"""What outlasts leaving, for the operator's eyes only: duties with an end, and legal holds by two people."""

from __future__ import annotations

import secrets

from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.identity import accounts, reads, rules
from weir.foundation.identity.models import DutyRow, HoldRow, NumberRow, OrganizationRow, PersonRow
from weir.foundation.identity.terms import (
    Duty,
    DutyId,
    DutyKind,
    Hold,
    HoldId,
    NoSuchNumber,
    NotYours,
    SecondPersonNeeded,
)
from weir.foundation.identity.verbs.leaving import erase_whoever_left
from weir.foundation.store.reads import key_of
from weir.foundation.verb import verb
from weir.kernel.errors import Missing
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment


@verb("identity.keep_duty")
def keep_duty(actor: Actor, about: str, kind: DutyKind, ends: Moment, *, now: Moment) -> Duty:
    """Keep an embargo duty, a ban or a spent quota beyond leaving, until a day that is set now.

    A ban keeps a keyed digest of the address, so that it outlasts the address itself.
    """
    if actor != SYSTEM:
        rules.check_operator(actor)
    if not NumberRow.objects.filter(number=about).exists():
        raise NoSuchNumber
    row = DutyRow.objects.create(
        id=uuid7(now, secrets.token_bytes),
        number=accounts.fresh_number(DutyId, now),
        about=about,
        kind=kind,
        ends=rules.check_end(ends, now, rules.LONGEST_DUTY),
        mark=_mark(about) if kind is DutyKind.BAN else "",
    )
    return reads.duty_of(row)


@verb("identity.place_hold", person_only=True, page="/administration/")
def place_hold(actor: Actor, about: str, *, now: Moment) -> Hold:
    """Begin a legal hold on a person, an organization or a case. It holds once somebody else confirms it."""
    _check_holder(actor)
    here = PersonRow.objects.filter(number=about, is_active=True).exists()
    if not here and not OrganizationRow.objects.filter(number=about, active=True).exists() and not _is_case(about):
        raise NoSuchNumber
    row = HoldRow.objects.create(
        id=uuid7(now, secrets.token_bytes),
        number=accounts.fresh_number(HoldId, now),
        about=about,
        placed_by=actor.id,
        placed=now,
    )
    return reads.hold_of(row)


@verb("identity.confirm_hold", person_only=True, page="/administration/")
def confirm_hold(actor: Actor, hold: HoldId, *, now: Moment) -> Hold:
    """Put a legal hold in force, as another person than the one who began it. Erasure waits; leaving does not."""
    row = _held_by_another(actor, hold)
    if not row.confirmed_by:
        row.confirmed_by = actor.id
        row.save(update_fields=["confirmed_by"])
    return reads.hold_of(row)


@verb("identity.lift_hold", person_only=True, page="/administration/")
def lift_hold(actor: Actor, hold: HoldId, *, now: Moment) -> Hold:
    """End a legal hold, as another person than the one who began it. Who left meanwhile is erased at once."""
    row = _held_by_another(actor, hold)
    lifted = reads.hold_of(row)
    row.delete()
    erase_whoever_left(lifted.about, now)
    return lifted


def _check_holder(actor: Actor) -> None:
    rules.check_person(actor)
    rules.check_operator(actor)


def _held_by_another(actor: Actor, hold: HoldId) -> HoldRow:
    _check_holder(actor)
    row = HoldRow.objects.filter(number=hold).select_for_update().first()
    if row is None:
        raise NotYours
    if row.placed_by == actor.id:
        raise SecondPersonNeeded
    return row


def _is_case(number: str) -> bool:
    try:
        key_of(number)
    except Missing:  # never there, or erased already
        return False
    return True


def _mark(about: str) -> str:
    """Of the mailbox to which the ban belongs, while it is still known."""
    person = PersonRow.objects.filter(number=about).first()
    if person is not None:
        return accounts.mark_of(person.kept_email or person.email)
    organization = OrganizationRow.objects.filter(number=about).first()
    return accounts.mark_of(organization.contact) if organization else ""
