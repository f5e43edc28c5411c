# SPDX-License-Identifier: Apache-2.0
"""How people and organizations come in: through the first door, by application, by invitation."""

from __future__ import annotations

import secrets

from django.db import IntegrityError, transaction

from weir.foundation.actor import SYSTEM, Actor, ActorKind
from weir.foundation.identity import accounts, reads, rules
from weir.foundation.identity.models import (
    ApplicationRow,
    FirstDoorRow,
    InvitationRow,
    MembershipRow,
    OrganizationRow,
    PersonRow,
)
from weir.foundation.identity.terms import (
    Admitted,
    Application,
    ApplicationId,
    Declined,
    DoorShut,
    FirstDoor,
    Invitation,
    InvitationId,
    LinkSpent,
    Membership,
    NobodyThere,
    OrganizationId,
    OrganizationKind,
    OtherTerms,
    Role,
    Sector,
)
from weir.foundation.verb import verb
from weir.kernel.errors import Refused
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment


@verb("identity.open_first_door", internal=True)
def open_first_door(actor: Actor, *, now: Moment) -> FirstDoor:
    """Make the one-time link for the first administrator, while there is none.

    Each call ends the link before it, so the last one printed is the one that works.
    """
    if actor != SYSTEM:
        raise Refused("Only Weir itself opens the first door, when it starts.")
    if reads.has_administrator():
        raise DoorShut
    secret = rules.fresh_secret(rules.DOOR, secrets.token_bytes)
    expires = now + rules.DOOR_OPEN
    FirstDoorRow.objects.all().delete()
    FirstDoorRow.objects.create(id=uuid7(now, secrets.token_bytes), digest=rules.hashed(secret), expires=expires)
    return FirstDoor(expires, secret)


@verb("identity.claim_first_administrator")
def claim_first_administrator(
    actor: Actor,
    secret: str,
    email: str,
    name: str,
    organization: str,
    encoded_password: str = "",
    *,
    now: Moment,
) -> Membership:
    """Go through the first door: become administrator and coordinator of the organization that runs this instance.

    The link is used up, the person is there and the organization stands in one transaction, or none of it. Of two who
    race, one deletes the row and the other finds it gone.
    """
    used, _ = FirstDoorRow.objects.filter(digest=rules.digest_of(secret, rules.DOOR) or "", expires__gt=now).delete()
    if not used or reads.has_administrator():
        raise LinkSpent
    # An instance whose last administrator left has its organization already.
    house = OrganizationRow.objects.filter(operating=True).first() or new_organization(
        organization, OrganizationKind.COORDINATOR, Sector.NONE, email, now, operating=True
    )
    person = _person_for(email, name, encoded_password, now)
    return reads.membership_of(join(person, house, (Role.ADMINISTRATOR, Role.COORDINATOR), "", now))


@verb("identity.apply")
def apply(
    actor: Actor,
    organization: str,
    kind: OrganizationKind,
    contact: str,
    terms: str,
    sector: Sector = Sector.NONE,
    *,
    now: Moment,
) -> Application:
    """Ask to take part, as an organization. The answer is the same whether it is here, was here or was banned."""
    check_terms(terms)
    rules.check_sector(kind, sector)
    row = ApplicationRow.objects.create(
        id=uuid7(now, secrets.token_bytes),
        number=accounts.fresh_number(ApplicationId, now),
        organization=rules.name(organization),
        kind=kind,
        sector=sector,
        contact=rules.address(contact),
        terms=terms,
        received=now,
    )
    return Application(ApplicationId(row.number), kind, sector, terms)


@verb("identity.admit_application", about="invitation", person_only=True, page="/administration/")
def admit_application(actor: Actor, application: ApplicationId, *, now: Moment) -> Admitted:
    """Let an organization in and invite its contact as administrator. The application is used up."""
    rules.check_operator(actor)
    row = _waiting(application)
    organization = new_organization(row.organization, OrganizationKind(row.kind), Sector(row.sector), row.contact, now)
    invitation = _invite(actor, organization, row.contact, (Role.ADMINISTRATOR,), now)
    row.delete()
    return Admitted(application, OrganizationId(organization.number), InvitationId(invitation.number))


@verb("identity.decline_application", person_only=True, page="/administration/")
def decline_application(actor: Actor, application: ApplicationId, *, now: Moment) -> Declined:
    """Do not let an organization in. It waits for its letter, unlisted, and is swept after a month."""
    rules.check_operator(actor)
    row = _waiting(application)
    row.declined = now
    row.save(update_fields=["declined"])
    return Declined(application)


@verb("identity.invite", person_only=True, page="/organization/")
def invite(
    actor: Actor, email: str, organization: OrganizationId, roles: tuple[Role, ...] = (), *, now: Moment
) -> Invitation:
    """Offer one person a membership. The link goes to their mailbox and to nobody else.

    Whoever invites learns nothing: not here, and not by opening the link, whether that person has an account.
    """
    rules.check_administers(actor, organization)
    row = OrganizationRow.objects.filter(number=organization, active=True).first()
    if row is None:
        raise NobodyThere
    given = rules.roles_given(roles, OrganizationKind(row.kind), operating=row.operating)
    invitation = _invite(actor, row, rules.address(email), given, now)
    return Invitation(InvitationId(invitation.number), organization, given, Moment.of(invitation.expires))


@verb("identity.accept_invitation")
def accept_invitation(
    actor: Actor, secret: str, terms: str, name: str = "", encoded_password: str = "", *, now: Moment
) -> Membership:
    """Take an invitation up, under the terms that were shown. It works once.

    Whoever has an account signs in first; who has none gets one here, at the address that the letter went to.
    """
    check_terms(terms)
    row = _offered(secret, now)
    person = PersonRow.objects.filter(email=row.email).first()
    if actor.kind is ActorKind.PERSON and (person is None or person.number != actor.id):
        raise LinkSpent
    if person is not None and actor.kind is not ActorKind.PERSON:
        raise Refused("This address has an account.", hint="Sign in with it, then open the link again.")
    person = person or _person_for(row.email, name, encoded_password, now)
    membership = join(person, row.organization, tuple(Role(role) for role in row.roles), terms, now)
    row.delete()
    return reads.membership_of(membership)


def check_terms(digest: str) -> None:
    if digest != reads.terms_in_force().digest:
        raise OtherTerms


def new_organization(
    name: str, kind: OrganizationKind, sector: Sector, contact: str, now: Moment, *, operating: bool = False
) -> OrganizationRow:
    return OrganizationRow.objects.create(
        id=uuid7(now, secrets.token_bytes),
        number=accounts.fresh_number(OrganizationId, now),
        name=rules.name(name),
        kind=kind,
        sector=sector,
        operating=operating,
        contact=rules.address(contact),
        created=now,
    )


def join(
    person: PersonRow, organization: OrganizationRow, roles: tuple[Role, ...], terms: str, now: Moment
) -> MembershipRow:
    """A membership, or the one there is with these roles added to it."""
    row = MembershipRow.objects.filter(person=person, organization=organization).select_for_update().first()
    if row is None:
        row = MembershipRow(id=uuid7(now, secrets.token_bytes), person=person, organization=organization, since=now)
    row.roles, row.terms = sorted({*(row.roles or ()), *roles}), terms or row.terms
    row.save()
    return row


def _invite(
    actor: Actor, organization: OrganizationRow, email: str, roles: tuple[Role, ...], now: Moment
) -> InvitationRow:
    number = accounts.fresh_number(InvitationId, now)
    return InvitationRow.objects.create(
        id=uuid7(now, secrets.token_bytes),
        number=number,
        organization=organization,
        email=email,
        roles=list(roles),
        invited_by=actor.id,
        digest=rules.hashed(accounts.join_secret(number)),
        expires=now + rules.INVITATION_OPEN,
    )


def _offered(secret: str, now: Moment) -> InvitationRow:
    """The invitation behind a link. Spent, forged, expired, offered to somebody who is banned: all look the same."""
    # Locked, so that of two who open it at once on PostgreSQL the second finds it gone.
    row = reads.offered(secret, now).select_for_update(of=("self",)).select_related("organization").first()
    if row is None or not reads.still_offered(row, secret, now):
        raise LinkSpent
    return row


def _waiting(application: ApplicationId) -> ApplicationRow:
    row = ApplicationRow.objects.filter(number=application, declined=None).select_for_update().first()
    if row is None:
        raise NobodyThere
    return row


def _person_for(email: str, name: str, encoded_password: str, now: Moment) -> PersonRow:
    try:
        with transaction.atomic():
            return accounts.new_person(email, name, encoded_password, now)
    except IntegrityError:
        # Somebody with this address came in a moment ago, or is here: never two people with one mailbox.
        raise LinkSpent from None
