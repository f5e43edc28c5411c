# SPDX-License-Identifier: Apache-2.0
"""People who use the pages: made by the real verbs, signed in by sessions such as signing in leaves behind."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client

from tests.worlds.house import House
from weir.foundation.actor import ANONYMOUS, SYSTEM, Actor
from weir.foundation.identity import accounts, reads, verbs
from weir.foundation.identity.models import InvitationRow, PersonRow
from weir.foundation.identity.terms import OrganizationId, OrganizationKind, Role
from weir.kernel.moments import Moment
from weir.shell.clock import now

PASSWORD = "correct horse battery staple"
ENCODED = "pbkdf2_sha256$1$salt$A0nmFvRDKlHR5sGLlmWkKCxNhbdGSxuXKbsHG8DoXL0="


class Quick(PBKDF2PasswordHasher):
    """As in production, but a test does not wait for it."""

    iterations = 1


@dataclass
class People:
    """A first administrator, who also coordinates, and whoever a test lets in."""

    house: House

    def __post_init__(self) -> None:
        door = verbs.open_first_door(SYSTEM, now=now())
        verbs.claim_first_administrator(
            ANONYMOUS, door.secret, "ida@meadow.example", "Ida Sluice", "Lower Meadow", ENCODED, now=now()
        )
        self.ida = PersonRow.objects.get(email="ida@meadow.example")

    def acting(self, person: PersonRow, organization: str = "") -> Actor:
        return accounts.actor_of_session(person, organization, second_factor=True, now=now())

    def let_in(self, name: str = "Fin Ford", kind: OrganizationKind = OrganizationKind.FINDER) -> PersonRow:
        """An organization of its own with one administrator, through application, admission and invitation."""
        first = name.partition(" ")[0].lower()
        terms = reads.terms_in_force().digest
        applied = verbs.apply(ANONYMOUS, f"{name} and friends", kind, f"{first}@finders.example", terms, now=now())
        admitted = verbs.admit_application(self.acting(self.ida), applied.id, now=now())
        return self.accepted(admitted.invitation, name)

    def invited(self, email: str, *roles: Role, by: PersonRow | None = None) -> str:
        """The secret of an invitation's link."""
        actor = self.acting(by or self.ida)
        invitation = verbs.invite(actor, email, OrganizationId(actor.organization), roles, now=now())
        return accounts.join_secret(invitation.id)

    def colleague(self, name: str, *roles: Role) -> PersonRow:
        """Somebody else of the operator."""
        email = f"{name.partition(' ')[0].lower()}@meadow.example"
        return self._come(self.invited(email, *roles), email, name)

    def accepted(self, invitation: str, name: str) -> PersonRow:
        email = InvitationRow.objects.get(number=invitation).email
        return self._come(accounts.join_secret(invitation), email, name)

    def _come(self, secret: str, email: str, name: str) -> PersonRow:
        verbs.accept_invitation(ANONYMOUS, secret, reads.terms_in_force().digest, name, ENCODED, now=now())
        return PersonRow.objects.get(email=email)

    def browser(
        self, person: PersonRow | None = None, *, second_factor: bool = True, began: Moment | None = None
    ) -> Client:
        """A browser, signed in as somebody or as nobody; it checks forms as real ones do not need to."""
        client = Client(headers={"Host": "localhost", "Accept": "text/html"})
        if person is not None:
            client.force_login(person)
            methods = ["password", *(["mfa"] if second_factor else [])]
            at = began.timestamp() if began else time.time()
            session = client.session
            session["account_authentication_methods"] = [{"method": method, "at": at} for method in methods]
            session["account_authentication_methods_user"] = str(person.pk)
            session.save()
        return client


def action_of(html: str, address: str) -> str:
    """Where the form that leads to this address goes, with its key."""
    return next(part.partition('"')[0] for part in html.split('action="') if part.startswith(address)).replace(
        "&amp;", "&"
    )


def text_of(response: Any) -> str:
    return str(response.content.decode())
