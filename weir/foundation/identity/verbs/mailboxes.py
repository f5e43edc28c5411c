# SPDX-License-Identifier: Apache-2.0
"""Another address for signing in."""

from __future__ import annotations

from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.identity import rules
from weir.foundation.identity.models import ControlRow, OrganizationRow, PersonRow
from weir.foundation.identity.terms import NewAddress, NobodyThere, PersonId
from weir.foundation.identity.verbs.control import settle
from weir.foundation.verb import verb
from weir.kernel.errors import Conflict, Refused
from weir.kernel.moments import Moment


@verb("identity.record_email", internal=True)
def record_email(actor: Actor, person: PersonId, email: str, *, now: Moment) -> NewAddress:
    """Keep that somebody answered a letter to another address, which is theirs for signing in from now on.

    Whoever holds the mailbox holds the account. For 90 days the proofs of control that this person asked for wait for a
    second person, as they do when they change hands.
    """
    if actor != SYSTEM:
        raise Refused("Only Weir itself records which letter was answered.")
    row = PersonRow.objects.filter(number=person, is_active=True).select_for_update().first()
    if row is None:
        raise NobodyThere
    row.email, row.contact_changed = _free(email, row), now
    row.save(update_fields=["email", "contact_changed"])
    asked = ControlRow.objects.filter(asked_by=person, proven__isnull=False)
    organizations = list(OrganizationRow.objects.filter(controls__in=asked).distinct())
    asked.update(changed=now)
    for organization in organizations:
        settle(organization)
    return NewAddress(person)


def _free(email: str, row: PersonRow) -> str:
    address = rules.address(email)
    if PersonRow.objects.filter(email=address).exclude(pk=row.pk).exists():
        raise Conflict("Somebody signs in with this address already.", hint="Use another address, or that account.")
    return address
