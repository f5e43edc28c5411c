# SPDX-License-Identifier: Apache-2.0
"""Programs that act for people: agents and tokens. They hang on the membership and can never do more than it."""

from __future__ import annotations

import secrets

from django.conf import settings

from weir.foundation.actor import Actor
from weir.foundation.identity import accounts, reads, rules
from weir.foundation.identity.models import AgentRow, MembershipRow, TokenRow
from weir.foundation.identity.terms import Agent, AgentId, Ended, IssuedToken, NotYours, TokenId, TooWide
from weir.foundation.question import QUESTIONS
from weir.foundation.verb import VERBS, verb
from weir.kernel.errors import Invalid
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

FASTEST = 6000


@verb("identity.register_agent", person_only=True, page="/agents/")
def register_agent(
    actor: Actor, name: str, scopes: tuple[str, ...], rate_per_minute: int, expires: Moment, *, now: Moment
) -> Agent:
    """Make an agent that acts for me in my organization: what it may do, how often in a minute, and until when."""
    membership = _mine(actor)
    if not 1 <= rate_per_minute <= FASTEST:
        raise Invalid(f"A rate is 1 to {FASTEST} a minute.", faults={"/rate_per_minute": "out of range"})
    row = AgentRow.objects.create(
        id=uuid7(now, secrets.token_bytes),
        number=accounts.fresh_number(AgentId, now),
        name=rules.name(name),
        membership=membership,
        scopes=list(rules.check_scopes(scopes, known_names())),
        rate_per_minute=rate_per_minute,
        expires=rules.check_end(expires, now, rules.LONGEST_TOKEN_LIFE),
        created=now,
    )
    return reads.agent_of(row)


@verb("identity.rotate_agent", person_only=True, page="/agents/")
def rotate_agent(actor: Actor, agent: AgentId, *, now: Moment) -> IssuedToken:
    """End every token of my agent and issue one new token, shown once, with the agent's own scope and end."""
    _mine(actor)
    row = _my_agent(actor, agent)
    TokenRow.objects.filter(agent=row).delete()
    return _issue(actor, row.membership, row, tuple(row.scopes), Moment.of(row.expires), now)


@verb("identity.revoke_agent", person_only=True, page="/agents/")
def revoke_agent(actor: Actor, agent: AgentId, *, now: Moment) -> Ended:
    """End an agent, and its tokens with it, at once."""
    rules.check_person(actor)
    row = AgentRow.objects.filter(number=agent).select_related(*_UPWARDS).first()
    if row is None or not _answers_for(actor, row.membership):
        raise NotYours
    row.delete()
    return Ended(agent)


@verb("identity.issue_token", person_only=True, page="/tokens/")
def issue_token(
    actor: Actor, scopes: tuple[str, ...], expires: Moment, agent: AgentId | None = None, name: str = "", *, now: Moment
) -> IssuedToken:
    """Issue a token for me, or for an agent of mine. Its secret is shown this once; only its digest is kept.

    It carries the verbs and questions that are named, at most for a year, and never what only a person may do.
    """
    membership = _mine(actor)
    row = _my_agent(actor, agent) if agent else None
    carried = rules.check_scopes(scopes, known_names())
    end = rules.check_end(expires, now, rules.LONGEST_TOKEN_LIFE)
    if row is not None and (not set(carried) <= set(row.scopes) or end > row.expires):
        raise TooWide("An agent's token is within the agent's own scope and end.")
    kept = rules.name(name) if name else ""
    return _issue(actor, row.membership if row else membership, row, carried, end, now, name=kept)


@verb("identity.revoke_token", person_only=True, page="/tokens/")
def revoke_token(actor: Actor, token: TokenId, *, now: Moment) -> Ended:
    """End a token at once."""
    rules.check_person(actor)
    row = TokenRow.objects.filter(number=token).select_related(*_UPWARDS).first()
    if row is None or not _answers_for(actor, row.membership):
        raise NotYours
    row.delete()
    return Ended(token)


def known_names() -> dict[str, bool]:
    """Every verb and question there is, and whether a token may carry it."""
    open_verbs = {name: verb for name, verb in VERBS.items() if not verb.options.internal}
    return {name: not verb.options.person_only for name, verb in open_verbs.items()} | dict.fromkeys(QUESTIONS, True)


_UPWARDS = ("membership__person", "membership__organization")


def _mine(actor: Actor) -> MembershipRow:
    """My membership, locked: on PostgreSQL whoever leaves meanwhile waits, and then takes what is made here along."""
    rules.check_person(actor)
    rows = MembershipRow.objects.filter(person__number=actor.id, organization__number=actor.organization)
    row = rows.select_for_update(of=("self",)).select_related("person", "organization").first()
    if row is None:
        raise NotYours("You belong to no organization that an agent or a token could act for.")
    return row


def _my_agent(actor: Actor, agent: AgentId) -> AgentRow:
    rows = AgentRow.objects.filter(number=agent, membership__person__number=actor.id)
    row = rows.select_for_update(of=("self",)).select_related(*_UPWARDS).first()
    if row is None:
        raise NotYours
    return row


def _answers_for(actor: Actor, membership: MembershipRow) -> bool:
    return membership.person.number == actor.id or rules.administers(actor, membership.organization.number)


def _issue(
    actor: Actor,
    membership: MembershipRow,
    agent: AgentRow | None,
    scopes: tuple[str, ...],
    end: Moment,
    now: Moment,
    *,
    name: str = "",
) -> IssuedToken:
    secret = rules.fresh_secret(rules.TOKEN, secrets.token_bytes)
    row = TokenRow.objects.create(
        id=uuid7(now, secrets.token_bytes),
        number=accounts.fresh_number(TokenId, now),
        digest=rules.hashed(secret),
        membership=membership,
        agent=agent,
        audience=settings.PUBLIC_URL,
        scopes=list(scopes),
        name=name,
        second_factor=actor.second_factor,
        created=now,
        expires=end,
    )
    return IssuedToken(TokenId(row.number), agent.number if agent else "", scopes, end, secret)
