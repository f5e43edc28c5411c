# SPDX-License-Identifier: Apache-2.0
"""What is believed of an issuer: every claim counts, and nothing that is not exactly right does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from weir.kernel.moments import Moment
from weir.shell.issuer import rules

NOW = Moment.parse("2026-11-20T12:00:00Z")
SECONDS = int(NOW.timestamp())
ISSUER = "https://id.example"
EXPECTED: dict[str, Any] = {"issuer": ISSUER, "client": "weir", "nonce": "n", "now": NOW}
GOOD: dict[str, Any] = {"iss": ISSUER, "aud": "weir", "nonce": "n", "sub": "s", "exp": SECONDS + 60, "iat": SECONDS}
DESCRIPTION: dict[str, Any] = {"issuer": ISSUER} | {name: f"{ISSUER}/{name}" for name in rules.ENDPOINTS}

anything = some.one_of(
    some.none(), some.booleans(), some.integers(), some.floats(), some.text(), some.lists(some.text()), some.just({})
)


def test_a_good_token_names_somebody_and_a_confirmed_address():
    named = rules.named(GOOD | {"email": " Ida@Meadow.example", "email_verified": True}, **EXPECTED)
    assert named.email == "ida@meadow.example"
    assert rules.named(GOOD, **EXPECTED) == rules.Named(named.uid)


@given(some.sampled_from(["iss", "aud", "nonce", "sub"]), anything)
def test_no_claim_can_be_anything_else(name, value):
    claims = GOOD | {name: value}
    if name == "sub" and isinstance(value, str) and 0 < len(value) <= 255:
        assert rules.named(claims, **EXPECTED).uid
    elif claims != GOOD and value != ["weir"]:
        with pytest.raises(rules.NotBelieved):
            rules.named(claims, **EXPECTED)


@given(some.sampled_from(sorted(GOOD)))
def test_no_claim_can_be_missing(name):
    with pytest.raises(rules.NotBelieved):
        rules.named({key: value for key, value in GOOD.items() if key != name}, **EXPECTED)


@given(some.floats(allow_nan=True), some.floats(allow_nan=True))
def test_a_token_counts_between_its_beginning_and_its_end(began, ends):
    leeway = rules.LEEWAY.total_seconds()
    if ends > SECONDS - leeway and began <= SECONDS + leeway:
        assert rules.named(GOOD | {"exp": ends, "iat": began}, **EXPECTED).uid
    else:
        with pytest.raises(rules.NotBelieved):
            rules.named(GOOD | {"exp": ends, "iat": began}, **EXPECTED)


def test_a_token_for_several_says_to_whom_it_was_given():
    several = GOOD | {"aud": ["weir", "other"]}
    assert rules.named(several | {"azp": "weir"}, **EXPECTED).uid
    for given_to in ({}, {"azp": "other"}):
        with pytest.raises(rules.NotBelieved):
            rules.named(several | given_to, **EXPECTED)


@given(anything)
def test_only_true_itself_confirms_an_address(said):
    named = rules.named(GOOD | {"email": "ida@meadow.example", "email_verified": said}, **EXPECTED)
    assert bool(named.email) is (said is True)


@given(some.text(min_size=1, max_size=255), some.text(min_size=1, max_size=255))
def test_people_of_two_issuers_are_never_the_same(one, other):
    def uid(issuer, subject):
        return rules.named(GOOD | {"iss": issuer, "sub": subject}, **(EXPECTED | {"issuer": issuer})).uid

    assert (uid(ISSUER, one) == uid(ISSUER, other)) is (one == other)
    assert uid(ISSUER, one) != uid("https://other.example", one)


@given(some.text(min_size=1), some.text(min_size=1))
def test_a_nonce_belongs_to_one_browsers_question(one, other):
    assert (rules.nonce_of(one) == rules.nonce_of(other)) is (one == other)
    with pytest.raises(rules.NotBelieved):
        rules.nonce_of("")


def test_who_is_asked_again_answers_about_the_same_person():
    assert rules.joined(GOOD, {"sub": "s", "email": "a@b.example", "email_verified": True})["email"] == "a@b.example"
    elsewhere: tuple[object, ...] = ({"sub": "t", "email": "a@b.example"}, {"email": "a@b.example"}, [], None)
    for more in elsewhere:
        with pytest.raises(rules.NotBelieved):
            rules.joined(GOOD, more)


@given(some.sampled_from(sorted(DESCRIPTION)), anything)
def test_an_issuer_describes_itself_and_nobody_on_the_way_can_listen(name, value):
    assert rules.check_discovery(DESCRIPTION, ISSUER) == DESCRIPTION
    others: tuple[object, ...] = (DESCRIPTION | {name: value}, DESCRIPTION | {name: "http://id.example/x"}, [], None)
    for document in others:
        with pytest.raises(rules.NotBelieved):
            rules.check_discovery(document, ISSUER)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://id.example/x", True),
        ("http://127.0.0.1:1/x", True),
        ("http://localhost", True),
        ("http://[::1]:1", True),
        ("http://id.example", False),
        ("http://localhost.evil.example", False),
        ("ftp://id.example", False),
        ("https://", False),
        ("https://[", False),
        ("", False),
        (None, False),
    ],
)
def test_only_tls_and_this_very_machine_are_guarded(url, safe):
    assert rules.guarded(url) is safe
