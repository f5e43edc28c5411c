# SPDX-License-Identifier: Apache-2.0
"""Leaving: one verb, no reason, at once, and without a mark that others could see."""

from __future__ import annotations

from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.identity import accounts, reads, rules
from weir.foundation.identity.departures import DEPARTURES
from weir.foundation.identity.models import (
    AgentRow,
    ApplicationRow,
    ControlRow,
    DutyRow,
    FirstDoorRow,
    InvitationRow,
    MembershipRow,
    OrganizationRow,
    PersonRow,
    TokenRow,
)
from weir.foundation.identity.terms import HouseStays, Left, NobodyThere, OrganizationId, Swept
from weir.foundation.verb import verb
from weir.kernel.errors import Refused
from weir.kernel.moments import Moment


@verb("identity.leave", person_only=True, page="/leave/")
def leave(actor: Actor, *, now: Moment) -> Left:
    """Leave, for good and now. Nobody asks why.

    Memberships, agents, tokens and sessions end, every room lets go of what nobody else relies on, and name and address
    are gone, in one transaction: nobody is ever half gone. A legal hold puts off the erasure and nothing else, and the
    answer does not tell.
    """
    rules.check_person(actor)
    person = PersonRow.objects.filter(number=actor.id, is_active=True).select_for_update().first()
    if person is None:
        raise NobodyThere
    let_out(person, now)
    return Left(actor.id)


@verb("identity.withdraw_organization", person_only=True, page="/leave/organization/")
def withdraw_organization(actor: Actor, organization: OrganizationId, *, now: Moment) -> Left:
    """Take my organization out, for good and now. Nobody asks why.

    Its memberships, agents, tokens, open invitations and proofs end with it. Its people keep their accounts and may
    each leave for themselves.
    """
    rules.check_person(actor)
    rules.check_administers(actor, organization)
    row = OrganizationRow.objects.filter(number=organization, active=True).select_for_update().first()
    if row is None:
        raise NobodyThere
    if row.operating:
        raise HouseStays
    dissolve(row, now)
    return Left(organization)


@verb("identity.sweep_ended", internal=True)
def sweep_ended(actor: Actor, *, now: Moment) -> Swept:
    """Let go of what has run out: tokens, agents, links, challenges, declined applications, duties."""
    check_system(actor)
    ended = (
        TokenRow.objects.filter(expires__lte=now),
        AgentRow.objects.filter(expires__lte=now),
        FirstDoorRow.objects.filter(expires__lte=now),
        InvitationRow.objects.filter(expires__lte=now),
        ControlRow.objects.filter(expires__lte=now, proven=None),
        ApplicationRow.objects.filter(declined__lte=now - rules.DECLINED_KEPT),
        DutyRow.objects.filter(ends__lte=now),
    )
    return Swept(sum(rows.delete()[0] for rows in ended))


def check_system(actor: Actor) -> None:
    if actor != SYSTEM:
        raise Refused("Only Weir itself does this.")


def let_out(person: PersonRow, now: Moment) -> None:
    # Locked first: an agent that is being registered meanwhile is then seen here and ends too.
    list(MembershipRow.objects.filter(person=person).select_for_update().order_by("id"))
    MembershipRow.objects.filter(person=person).delete()
    if reads.is_held(person.number):
        accounts.shut_out(person)
    else:
        erase_person(person, now)


def dissolve(organization: OrganizationRow, now: Moment) -> None:
    list(MembershipRow.objects.filter(organization=organization).select_for_update().order_by("id"))
    MembershipRow.objects.filter(organization=organization).delete()
    InvitationRow.objects.filter(organization=organization).delete()
    if reads.is_held(organization.number):
        organization.active = False
        organization.save(update_fields=["active"])
    else:
        erase_organization(organization, now)


def erase_whoever_left(number: str, now: Moment) -> None:
    """After a hold has ended: who left meanwhile is erased, unless another one stands."""
    if reads.is_held(number):
        return
    for person in PersonRow.objects.filter(number=number, is_active=False).select_for_update():
        erase_person(person, now)
    for organization in OrganizationRow.objects.filter(number=number, active=False).select_for_update():
        erase_organization(organization, now)


def erase_person(person: PersonRow, now: Moment) -> None:
    for erase in DEPARTURES.erasers:
        erase(person.number, now)
    accounts.forget(person)


def erase_organization(organization: OrganizationRow, now: Moment) -> None:
    for erase in DEPARTURES.erasers:
        erase(organization.number, now)
    organization.delete()
