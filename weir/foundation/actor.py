# SPDX-License-Identifier: Apache-2.0
"""Who acts: the one value that every verb and question takes first."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class ActorKind(StrEnum):
    """What stands behind a call."""

    PERSON = "person"
    AGENT = "agent"
    ANONYMOUS = "anonymous"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """A principal, as it stands at the moment of the call: built by a door from a session or a token, never stored.

    `id` is opaque: the ledger keeps it, and only a row that can be erased says who it is. A person acts for one
    organization at a time. `scopes` narrows what a token or an agent may do to the named verbs and questions; None
    means no narrowing. `roles` are what the organization gave the person: coordinator, administrator, finder, ...
    """

    kind: ActorKind
    id: str
    organization: str = ""
    organization_kind: str = ""
    sector: str = ""
    roles: frozenset[str] = frozenset()
    staff: bool = False
    second_factor: bool = False
    scopes: frozenset[str] | None = None
    owner: str = ""
    handles: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The audience keys this actor holds: an object is seen by whoever holds one of the keys it is shown to."""
        if self.kind is ActorKind.SYSTEM:
            return frozenset()
        keys = {"any", *self.handles}
        if self.kind is not ActorKind.ANONYMOUS:
            keys |= {"member", f"actor:{self.id}"}
        if self.owner:
            keys.add(f"owner:{self.owner}")
        if self.organization:
            keys.add(f"organization:{self.organization}")
        if self.organization_kind:
            keys.add(f"kind:{self.organization_kind}")
        if self.sector:
            keys.add(f"sector:{self.sector}")
        if self.staff:
            keys |= {f"role:{role}" for role in self.roles}
        return frozenset(keys)


ANONYMOUS = Actor(ActorKind.ANONYMOUS, "anonymous")
SYSTEM = Actor(ActorKind.SYSTEM, "system")
