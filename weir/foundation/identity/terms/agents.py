# SPDX-License-Identifier: Apache-2.0
"""Agents and the tokens by which programs act: an owner, a scope, a rate and an end."""

from __future__ import annotations

from dataclasses import dataclass

from weir.foundation.actor import Actor
from weir.foundation.identity.terms.organizations import OrganizationId
from weir.foundation.identity.terms.people import PersonId
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment
from weir.kernel.records import unrecorded


class AgentId(TypedId, prefix="A"):
    pass


class TokenId(TypedId, prefix="T"):
    pass


@dataclass(frozen=True)
class Agent:
    """A program that acts for somebody: an owner, a scope, a rate and an end."""

    id: AgentId
    owner: PersonId
    organization: OrganizationId
    scopes: tuple[str, ...]
    rate_per_minute: int
    expires: Moment
    name: str = unrecorded(default="")


@dataclass(frozen=True)
class Token:
    """A token as its owner sees it afterwards. Its last use is known to the day only."""

    id: TokenId
    agent: str
    organization: OrganizationId
    scopes: tuple[str, ...]
    created: Moment
    expires: Moment
    last_used: str
    name: str


@dataclass(frozen=True)
class IssuedToken:
    """A token as its owner sees it once. Nobody can show the secret again."""

    id: TokenId
    agent: str
    scopes: tuple[str, ...]
    expires: Moment
    secret: str = unrecorded(default="")


@dataclass(frozen=True)
class Credential:
    """What a token turned out to be: who acts, how often in a minute, and which token it was."""

    actor: Actor
    rate_per_minute: int
    token: TokenId
