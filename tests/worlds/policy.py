# SPDX-License-Identifier: Apache-2.0
"""A harbor for tests of policy: boats that are protected, people who hold keys, and a record that is a list."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, ClassVar
from uuid import UUID

from django.apps.registry import Apps
from django.db import models

from weir.foundation.actor import Actor, ActorKind
from weir.foundation.policy.engines.cedar import Policies
from weir.foundation.policy.reads.opened import Opened, kind_of
from weir.foundation.policy.terms import Action, Protects, Vocabulary
from weir.foundation.verb import Act, Earlier, Entry
from weir.kernel.ids import TypedId, uuid7
from weir.kernel.moments import Moment

NOON = Moment(2026, 11, 20, 12, tzinfo=UTC)
READ, LIST, SINK, BUILD = "harbor.read_boat", "harbor.list_boats", "harbor.sink_boat", "harbor.build_boat"


class BoatId(TypedId, prefix="XB"):
    """A boat."""


class BoatRow(models.Model):
    """Lives in a registry of its own, so that no other test sees it."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=20)
    depth = models.IntegerField()
    afloat = models.BooleanField()

    objects: ClassVar[models.Manager[BoatRow]] = models.Manager()
    policy: ClassVar = Protects(
        kind="Weir::Boat",
        id=BoatId,
        read=READ,
        lists=(LIST,),
        attributes={"state": "state", "depth": "depth", "afloat": "afloat"},
    )

    class Meta:
        app_label = "harbor"
        apps = Apps()
        db_table = "harbor_boat"


def harbor(policies: str, *, strict: bool = True) -> Opened:
    """The harbor under these policies."""
    kind = kind_of(BoatRow)
    on_boats = frozenset({"Weir::Boat"})
    actions = {
        READ: Action(READ, on_boats, groups=("harbor.*", "questions")),
        LIST: Action(LIST, on_boats, groups=("harbor.*", "questions")),
        SINK: Action(SINK, on_boats, person_only=True, groups=("harbor.*", "verbs")),
        BUILD: Action(BUILD, groups=("harbor.*", "verbs")),
    }
    vocabulary = Vocabulary(actions, {kind.type: kind}, frozenset({"harbor.*", "verbs", "questions"}))
    return Opened(
        Policies({"harbor/harbor.cedar": policies}, vocabulary, strict=strict), {BoatRow: kind}, 0, strict=True
    )


def boat(state: str = "new", depth: int = 0, *, afloat: bool = True, at: Moment = NOON) -> BoatRow:
    return BoatRow(
        id=uuid7(at, os.urandom), number=BoatId.mint(2026, os.urandom), state=state, depth=depth, afloat=afloat
    )


def person(name: str = "P-ada", *roles: str, **more: Any) -> Actor:
    """Staff with a second factor where roles are given; a member without."""
    options: dict[str, Any] = {"staff": bool(roles), "second_factor": bool(roles), "roles": frozenset(roles)} | more
    return Actor(ActorKind.PERSON, name, **options)


@dataclass
class ListRecord:
    """A ledger that is a list."""

    acts: list[Act] = field(default_factory=list)

    def write(self, actor: Actor, act: Act, *, last: bool) -> Entry:
        self.acts.append(act)
        return Entry(str(len(self.acts)), f"{act.verb}/{act.version}", b"", act.now)

    def recall(self, actor: Actor, verb: str, key: str, body: bytes) -> Earlier | None:
        return None


def ids(rows: list[BoatRow]) -> list[UUID]:
    return [row.id for row in rows]
