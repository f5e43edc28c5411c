# SPDX-License-Identifier: Apache-2.0
"""People who scan: two participants, an agent of one, a maintainer who has shown control; and their claims."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tests.worlds.house import House
from weir.clearinghouse.scanning import verbs
from weir.clearinghouse.scanning.terms import Claimed, Method, TargetId
from weir.foundation.actor import Actor, ActorKind
from weir.foundation.identity.models import ControlRow, OrganizationRow
from weir.foundation.identity.terms import ControlId, OrganizationId, PersonId
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

REPOSITORY = "https://github.com/meadow/gate"


@dataclass
class Scanners:
    """Verbs as one calls them, at the house's moment."""

    house: House

    def __post_init__(self) -> None:
        self.one, self.other = self.house.finder, self.house.outsider
        self.agent = replace(
            self.one, kind=ActorKind.AGENT, id="A-2026-AGENT-T", owner=self.one.id, roles=frozenset({"finder"})
        )
        self.third = replace(self.one, id=PersonId.mint(2026, os.urandom), organization="O-2026-THRDN-T")
        self.maintainer = replace(
            self.one,
            id=PersonId.mint(2026, os.urandom),
            organization=OrganizationId.mint(2026, os.urandom),
            organization_kind="maintainer_project",
            roles=frozenset({"maintainer"}),
        )

    def target(self, locator: str = REPOSITORY, actor: Actor | None = None) -> TargetId:
        return verbs.register_target(actor or self.one, locator, now=self.house.now).id

    def claim(self, actor: Actor, *paths: str, target: TargetId | None = None, **more: Any) -> Claimed:
        asked: dict[str, Any] = {"methods": (Method.FUZZING,), "paths": paths} | more
        return verbs.claim_target(actor, target or self.target(), **asked, now=self.house.now)

    def list_target(self, locator: str, exposure: int = 10) -> TargetId:
        """A target that everybody sees on the list."""
        target = self.target(locator)
        verbs.weigh_target(self.house.coordinator, target, exposure, now=self.house.now)
        return target

    def show_control(self, actor: Actor, what: str = REPOSITORY) -> None:
        """As identity keeps it once a challenge was seen long ago."""
        at = Moment.of(self.house.now - timedelta(days=400))
        organization = OrganizationRow.objects.filter(number=actor.organization).first()
        if organization is None:
            organization = OrganizationRow.objects.create(
                id=uuid7(at, os.urandom),
                number=actor.organization,
                name="Gate Maintainers (made up)",
                kind=actor.organization_kind,
                sector="",
                contact="gate@meadow.example",
                active=True,
                operating=False,
                created=at,
            )
        ControlRow.objects.create(
            id=uuid7(at, os.urandom),
            number=ControlId.mint(2026, os.urandom),
            organization=organization,
            asked_by=actor.id,
            method="repository_file",
            target=what,
            challenge=f"weir-challenge={os.urandom(20).hex()}",
            expires=at,
            proven=at,
        )
