# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.worlds.policy import BUILD, LIST, READ, SINK, BoatId, boat, harbor, person
from weir.foundation.actor import ANONYMOUS, Actor, ActorKind
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.reads import ask, may_see
from weir.foundation.policy.terms import Marking, NotAllowed, NothingHere, OutOfScope, PersonOnly, Tlp
from weir.kernel.errors import Missing

POLICIES = """
    permit (
        principal,
        action in [Weir::Action::"harbor.read_boat", Weir::Action::"harbor.list_boats"],
        resource is Weir::Boat
    )
    when { resource.audience.containsAny(principal.keys) };
    permit (principal, action == Weir::Action::"harbor.sink_boat", resource is Weir::Boat)
    when { resource.state == "old" && principal.keys.contains("role:captain") };
    permit (principal, action == Weir::Action::"harbor.build_boat", resource)
    when { principal.keys.contains("member") };
"""
CAPTAIN = person("P-cap", "captain")


@pytest.fixture
def fresh(boats, under):
    under(harbor(POLICIES))
    row = boat("new")
    row.save()
    mark_fresh([row], "harbor", Marking(Tlp.AMBER, frozenset({"organization:O-1"})))
    return BoatId(row.number)


@pytest.mark.both_databases
def test_who_may_see_and_do_is_answered_with_silence(fresh):
    ask(person(organization="O-1"), READ, fresh)


def test_who_may_see_but_not_do_is_refused(fresh):
    with pytest.raises(NotAllowed):
        ask(person(organization="O-1"), SINK, fresh)


@pytest.mark.both_databases
def test_what_one_may_not_see_looks_exactly_like_what_does_not_exist(fresh):
    answers, work = [], []
    for number in (fresh, BoatId.mint(2026, os.urandom)):
        with CaptureQueriesContext(connection) as queries, pytest.raises(Missing) as no:
            ask(person(organization="O-2"), SINK, number)
        answers.append((type(no.value), no.value.sentence, no.value.hint))
        work.append(len(queries))
    assert answers[0] == answers[1]
    assert work == [1, 1]


def test_an_attribute_of_the_row_decides(fresh, boats):
    boats.filter(number=fresh).update(state="old")
    ask(CAPTAIN, SINK, fresh)
    boats.filter(number=fresh).update(state="new")
    with pytest.raises(NothingHere):
        ask(CAPTAIN, SINK, fresh)


def test_who_may_do_it_to_any_boat_may_not_do_it_to_none(fresh, under):
    under(harbor("permit (principal, action, resource is Weir::Boat);"))
    ask(CAPTAIN, SINK, fresh)
    with pytest.raises(NothingHere):
        ask(CAPTAIN, SINK, BoatId.mint(2026, os.urandom))


def test_without_an_object_the_instance_is_asked(fresh):
    ask(person(), BUILD, None)
    with pytest.raises(NotAllowed):
        ask(ANONYMOUS, BUILD, None)


def test_a_scope_is_a_fence_whatever_policies_say(fresh):
    narrowed = person(organization="O-1", scopes=frozenset({BUILD}))
    ask(narrowed, BUILD, None)
    with pytest.raises(OutOfScope):
        ask(narrowed, READ, fresh)


@pytest.mark.parametrize("actor", [ANONYMOUS, Actor(ActorKind.AGENT, "A-1", owner="P-cap", staff=True)])
def test_agents_and_strangers_cannot_do_what_takes_a_person(actor, fresh):
    with pytest.raises(PersonOnly):
        ask(actor, SINK, fresh)


def test_an_unknown_action_is_denied(fresh):
    with pytest.raises(NotAllowed):
        ask(CAPTAIN, "harbor.paint_boat", fresh)


def test_a_list_action_is_not_asked_of_the_instance(fresh):
    with pytest.raises(NotAllowed):
        ask(CAPTAIN, LIST, None)


def test_rooms_that_keep_numbers_only_can_ask_whether_one_may_be_seen(fresh):
    assert may_see(person(organization="O-1"), fresh)
    assert not may_see(person(), fresh)
    assert not may_see(person(organization="O-1"), "nonsense")
    assert not may_see(person(organization="O-1", scopes=frozenset({BUILD})), fresh)
