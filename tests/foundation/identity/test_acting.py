# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import override_settings

from tests.worlds.identity import DAY
from weir.foundation.actor import ActorKind
from weir.foundation.identity import accounts, reads, rules, verbs
from weir.foundation.identity.models import TokenRow
from weir.foundation.identity.terms import (
    AgentId,
    NoSuchCredential,
    NotYours,
    OrganizationId,
    OrganizationKind,
    PeopleOnly,
    Role,
    TooWide,
)
from weir.kernel.errors import Invalid, Refused, WeirError
from weir.kernel.moments import Moment

pytestmark = pytest.mark.both_databases
SCOPES = ("identity.myself", "identity.terms")


def agent_of(world, actor, scopes=SCOPES, days=30, rate=60):
    return verbs.register_agent(actor, "Sweeper", scopes, rate, Moment.of(world.now + DAY * days), now=world.now)


def refusal(act):
    with pytest.raises(WeirError) as no:
        act()
    return type(no.value), no.value.sentence, no.value.hint


def test_a_token_is_who_issued_it_within_its_scopes(world, operator):
    token = world.token(operator, *SCOPES)
    found = world.bearer(token.secret)
    assert found.token == token.id
    assert found.actor == replace(operator, scopes=frozenset(SCOPES))
    assert found.rate_per_minute == 0


def test_a_secret_is_shown_once_and_kept_nowhere(world, operator):
    token = world.token(operator)
    kept = [str(value) for row in TokenRow.objects.values() for value in row.values()]
    assert token.secret not in world.records.text()
    assert token.secret not in kept
    assert token.secret not in str(reads.my_tokens(operator))


def test_an_agent_is_a_principal_of_its_own_with_an_owner(world, operator):
    agent = agent_of(world, operator)
    token = verbs.rotate_agent(operator, agent.id, now=world.now)
    found = world.bearer(token.secret)
    assert found.actor.kind is ActorKind.AGENT
    assert (found.actor.id, found.actor.owner) == (agent.id, operator.id)
    assert found.actor.scopes == set(SCOPES)
    assert found.rate_per_minute == 60


def test_every_way_not_to_open_sounds_the_same(world, operator):
    token = world.token(operator, days=10)
    revoked = world.token(operator)
    verbs.revoke_token(operator, revoked.id, now=world.now)
    forged = rules.spelled_secret(rules.TOKEN, bytes(32))
    late = Moment.of(world.now + DAY * 10)
    ways = [
        lambda: world.bearer(forged),
        lambda: world.bearer(revoked.secret),
        lambda: world.bearer(token.secret[:-1] + ("a" if token.secret[-1] != "a" else "b")),
        lambda: world.bearer(""),
        lambda: world.bearer("weir_é"),
        lambda: world.bearer("x" * 100_000),
        lambda: accounts.actor_of_token(token.secret, late),
    ]
    assert {refusal(way) for way in ways} == {refusal(ways[0])}
    assert refusal(ways[0])[0] is NoSuchCredential


def test_a_token_for_another_instance_opens_nothing(world, operator):
    token = world.token(operator)
    with override_settings(PUBLIC_URL="https://another.example"), pytest.raises(NoSuchCredential):
        world.bearer(token.secret)
    assert world.bearer(token.secret)


def test_finding_a_token_takes_one_query(world, operator, django_assert_num_queries):
    token = world.token(operator)
    world.bearer(token.secret)
    with django_assert_num_queries(1):
        world.bearer(token.secret)


def test_the_last_use_is_a_day_and_no_more(world, operator):
    token = world.token(operator)
    assert reads.my_tokens(operator)[0].last_used == ""
    world.bearer(token.secret)
    assert reads.my_tokens(operator)[0].last_used == "2026-11-20"
    world.later(days=1)
    world.bearer(token.secret)
    assert reads.my_tokens(operator)[0].last_used == "2026-11-21"


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_ends_within_a_year(world, operator, days):
    with pytest.raises(Invalid):
        world.token(operator, days=days)
    assert TokenRow.objects.count() == 0


@pytest.mark.parametrize("scope", ["identity.leave", "identity.issue_token", "identity.place_hold"])
def test_what_only_a_person_may_do_goes_into_no_token(world, operator, scope):
    with pytest.raises(TooWide):
        world.token(operator, scope)
    with pytest.raises(TooWide):
        agent_of(world, operator, (scope,))


def test_a_scope_is_the_name_of_something(world, operator):
    with pytest.raises(Invalid):
        world.token(operator, "intake.*")


def test_an_agents_token_stays_within_the_agent(world, operator):
    agent = agent_of(world, operator, ("identity.terms",), days=10)

    def issue(scope, days):
        return verbs.issue_token(operator, (scope,), Moment.of(world.now + DAY * days), agent.id, now=world.now)

    with pytest.raises(TooWide):
        issue("identity.myself", 5)
    with pytest.raises(TooWide):
        issue("identity.terms", 11)
    assert world.bearer(issue("identity.terms", 10).secret).actor.id == agent.id


def test_neither_token_nor_agent_hands_anything_on(world, operator):
    agent = agent_of(world, operator)
    bearers = [world.token(operator).secret, verbs.rotate_agent(operator, agent.id, now=world.now).secret]
    for actor in [world.bearer(secret).actor for secret in bearers]:
        acts = [
            lambda a=actor: world.token(a),
            lambda a=actor: agent_of(world, a),
            lambda a=actor: verbs.rotate_agent(a, agent.id, now=world.now),
            lambda a=actor: verbs.revoke_agent(a, agent.id, now=world.now),
            lambda a=actor: verbs.leave(a, now=world.now),
            lambda a=actor: reads.export_mine(a),
        ]
        assert {refusal(act)[0] for act in acts} == {PeopleOnly}


def test_rotating_ends_what_was_before(world, operator):
    agent = agent_of(world, operator)
    first = verbs.rotate_agent(operator, agent.id, now=world.now)
    second = verbs.rotate_agent(operator, agent.id, now=world.now)
    with pytest.raises(NoSuchCredential):
        world.bearer(first.secret)
    assert world.bearer(second.secret)


def test_a_revoked_agent_is_gone_at_once(world, operator):
    agent = agent_of(world, operator)
    token = verbs.rotate_agent(operator, agent.id, now=world.now)
    verbs.revoke_agent(operator, agent.id, now=world.now)
    with pytest.raises(NoSuchCredential):
        world.bearer(token.secret)
    assert reads.my_agents(operator) == ()


def test_an_agent_ends_on_its_day(world, operator):
    agent = agent_of(world, operator, days=2)
    token = verbs.rotate_agent(operator, agent.id, now=world.now)
    world.later(days=2)
    with pytest.raises(NoSuchCredential):
        world.bearer(token.secret)


@pytest.mark.parametrize("rate", [0, -1, 6001])
def test_a_rate_is_bounded(world, operator, rate):
    with pytest.raises(Invalid):
        agent_of(world, operator, rate=rate)


def test_the_things_of_others_are_like_things_that_are_not_there(world, operator):
    ada = world.organization(operator, OrganizationKind.FINDER, "finders.example")
    agent, token = agent_of(world, operator), world.token(operator)
    unknown = AgentId.mint(2026, lambda count: b"\x07" * count)
    assert refusal(lambda: verbs.revoke_agent(ada, agent.id, now=world.now)) == refusal(
        lambda: verbs.revoke_agent(ada, unknown, now=world.now)
    )
    assert refusal(lambda: verbs.rotate_agent(ada, agent.id, now=world.now))[0] is NotYours
    assert refusal(lambda: verbs.revoke_token(ada, token.id, now=world.now))[0] is NotYours
    assert world.bearer(token.secret)


def test_an_administrator_ends_the_tokens_of_their_people(world, operator):
    ada = world.organization(operator, OrganizationKind.FINDER, "finders.example")
    ben = world.join(ada, "ben@finders.example", ada.organization, Role.FINDER)
    token = world.token(ben)
    verbs.revoke_token(ada, token.id, now=world.now)
    with pytest.raises(NoSuchCredential):
        world.bearer(token.secret)


def test_who_belongs_nowhere_has_no_tokens(world, operator):
    ben = world.join(operator, "ben@operator.example", operator.organization)
    verbs.end_membership(operator, ben.id, OrganizationId(operator.organization), now=world.now)
    with pytest.raises(NotYours):
        world.token(world.actor("ben@operator.example"))


def test_a_token_issued_without_a_second_factor_carries_none(world, operator):
    plain = world.actor("olive@operator.example", second_factor=False)
    found = world.bearer(world.token(plain).secret).actor
    assert not found.second_factor
    with pytest.raises(Refused):
        reads.list_organizations(found)


def test_an_actor_from_a_session_acts_for_the_organization_that_was_chosen(world, operator):
    ada = world.organization(operator, OrganizationKind.FINDER, "finders.example")
    world.later(hours=1)
    verbs.invite(operator, "ada@finders.example", OrganizationId(operator.organization), now=world.now)
    link = world.link_to("ada@finders.example")
    verbs.accept_invitation(ada, link, reads.terms_in_force().digest, now=world.now)
    assert world.actor("ada@finders.example").organization == ada.organization
    assert world.actor("ada@finders.example", organization=operator.organization).staff
    assert world.actor("ada@finders.example", organization="O-2026-00000-0").organization == ada.organization
