# SPDX-License-Identifier: Apache-2.0
"""Who somebody is, where they belong, and who else does."""

from __future__ import annotations

from collections.abc import Collection

from weir.foundation.actor import Actor, ActorKind
from weir.foundation.identity import rules
from weir.foundation.identity.models import AgentRow, MembershipRow, OrganizationRow, PersonRow
from weir.foundation.identity.terms import (
    Known,
    Letter,
    Member,
    Membership,
    NobodyThere,
    Organization,
    OrganizationId,
    OrganizationKind,
    PersonId,
    Profile,
    Role,
    Sector,
)
from weir.foundation.question import question
from weir.kernel.moments import Moment


@question("identity.myself")
def myself(actor: Actor) -> Profile:
    """Who I am here."""
    row = PersonRow.objects.filter(number=actor.id, is_active=True).first() if actor.kind is ActorKind.PERSON else None
    if row is None:
        raise NobodyThere
    return Profile(PersonId(row.number), row.name, row.email, Moment.of(row.created))


@question("identity.my_memberships")
def my_memberships(actor: Actor) -> tuple[Membership, ...]:
    """Where I belong, as what, since when, and under which terms."""
    rows = MembershipRow.objects.filter(person__number=actor.id).select_related("person", "organization")
    return tuple(membership_of(row) for row in rows.order_by("since", "id"))


@question("identity.my_organization")
def my_organization(actor: Actor) -> Organization:
    """The organization that I act for now."""
    row = OrganizationRow.objects.filter(number=actor.organization, active=True).first()
    if row is None:
        raise NobodyThere
    return organization_of(row)


@question("identity.list_members")
def list_members(actor: Actor, organization: str = "") -> tuple[Member, ...]:
    """The people of an organization, for its administrators and for the operator's; without a name, my own."""
    number = organization or actor.organization
    rules.check_administers(actor, number)
    rows = MembershipRow.objects.filter(organization__number=number).select_related("person")
    return tuple(_member(row) for row in rows.order_by("person__name", "id"))


@question("identity.list_organizations")
def list_organizations(actor: Actor) -> tuple[Organization, ...]:
    """The organizations that take part, for the operator's administrators."""
    rules.check_operator(actor)
    return tuple(organization_of(row) for row in OrganizationRow.objects.filter(active=True).order_by("name", "id"))


@question("identity.who_is", sealed=True)
def who_is(actor: Actor, number: str) -> Known:
    """Whom an opaque number belongs to. Who left and who never was look the same. The asking itself is recorded."""
    rules.check_operator(actor)
    if person := PersonRow.objects.filter(number=number, is_active=True).first():
        return Known(number, person.name, person.email)
    if organization := OrganizationRow.objects.filter(number=number, active=True).first():
        return Known(number, organization.name, organization.contact)
    if agent := AgentRow.objects.filter(number=number).select_related("membership__person").first():
        return Known(number, agent.name, owner=agent.membership.person.number)
    raise NobodyThere


def copied_key_letter(person: PersonId) -> Letter | None:
    row = PersonRow.objects.filter(number=person, is_active=True).first()
    return rules.copied_key_letter(row.email) if row else None


def organization_names(numbers: Collection[str]) -> dict[str, str]:
    """What several organizations call themselves, by number."""
    return dict(OrganizationRow.objects.filter(number__in=numbers, active=True).values_list("number", "name"))


def membership_of(row: MembershipRow) -> Membership:
    return Membership(
        PersonId(row.person.number),
        OrganizationId(row.organization.number),
        tuple(map(Role, row.roles)),
        Moment.of(row.since),
        row.terms,
    )


def organization_of(row: OrganizationRow) -> Organization:
    kind, sector = OrganizationKind(row.kind), Sector(row.sector)
    return Organization(OrganizationId(row.number), kind, sector, row.operating, row.name)


def _member(row: MembershipRow) -> Member:
    person, roles = row.person, tuple(map(Role, row.roles))
    return Member(PersonId(person.number), person.name, person.email, roles, Moment.of(row.since))
