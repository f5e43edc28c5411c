# SPDX-License-Identifier: Apache-2.0
"""A small instance with people in it. Policy says yes to everything here: what still refuses is the room itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from weir.foundation.actor import ANONYMOUS, SYSTEM, Actor
from weir.foundation.identity import accounts, reads, verbs
from weir.foundation.identity.models import InvitationRow, PersonRow
from weir.foundation.identity.terms import Credential, IssuedToken, OrganizationId, OrganizationKind, Role, Sector
from weir.foundation.verb import BOUND, Act, Earlier, Entry
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment

START = Moment.parse("2026-11-20T12:00:00Z")
DAY = timedelta(days=1)


@dataclass
class Records:
    """Remembers what a ledger would keep, in memory."""

    acts: list[Act] = field(default_factory=list)

    def write(self, actor: Actor, act: Act, *, last: bool) -> Entry:
        self.acts.append(act)
        return Entry(str(len(self.acts)), f"{act.verb}/{act.version}", bytes(32), act.now)

    def recall(self, actor: Actor, verb: str, key: str, body: bytes) -> Earlier | None:
        for act in self.acts:
            if (act.verb, act.key, act.body) == (verb, key, body):
                return Earlier(Entry("1", verb, bytes(32), act.now), json.loads(act.content))
        return None

    def text(self) -> str:
        return "\n".join(f"{act.verb} {act.about} {act.content.decode()}" for act in self.acts)


def yes(actor: Actor, action: str, on: TypedId | None) -> None:
    """Every policy there is."""


def unseen(actor: Actor, question: str, about: str) -> None:
    """Reads leave no trace in this world."""


def bind(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what tests bind with too: all is undone in turn, and nothing bound over it outlives this world."""
    for name, stands_in in {"ask": yes, "record": records, "witness": unseen}.items():
        monkeypatch.setattr(BOUND, name, stands_in)


@dataclass
class World:
    """An instance with its first administrator; whoever else is needed comes in by the same doors as in life."""

    records: Records = field(default_factory=Records)
    now: Moment = START

    def open(self) -> Actor:
        door = verbs.open_first_door(SYSTEM, now=self.now)
        verbs.claim_first_administrator(
            ANONYMOUS, door.secret, "olive@operator.example", "Olive Operator", "Operator", now=self.now
        )
        return self.actor("olive@operator.example")

    def later(self, **by: float) -> None:
        self.now = Moment.of(self.now + timedelta(**by))

    def actor(self, email: str, *, second_factor: bool = True, organization: str = "") -> Actor:
        person = PersonRow.objects.get(email=email)
        return accounts.actor_of_session(person, organization, second_factor=second_factor, now=self.now)

    def link_to(self, email: str) -> str:
        """What stands in the letter: the world reads everybody's mail."""
        newest = InvitationRow.objects.filter(email=email).order_by("-expires", "-id")[0]
        return accounts.join_secret(newest.number)

    def join(self, by: Actor, email: str, organization: str, *roles: Role) -> Actor:
        verbs.invite(by, email, OrganizationId(organization), roles, now=self.now)
        name = email.partition("@")[0].title()
        terms = reads.terms_in_force().digest
        verbs.accept_invitation(ANONYMOUS, self.link_to(email), terms, name, now=self.now)
        return self.actor(email)

    def organization(
        self, by: Actor, kind: OrganizationKind, domain: str, sector: Sector = Sector.NONE, name: str = ""
    ) -> Actor:
        """An organization that applied and was admitted; its contact, who came by the letter, is handed back."""
        contact, terms = f"ada@{domain}", reads.terms_in_force().digest
        asked = verbs.apply(ANONYMOUS, name or domain, kind, contact, terms, sector, now=self.now)
        verbs.admit_application(by, asked.id, now=self.now)
        verbs.accept_invitation(ANONYMOUS, self.link_to(contact), terms, "Ada", now=self.now)
        return self.actor(contact)

    def token(self, actor: Actor, *scopes: str, days: int = 30) -> IssuedToken:
        return verbs.issue_token(actor, scopes or ("identity.myself",), Moment.of(self.now + DAY * days), now=self.now)

    def bearer(self, secret: str) -> Credential:
        return accounts.actor_of_token(secret, self.now)
