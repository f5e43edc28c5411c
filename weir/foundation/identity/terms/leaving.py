# SPDX-License-Identifier: Apache-2.0
"""What has ended, what a leaver takes along, and how the rooms let go of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from weir.foundation.identity.terms.agents import Agent, Token
from weir.foundation.identity.terms.people import Membership, Profile
from weir.foundation.identity.terms.staying import Hold
from weir.kernel.moments import Moment


@dataclass(frozen=True)
class LetGo:
    """A membership that an organization ended."""

    id: str
    organization: str  # empty where a journal cannot say which: each that this person had


@dataclass(frozen=True)
class Narrowed:
    """A membership whose roles were said anew: of these it keeps what it has, and gains none."""

    id: str
    organization: str  # empty as above
    roles: tuple[str, ...]


@dataclass(frozen=True)
class EndedSince:
    """What ended or was held back since a backup was made, and takes more than a number to say."""

    let_go: tuple[LetGo, ...] = ()
    narrowed: tuple[Narrowed, ...] = ()
    rotated: tuple[str, ...] = ()
    held: tuple[Hold, ...] = ()


@dataclass(frozen=True)
class Ended:
    """Something that no longer opens anything: a token, an agent, a membership, an organization."""

    id: str


@dataclass(frozen=True)
class Exported:
    """A part of what is the leaver's, from one room, as JSON text."""

    room: str
    title: str
    content: str


@dataclass(frozen=True)
class Export:
    """Everything here that is yours."""

    profile: Profile
    memberships: tuple[Membership, ...]
    agents: tuple[Agent, ...]
    tokens: tuple[Token, ...]
    others: tuple[Exported, ...]


@dataclass(frozen=True)
class Left:
    """Somebody left. Nothing here says whether anything of theirs had to stay."""

    id: str


@dataclass(frozen=True)
class Swept:
    """How much had run out and is gone."""

    count: int


class Exporter(Protocol):
    """What of the leaver's a room holds. Asked inside a read."""

    def __call__(self, leaver: str) -> tuple[Exported, ...]: ...


class Eraser(Protocol):
    """Lets go of the leaver's things that nobody else relies on. Called inside the leaver's own transaction."""

    def __call__(self, leaver: str, now: Moment) -> None: ...
