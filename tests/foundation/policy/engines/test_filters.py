# SPDX-License-Identifier: Apache-2.0
"""The filter and Cedar agree about every row, or the filter does not exist."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.policy import LIST, BoatRow, boat, harbor, person
from weir.foundation.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from weir.foundation.policy.engines import cedar
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.reads.opened import kind_of
from weir.foundation.policy.reads.rows import condition_of, visible_to
from weir.foundation.policy.terms import Everything, Filter, Marking, Nothing, Or, Tlp, Uncompilable

BOAT = kind_of(BoatRow)
STATES, DEPTHS, KEYS = ("new", "old", ""), (-1, 0, 7), ("member", "organization:O-1", "role:coordinator")
AUDIENCES = ((), ("member",), ("organization:O-1", "role:coordinator"))
ACTORS = [
    ANONYMOUS,
    SYSTEM,
    person(organization="O-1"),
    person("P-zoe", "coordinator"),
    Actor(ActorKind.AGENT, "A-1", owner="P-ada"),
]

texts = st.sampled_from([*STATES, "rusty"]).map(lambda text: f'"{text}"')
numbers = st.integers(-2, 8).map(str)
keys = st.sampled_from(KEYS).map(lambda key: f'"{key}"')
key_sets = st.lists(keys, min_size=1, max_size=3).map(lambda each: f"[{', '.join(each)}]") | st.just("principal.keys")
orders = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
atoms = st.one_of(
    st.builds("resource.depth {} {}".format, orders, numbers),
    st.builds("{1} {0} resource.depth".format, orders, numbers),
    st.builds("resource.state {} {}".format, st.sampled_from(["==", "!="]), texts),
    st.builds("[{}, {}].contains(resource.state)".format, texts, texts),
    st.builds("[{}, {}].contains(resource.depth)".format, numbers, numbers),
    st.builds("resource.audience.containsAny({})".format, key_sets),
    st.builds("{}.containsAny(resource.audience)".format, key_sets),
    st.builds("resource.audience.containsAll({})".format, key_sets),
    st.builds("resource.audience.contains({})".format, keys),
    st.builds("resource.afloat == {}".format, st.sampled_from(["true", "false", "principal.staff"])),
    st.sampled_from(
        [
            "resource.afloat",
            "!resource.afloat",
            "principal.staff",
            'principal.kind == "system"',
            "resource has state",
            "resource.state == principal.organization",
            'principal.roles.contains("coordinator")',
        ]
    ),
)
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("(if {} then {} else {})".format, inner, inner, inner),
    ),
    max_leaves=6,
)
policies = st.lists(
    st.builds(
        "{} (principal, action, resource is Weir::Boat) {} {{ {} }};".format,
        st.sampled_from(["permit", "permit", "forbid"]),
        st.sampled_from(["when", "unless"]),
        conditions,
    ),
    min_size=1,
    max_size=4,
).map("\n".join)


@pytest.fixture
def fleet(boats):
    """Every combination of attributes and audience, and Cedar's view of each boat."""
    known = {}
    for state, depth, afloat, audience in product(STATES, DEPTHS, (True, False), AUDIENCES):
        row = boat(state, depth, afloat=afloat)
        row.save()
        mark_fresh([row], "harbor", Marking(Tlp.GREEN, frozenset(audience)))
        known[row.id] = {"state": state, "depth": depth, "afloat": afloat, "audience": list(audience)}
    return known


def by_cedar(opened, actor, fleet):
    return {id for id, row in fleet.items() if opened.policies.allows_on(actor, LIST, BOAT, "XB-1", row)}


def by_sql(actor):
    return set(visible_to(actor, BoatRow, LIST).values_list("pk", flat=True))


@pytest.mark.both_databases
def test_sql_gives_exactly_the_rows_that_cedar_allows(fleet, under):
    seen = set()

    @settings(max_examples=150)
    @given(policies, st.sampled_from(ACTORS))
    def agree(text, actor):
        opened = under(harbor(text))
        expected = by_cedar(opened, actor, fleet)
        opened.compiled(actor, BoatRow, LIST)  # raises where the filter does not exist: not here
        assert by_sql(actor) == expected
        seen.add(len(expected))

    agree()
    assert len(seen) > 5, "the policies drawn hardly ever tell one row from another"


def test_where_a_policy_fails_sql_gives_no_more_than_cedar(fleet, under, monkeypatch):
    whole = cedar.principal_of
    monkeypatch.setattr(
        cedar, "principal_of", lambda actor: {name: value for name, value in whole(actor).items() if name != "staff"}
    )

    @settings(max_examples=80)
    @given(policies, st.sampled_from(ACTORS))
    def no_more(text, actor):
        opened = under(harbor(text))
        assert by_sql(actor) <= by_cedar(opened, actor, fleet)

    no_more()


@pytest.mark.parametrize(
    "condition",
    [
        'resource.state like "n*"',
        "resource.depth + 1 > 2",
        "resource.audience.isEmpty()",
        'resource.audience == ["member"]',
        'resource == Weir::Boat::"XB-1"',
        "resource.state == resource.state && resource.depth == resource.depth",
    ],
)
def test_what_sql_cannot_say_alike_is_refused_at_start_and_shows_nothing(condition, fleet, under, caplog):
    opened = under(harbor(f"permit (principal, action, resource is Weir::Boat) when {{ {condition} }};"))
    with pytest.raises(Uncompilable):
        opened.compile_everything()
    assert by_sql(person()) == set()
    assert "cannot be filtered" in caplog.text


@pytest.mark.parametrize(
    ("condition", "seen"),
    [
        ('resource has draught && resource.state like "n*"', Nothing()),
        ('resource has state || resource.state like "n*"', Everything()),
        ('if resource has state then true else resource.state like "n*"', Everything()),
    ],
)
def test_what_cedar_never_looks_at_need_not_be_translated(condition, seen):
    opened = harbor(f"permit (principal, action, resource is Weir::Boat) when {{ {condition} }};")
    assert opened.compiled(person(), BoatRow, LIST) == seen


def test_a_branch_that_only_some_actors_reach_is_found_at_start():
    text = """permit (principal, action, resource is Weir::Boat)
        when { principal.roles.contains("pilot") && principal.second_factor && resource.state like "n*" };"""
    with pytest.raises(Uncompilable):
        harbor(text).compile_everything()


def test_an_actor_outside_its_scopes_sees_nothing(fleet, under):
    under(harbor("permit (principal, action, resource is Weir::Boat);"))
    assert by_sql(person(scopes=frozenset({LIST}))) == set(fleet)
    assert by_sql(person(scopes=frozenset({"harbor.read_boat"}))) == set()


def test_a_row_that_nobody_protects_is_not_seen(fleet, under):
    opened = under(harbor("permit (principal, action, resource is Weir::Boat);"))
    opened.rows = {}
    opened.filter_for.cache_clear()
    assert by_sql(person()) == set()


def test_a_word_that_filters_do_not_have_is_an_error_and_not_a_row():
    class Strange(Filter):
        pass

    with pytest.raises(TypeError):
        condition_of(Or((Nothing(), Strange())), "Boat")
