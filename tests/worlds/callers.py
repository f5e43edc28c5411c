# SPDX-License-Identifier: Apache-2.0
"""Programs that call: a real instance with everything bound, people in it, and tokens of every sort."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.test import Client as Browser

from weir.foundation.actor import Actor
from weir.foundation.identity import accounts, verbs
from weir.foundation.identity.models import OrganizationRow
from weir.foundation.identity.terms import IssuedToken, OrganizationKind, Role, Sector
from weir.foundation.identity.verbs.joining import join, new_organization
from weir.foundation.ledger.models import EntryRow, LogRow
from weir.kernel.moments import Moment
from weir.shell import rates, wiring
from weir.shell.clock import now
from weir.shell.doors import operations


@dataclass
class Instance:
    """An instance as programs see it. `finder` and `coordinator` are people with organizations."""

    finder: Actor = field(init=False)
    coordinator: Actor = field(init=False)

    def __post_init__(self) -> None:
        rates.forget()
        if not LogRow.objects.exists():
            wiring.begin()
        wiring.open_log.cache_clear()
        house = self._organization("Operator", OrganizationKind.COORDINATOR, operating=True)
        lab = self._organization("Lab", OrganizationKind.FINDER)
        self.coordinator = self._person(house, "cora", Role.COORDINATOR, Role.ADMINISTRATOR)
        self.finder = self._person(lab, "fin", Role.FINDER, Role.ADMINISTRATOR)

    def token(self, actor: Actor, *scopes: str, **lasts: float) -> str:
        """A token of that person, for these verbs and questions or for all; it lasts a day unless said."""
        return self.issued(actor, *scopes, **lasts).secret

    def issued(self, actor: Actor, *scopes: str, **lasts: float) -> IssuedToken:
        until = Moment.of(now() + timedelta(**(lasts or {"days": 1})))
        return verbs.issue_token(actor, scopes or tuple(operations()), until, now=now())

    def agent(self, owner: Actor, *scopes: str, rate: int = 100) -> str:
        """The token of an agent of that person."""
        until = Moment.of(now() + timedelta(days=1))
        agent = verbs.register_agent(owner, "scanner", scopes, rate, until, now=now())
        return verbs.issue_token(owner, scopes, until, agent.id, now=now()).secret

    def entries(self) -> int:
        """How much the ledger holds, but for the notes of who read what."""
        return EntryRow.objects.exclude(kind="ledger.note_reading").count()

    def _organization(self, name: str, kind: OrganizationKind, *, operating: bool = False) -> OrganizationRow:
        with transaction.atomic():
            contact = f"{name.lower()}@{name.lower()}.example"
            return new_organization(name, kind, Sector.NONE, contact, now(), operating=operating)

    def _person(self, organization: OrganizationRow, name: str, *roles: Role) -> Actor:
        with transaction.atomic():
            person = accounts.new_person(f"{name}@{organization.name.lower()}.example", name.title(), "", now())
            join(person, organization, roles, "", now())
        return accounts.actor_of_session(person, organization.number, second_factor=True, now=now())


@dataclass
class Program:
    """Something that calls the API of this process, with a token or as a stranger."""

    token: str = ""
    browser: Browser = field(default_factory=lambda: Browser(raise_request_exception=True))

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        return self.browser.get(path, query or {}, headers=self._headers(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Bytes go as they are; anything else as JSON."""
        sent = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        kind = headers.pop("content_type", "application/json")
        own, length = self._headers(headers), str(len(sent))
        return self.browser.generic("POST", path, sent, kind, headers=own, CONTENT_TYPE=kind, CONTENT_LENGTH=length)

    def do(self, method: str, path: str, **headers: str) -> Any:
        return self.browser.generic(method, path, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return own | {name.replace("_", "-"): value for name, value in more.items()}


REPORT = {"title": "Heap overflow in a parser", "description": "A length is trusted."}
RECEIVE = "/api/v1/intake/receive-report"
