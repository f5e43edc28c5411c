# SPDX-License-Identifier: Apache-2.0
"""After a restore: what had ended since the backup was made ends once more, and what was held back is held back."""

from __future__ import annotations

import secrets

from weir.foundation.actor import Actor
from weir.foundation.identity import accounts
from weir.foundation.identity.models import (
    AgentRow,
    FirstDoorRow,
    HoldRow,
    InvitationRow,
    MembershipRow,
    NumberRow,
    OrganizationRow,
    PersonRow,
    TokenRow,
)
from weir.foundation.identity.terms import EndedSince, Hold, LetGo, Narrowed, Role, Swept
from weir.foundation.identity.verbs.leaving import check_system, dissolve, erase_whoever_left, let_out
from weir.foundation.verb import verb
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

NOTHING = EndedSince()


@verb("identity.repeat_endings", internal=True)
def repeat_endings(actor: Actor, numbers: tuple[str, ...], since: EndedSince = NOTHING, *, now: Moment) -> Swept:
    """After a restore: end once more what had ended since the backup was made, every sign-in and every open link.

    All of it comes from the journal kept outside the backup. The numbers are of people and organizations that left, of
    tokens and agents that were revoked, of holds that were lifted: none is ever given again, so they may be as old as
    they like. `since` holds only what the backup cannot know, because memberships and roles may come back. What the
    backup does not know either is passed over, so the same journal may be replayed twice.
    """
    check_system(actor)
    # Holds come first: who left while held is not erased now.
    count = sum(_hold(hold, now) for hold in since.held) + _lift(numbers, now)
    people = list(PersonRow.objects.filter(number__in=numbers, is_active=True).select_for_update())
    for person in people:
        let_out(person, now)
    organizations = list(OrganizationRow.objects.filter(number__in=numbers, active=True, operating=False))
    for organization in organizations:
        dissolve(organization, now)
    count += len(people) + len(organizations)
    count += sum(_let_go(ended) for ended in since.let_go) + sum(_narrow(said) for said in since.narrowed)
    ended = (
        TokenRow.objects.filter(number__in=numbers),
        TokenRow.objects.filter(agent__number__in=since.rotated),
        AgentRow.objects.filter(number__in=numbers),
        InvitationRow.objects.all(),
        FirstDoorRow.objects.all(),
    )
    accounts.end_sign_ins(now)
    return Swept(count + sum(rows.delete()[0] for rows in ended))


def _hold(hold: Hold, now: Moment) -> int:
    NumberRow.objects.get_or_create(number=hold.id)
    kept = {"about": hold.about, "placed_by": hold.placed_by, "confirmed_by": hold.confirmed_by}
    fresh = kept | {"id": uuid7(now, secrets.token_bytes), "placed": now}
    _, made = HoldRow.objects.update_or_create(number=hold.id, defaults=kept, create_defaults=fresh)
    return int(made)


def _lift(numbers: tuple[str, ...], now: Moment) -> int:
    rows = HoldRow.objects.filter(number__in=numbers)
    abouts = sorted(set(rows.values_list("about", flat=True)))
    lifted = rows.delete()[0]
    for about in abouts:
        erase_whoever_left(about, now)
    return lifted


def _let_go(ended: LetGo) -> int:
    """How many memberships; tokens and agents go with them."""
    rows = MembershipRow.objects.filter(person__number=ended.id)
    if ended.organization:
        rows = rows.filter(organization__number=ended.organization)
    count = rows.count()
    rows.delete()
    return count


def _narrow(said: Narrowed) -> int:
    rows = MembershipRow.objects.filter(person__number=said.id).select_for_update(of=("self",))
    if said.organization:
        rows = rows.filter(organization__number=said.organization)
    count = 0
    for row in rows:
        roles = sorted(set(row.roles) & set(said.roles)) or [Role.MEMBER.value]
        count += roles != sorted(row.roles)
        row.roles = roles
        row.save(update_fields=["roles"])
    return count
