# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.policy import NOON
from weir.foundation.actor import ANONYMOUS, Actor, ActorKind
from weir.foundation.policy import rules
from weir.foundation.policy.terms import (
    _NOT_UNDER,
    And,
    Compare,
    Everything,
    HoldsKey,
    Marking,
    Not,
    Nothing,
    Or,
    Tlp,
    WiderThanItsLabel,
)
from weir.kernel.moments import Moment

KEYS = [
    "any",
    "member",
    "actor:P-1",
    "organization:O-1",
    "organization:O-2",
    "sector:energy",
    "role:coordinator",
    "h:1",
]


@st.composite
def markings(draw):
    tlp = draw(st.sampled_from(Tlp))
    until = draw(st.none() | st.integers(1, 5).map(lambda days: Moment.of(NOON + timedelta(days=days))))
    fitting = [key for key in KEYS if key.partition(":")[0] not in _NOT_UNDER[tlp] and not (until and key == "any")]
    return Marking(tlp, frozenset(draw(st.sets(st.sampled_from(fitting), max_size=4))), until)


@st.composite
def actors(draw):
    if draw(st.booleans()):
        return ANONYMOUS
    staff = draw(st.booleans())
    return Actor(
        ActorKind.PERSON,
        draw(st.sampled_from(["P-1", "P-2"])),
        organization=draw(st.sampled_from(["", "O-1", "O-2"])),
        sector=draw(st.sampled_from(["", "energy"])),
        staff=staff,
        roles=frozenset({"coordinator"}) if staff else frozenset(),
        handles=draw(st.sampled_from([frozenset(), frozenset({"h:1"})])),
    )


def sees(actor, marking):
    return bool(actor.keys & marking.audience)


@given(st.lists(markings(), min_size=1, max_size=4), actors())
def test_a_combination_never_shows_more_than_any_of_its_parts(parts, actor):
    if sees(actor, rules.combine(parts)):
        assert all(sees(actor, part) for part in parts)


@given(st.lists(markings(), max_size=4), st.randoms())
def test_the_order_of_sources_changes_nothing(parts, chance):
    shuffled = list(parts)
    chance.shuffle(shuffled)
    assert rules.combine(shuffled) == rules.combine(parts)


@given(markings(), markings(), markings())
def test_how_sources_are_grouped_changes_nothing(one, two, three):
    assert rules.combine([rules.combine([one, two]), three]) == rules.combine([one, rules.combine([two, three])])


@given(markings())
def test_a_source_that_says_it_twice_says_it_once(one):
    assert rules.combine([one, one]) == rules.combine([one])


@given(markings(), actors())
def test_one_source_alone_shows_what_it_says(one, actor):
    assert sees(actor, rules.combine([one])) == sees(actor, one)


@given(st.lists(markings(), min_size=1, max_size=4))
def test_the_strictest_label_and_the_latest_embargo_win(parts):
    combined = rules.combine(parts)
    assert list(Tlp).index(combined.tlp) == max(list(Tlp).index(part.tlp) for part in parts)
    assert all(part.embargo_until <= combined.embargo_until for part in parts if part.embargo_until)


def test_public_and_one_organization_is_that_organization():
    public = Marking(Tlp.CLEAR, frozenset({"any"}))
    theirs = Marking(Tlp.AMBER_STRICT, frozenset({"organization:O-1"}))
    assert rules.combine([public, theirs]).audience == {"organization:O-1"}


def test_two_organizations_share_nothing():
    one = Marking(Tlp.AMBER, frozenset({"organization:O-1", "role:coordinator"}))
    other = Marking(Tlp.AMBER, frozenset({"organization:O-2", "role:coordinator"}))
    assert rules.combine([one, other]).audience == {"role:coordinator"}


def test_without_sources_nobody_sees_anything():
    assert rules.combine([]).audience == frozenset()


@pytest.mark.parametrize(
    ("tlp", "key"),
    [(Tlp.GREEN, "any"), (Tlp.AMBER, "member"), (Tlp.AMBER_STRICT, "any"), (Tlp.RED, "organization:O-1")],
)
def test_no_audience_is_wider_than_its_label(tlp, key):
    with pytest.raises(WiderThanItsLabel):
        Marking(tlp, frozenset({key}))


def test_what_is_under_embargo_is_not_shown_to_anybody_at_all():
    with pytest.raises(WiderThanItsLabel, match="under embargo"):
        Marking(Tlp.CLEAR, frozenset({"any"}), NOON)


A, B = HoldsKey(frozenset({"a"})), HoldsKey(frozenset({"b"}))
NEW = Compare("state", "exact", "new")


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (Everything(), None),
        (Nothing(), frozenset()),
        (A, {"a"}),
        (And((NEW, A)), {"a"}),
        (And((HoldsKey(frozenset({"a", "b"})), A)), {"a"}),
        (Or((A, And((B, NEW)))), {"a", "b"}),
        (Or((A, NEW)), None),
        (Not(A), None),
    ],
)
def test_a_list_is_walked_by_the_keys_that_a_row_needs(wanted, keys):
    assert rules.needs_key(wanted) == keys


@pytest.mark.parametrize(
    ("wanted", "rest"),
    [(A, Everything()), (And((NEW, A)), NEW), (Or((A, B)), Or((A, B))), (And((B, A)), B), (And((Not(A), A)), Not(A))],
)
def test_what_the_walk_has_shown_is_not_asked_again_and_all_else_is(wanted, rest):
    assert rules.besides(wanted, frozenset({"a"})) == rest


def test_an_agent_answers_to_its_owner_and_a_person_to_themselves():
    agent = Actor(ActorKind.AGENT, "A-1", owner="P-1")
    assert rules.root(agent) == rules.root(Actor(ActorKind.PERSON, "P-1")) == "P-1"


@pytest.mark.parametrize("kind", ActorKind)
def test_what_takes_a_person_is_closed_to_programs_and_strangers_and_to_a_persons_own_token(kind):
    at_a_page = Actor(kind, "P-1")
    assert rules.refuses(at_a_page, person_only=True) is (kind in {ActorKind.AGENT, ActorKind.ANONYMOUS})
    assert rules.refuses(Actor(kind, "P-1", scopes=frozenset({"identity.leave"})), person_only=True)
    assert not rules.refuses(at_a_page, person_only=False)
