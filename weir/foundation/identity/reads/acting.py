# SPDX-License-Identifier: Apache-2.0
"""Which programs act for me: agents and tokens."""

from __future__ import annotations

from weir.foundation.actor import Actor
from weir.foundation.identity.models import AgentRow, TokenRow
from weir.foundation.identity.terms import Agent, AgentId, OrganizationId, PersonId, Token, TokenId
from weir.foundation.question import question
from weir.kernel.moments import Moment

_UPWARDS = ("membership__person", "membership__organization")


@question("identity.my_agents")
def my_agents(actor: Actor) -> tuple[Agent, ...]:
    """The agents that I answer for."""
    rows = AgentRow.objects.filter(membership__person__number=actor.id).select_related(*_UPWARDS)
    return tuple(agent_of(row) for row in rows.order_by("id"))


@question("identity.my_tokens")
def my_tokens(actor: Actor) -> tuple[Token, ...]:
    """My tokens and those of my agents: what they open, until when, and the day of their last use."""
    rows = TokenRow.objects.filter(membership__person__number=actor.id).select_related("agent", *_UPWARDS)
    return tuple(token_of(row) for row in rows.order_by("id"))


def agent_of(row: AgentRow) -> Agent:
    return Agent(
        AgentId(row.number),
        PersonId(row.membership.person.number),
        OrganizationId(row.membership.organization.number),
        tuple(row.scopes),
        row.rate_per_minute,
        Moment.of(row.expires),
        row.name,
    )


def token_of(row: TokenRow) -> Token:
    return Token(
        TokenId(row.number),
        row.agent.number if row.agent else "",
        OrganizationId(row.membership.organization.number),
        tuple(row.scopes),
        Moment.of(row.created),
        Moment.of(row.expires),
        row.last_used.isoformat() if row.last_used else "",
        row.name,
    )
