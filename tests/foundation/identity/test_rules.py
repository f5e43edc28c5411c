# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.foundation.actor import Actor, ActorKind
from weir.foundation.identity import rules
from weir.foundation.identity.terms import (
    ControlMethod,
    ControlState,
    NotARole,
    OrganizationKind,
    Role,
    Sector,
    Standing,
    TooWide,
    Unlooked,
)
from weir.kernel.errors import Invalid
from weir.kernel.moments import EPOCH, Moment

prefixes = st.sampled_from([rules.TOKEN, rules.DOOR, rules.JOIN])
moments = st.integers(0, 20_000).map(lambda hours: Moment.of(EPOCH + timedelta(days=20_000, hours=hours)))
maybe = st.none() | moments


@given(prefixes, st.binary(min_size=32, max_size=32))
def test_a_secret_opens_under_its_own_prefix_only(prefix, chance):
    secret = rules.fresh_secret(prefix, lambda count: chance[:count])
    assert rules.digest_of(secret, prefix) == rules.hashed(secret)
    assert all(rules.digest_of(secret, other) is None for other in {rules.TOKEN, rules.DOOR, rules.JOIN} - {prefix})


@given(
    prefixes, st.binary(min_size=32, max_size=32), st.integers(0), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567")
)
def test_a_mistyped_secret_is_seen_without_a_look_at_the_rows(prefix, chance, place, letter):
    secret = rules.spelled_secret(prefix, chance)
    place = len(prefix) + place % (len(secret) - len(prefix))
    mistyped = secret[:place] + letter + secret[place + 1 :]
    assert (rules.digest_of(mistyped, prefix) is None) == (mistyped != secret)


@given(st.text(max_size=200))
def test_no_text_is_a_secret_by_accident(text):
    assert rules.digest_of(text, rules.TOKEN) is None
    assert rules.digest_of(rules.TOKEN + text, rules.TOKEN) is None


@given(st.sampled_from(OrganizationKind), st.booleans(), st.sets(st.sampled_from(Role)))
def test_an_organization_gives_the_roles_that_are_its_own(kind, operating, asked):
    may = rules.grantable(kind, operating=operating)
    if asked <= may:
        assert set(rules.roles_given(asked, kind, operating=operating)) == (asked or {Role.MEMBER})
    else:
        with pytest.raises(NotARole):
            rules.roles_given(asked, kind, operating=operating)


@pytest.mark.parametrize("kind", OrganizationKind)
def test_nobody_but_the_operator_gives_the_role_of_a_coordinator(kind):
    assert Role.COORDINATOR not in rules.grantable(kind, operating=False)
    assert Role.COORDINATOR in rules.grantable(kind, operating=True)


@given(st.sets(st.sampled_from(Role)))
def test_without_control_nobody_speaks_for_code(roles):
    assert rules.roles_in_force(roles, controlled=True) == roles
    assert rules.roles_in_force(roles, controlled=False) == roles - {Role.MAINTAINER, Role.VENDOR}


@given(maybe, maybe, maybe, maybe, moments)
def test_what_changed_within_ninety_days_waits_unless_somebody_looked_since(proven, changed, contact, seconded, now):
    state, _ = rules.control_state(Standing(proven, changed, contact, seconded), now)
    fresh = [e for e in (changed, contact) if e and now - e < timedelta(days=90) and not (seconded and seconded >= e)]
    if proven is None:
        assert state is ControlState.UNPROVEN
    elif fresh:
        assert state is ControlState.WAITS_FOR_A_SECOND_PERSON
    else:
        assert state is (ControlState.PROVEN if proven <= now else ControlState.WAITS_FOR_A_SECOND_PERSON)


@given(moments, maybe, maybe, moments)
def test_a_second_look_never_makes_a_proof_wait_longer(proven, changed, contact, seconded):
    without = rules.settled_from(Standing(proven, changed, contact))
    with_it = rules.settled_from(Standing(proven, changed, contact, seconded))
    assert with_it is not None
    assert without is not None
    assert with_it <= without


def test_why_a_proof_waits_is_told():
    proven, contact = EPOCH, Moment.of(EPOCH + timedelta(days=100))
    now = Moment.of(contact + timedelta(days=1))
    _, because = rules.control_state(Standing(proven, EPOCH, contact), now)
    assert because == "contacts changed within 90 days"
    _, because = rules.control_state(Standing(contact, contact), now)
    assert because == "control changed within 90 days"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Ada@Example.ORG ", "ada@example.org"), ("a.b+c@sub.example.org", "a.b+c@sub.example.org")],
)
def test_a_mailbox_has_one_form(typed, kept):
    assert rules.address(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a b@example.org",
        "a@b@example.org",
        "a@example",
        "a@-x.org",
        "a@x..org",
        "a@example.org\nBcc: b@example.org",
        "a" * 70 + "@example.org",
        "a@" + "x" * 250 + ".org",
    ],
)
def test_what_is_no_mailbox_is_said_to_be_none(typed):
    with pytest.raises(Invalid):
        rules.address(typed)


@pytest.mark.parametrize("typed", ["", "   ", "x" * 201, "a\x00b", "a\u202eb"])
def test_a_name_can_be_printed(typed):
    with pytest.raises(Invalid):
        rules.name(typed)


def test_there_are_sixteen_sectors():
    assert len(Sector) == 16 + 1


@pytest.mark.parametrize(
    ("kind", "sector", "fits"),
    [
        (OrganizationKind.INFRASTRUCTURE_OPERATOR, Sector.ENERGY, True),
        (OrganizationKind.INFRASTRUCTURE_OPERATOR, Sector.NONE, False),
        (OrganizationKind.ISAC, Sector.ENERGY, True),
        (OrganizationKind.ISAC, Sector.NONE, True),
        (OrganizationKind.FINDER, Sector.NONE, True),
        (OrganizationKind.FINDER, Sector.ENERGY, False),
    ],
)
def test_a_sector_belongs_to_those_who_have_one(kind, sector, fits):
    if fits:
        rules.check_sector(kind, sector)
    else:
        with pytest.raises(Invalid):
            rules.check_sector(kind, sector)


@pytest.mark.parametrize(
    ("method", "typed", "place"),
    [
        (ControlMethod.DNS, "Example.ORG.", "_weir-challenge.example.org"),
        (ControlMethod.SITE_FILE, "example.org", "https://example.org/.well-known/weir-challenge.txt"),
        (
            ControlMethod.REPOSITORY_FILE,
            "https://github.com/example/thing.git",
            "https://raw.githubusercontent.com/example/thing/HEAD/weir-challenge.txt",
        ),
        (
            ControlMethod.REPOSITORY_FILE,
            "https://gitlab.com/example/thing/",
            "https://gitlab.com/example/thing/-/raw/HEAD/weir-challenge.txt",
        ),
    ],
)
def test_a_challenge_has_its_place(method, typed, place):
    assert rules.place_of(method, rules.target_of(method, typed)) == place


@pytest.mark.parametrize(
    ("method", "typed"),
    [
        (ControlMethod.DNS, "localhost"),
        (ControlMethod.DNS, "127.0.0.1"),
        (ControlMethod.SITE_FILE, "10.0.0.1"),
        (ControlMethod.SITE_FILE, "[::1]"),
        (ControlMethod.SITE_FILE, "example.org:8080"),
        (ControlMethod.SITE_FILE, "user@example.org"),
        (ControlMethod.SITE_FILE, "example.org/path"),
        (ControlMethod.SITE_FILE, "exa mple.org"),
        (ControlMethod.REPOSITORY_FILE, "http://github.com/example/thing"),
        (ControlMethod.REPOSITORY_FILE, "https://forge.invalid/example/thing"),
        (ControlMethod.REPOSITORY_FILE, "https://github.com:444/example/thing"),
        (ControlMethod.REPOSITORY_FILE, "https://github.com@evil.example/example/thing"),
        (ControlMethod.REPOSITORY_FILE, "https://github.com/example/.."),
        (ControlMethod.REPOSITORY_FILE, "https://github.com/example"),
        (ControlMethod.REPOSITORY_FILE, "https://github.com/a/b/c"),
    ],
)
def test_other_places_are_not_looked_at(method, typed):
    with pytest.raises(Unlooked):
        rules.target_of(method, typed)


def test_a_token_carries_what_there_is_and_nothing_that_only_a_person_may_do():
    known = {"intake.receive_report": True, "findings.merge_findings": False}
    assert rules.check_scopes(["intake.receive_report"] * 2, known) == ("intake.receive_report",)
    with pytest.raises(TooWide):
        rules.check_scopes(["intake.receive_report", "findings.merge_findings"], known)
    with pytest.raises(Invalid):
        rules.check_scopes(["intake.no_such_verb"], known)
    with pytest.raises(Invalid):
        rules.check_scopes([], known)


@given(moments, st.integers(-10, 400))
def test_nothing_is_without_an_end(now, days):
    end = Moment.of(now + timedelta(days=days))
    if 0 < days <= 366:
        assert rules.check_end(end, now, rules.LONGEST_TOKEN_LIFE) == end
    else:
        with pytest.raises(Invalid):
            rules.check_end(end, now, rules.LONGEST_TOKEN_LIFE)


@given(st.booleans(), st.booleans(), st.sets(st.sampled_from(Role)))
def test_staff_administer_with_a_second_factor_only(staff, second_factor, roles):
    actor = Actor(ActorKind.PERSON, "P", "O", roles=frozenset(roles), staff=staff, second_factor=second_factor)
    assert rules.is_operator(actor) == (staff and second_factor and Role.ADMINISTRATOR in roles)
    assert rules.administers(actor, "elsewhere") == rules.is_operator(actor)
    assert rules.administers(actor, "O") == (Role.ADMINISTRATOR in roles and (second_factor or not staff))
