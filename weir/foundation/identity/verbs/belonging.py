# SPDX-License-Identifier: Apache-2.0
"""What an administrator does with the people of an organization."""

from __future__ import annotations

from weir.foundation.actor import Actor
from weir.foundation.identity import reads, rules
from weir.foundation.identity.models import MembershipRow, OrganizationRow
from weir.foundation.identity.terms import (
    LetGo,
    Membership,
    NobodyThere,
    Organization,
    OrganizationId,
    OrganizationKind,
    PersonId,
    Role,
)
from weir.foundation.identity.verbs.control import settle
from weir.foundation.verb import verb
from weir.kernel.moments import Moment


@verb("identity.change_roles", person_only=True, page="/organization/")
def change_roles(
    actor: Actor,
    person: PersonId,
    organization: OrganizationId,
    roles: tuple[Role, ...],
    *,
    now: Moment,
) -> Membership:
    """Say anew what a member may do. Their tokens and agents follow at once: they hold no roles of their own."""
    row = _member(actor, person, organization)
    kind = OrganizationKind(row.organization.kind)
    row.roles = list(rules.roles_given(roles, kind, operating=row.organization.operating))
    row.save(update_fields=["roles"])
    return reads.membership_of(row)


@verb("identity.end_membership", person_only=True, page="/organization/")
def end_membership(
    actor: Actor,
    person: PersonId,
    organization: OrganizationId,
    *,
    now: Moment,
) -> LetGo:
    """Let somebody go from an organization: their tokens and agents there end in the same moment."""
    _member(actor, person, organization).delete()
    return LetGo(person, organization)


@verb("identity.change_contact", person_only=True, page="/organization/contact/")
def change_contact(actor: Actor, organization: OrganizationId, contact: str, *, now: Moment) -> Organization:
    """Say where letters to the organization go. For 90 days its proofs of control then wait for a second person."""
    rules.check_administers(actor, organization)
    row = OrganizationRow.objects.filter(number=organization, active=True).select_for_update().first()
    if row is None:
        raise NobodyThere
    row.contact, row.contact_changed = rules.address(contact), now
    row.save(update_fields=["contact", "contact_changed"])
    settle(row)
    return reads.organization_of(row)


def _member(actor: Actor, person: PersonId, organization: OrganizationId) -> MembershipRow:
    rules.check_administers(actor, organization)
    rows = MembershipRow.objects.filter(person__number=person, organization__number=organization)
    row = rows.select_for_update(of=("self",)).select_related("person", "organization").first()
    if row is None:
        raise NobodyThere
    return row
