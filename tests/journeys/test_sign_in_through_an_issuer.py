# SPDX-License-Identifier: Apache-2.0
"""Signing in through an OpenID Connect issuer that the operator's settings name, and everything that must not do it."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import jwt
import pytest

from tests.journeys.conftest import first_administrator
from tests.journeys.test_people import signs_in
from tests.worlds.issuer import Key, issuing
from tests.worlds.living import living

pytestmark = pytest.mark.browser
EMAIL = "ida@meadow.example"


@pytest.fixture(scope="module")
def issuer():
    with issuing() as there:
        yield there


def opened(issuer, home, **settings):
    """An instance with this issuer, and the way back that was told to it."""
    return living(home, **issuer.settings(), **settings)


@pytest.fixture(scope="module")
def instance(browser, issuer, tmp_path_factory):
    """Only the issuer is named; both choices are left at no. Ida has a password."""
    with opened(issuer, tmp_path_factory.mktemp("issuer")) as there:
        issuer.way_back = f"{there.url}/account/oidc/oidc/login/callback/"
        first_administrator(browser, there, EMAIL)
        yield there


def through_the_issuer(window):
    window.goes("/account/login/").page.get_by_role("link", name="Sign in with").click()
    window.page.wait_for_load_state()
    return window


def kept(instance):
    """Everybody there is, and every link to an issuer."""
    with sqlite3.connect(f"file:{instance.home}/weir.sqlite?mode=ro", uri=True) as rows:
        people = rows.execute("SELECT email FROM identity_person ORDER BY email").fetchall()
        links = rows.execute("SELECT user_id, uid FROM socialaccount_socialaccount ORDER BY uid").fetchall()
    return people, links


def is_nobody(window):
    window.goes("/reports/")
    assert "/account/" in window.page.url


def with_claims(**more):
    return lambda claims: {**claims, **more}


def without(name):
    return lambda claims: {key: value for key, value in claims.items() if key != name}


# What is bent, and the words that the operator finds in the log.
BENT = {
    "another issuer": (with_claims(iss="http://elsewhere.example"), "comes from another issuer"),
    "another audience": (with_claims(aud="somebody-else"), "made for somebody else"),
    "several audiences": (with_claims(aud=["weir", "somebody-else"]), "given to somebody else"),
    "run out": (with_claims(exp=int(time.time()) - 600), "has run out"),
    "no end": (without("exp"), "has run out"),
    "another nonce": (with_claims(nonce="another"), "answers another question"),
    "no nonce": (without("nonce"), "answers another question"),
    "nobody": (with_claims(sub=""), "names nobody"),
}


def forged(claims):
    """By a key that calls itself the issuer's."""
    return Key.fresh("RS256", "one").signs(claims)


def shared(claims):
    """With the client secret, which is no proof of who the issuer is."""
    return jwt.encode(claims, "made-up issuer secret" * 2, "HS256", {"kid": "one"})


def unsigned(claims):
    return jwt.encode(claims, "", "none", {"kid": "one"})


def test_a_person_connects_the_issuer_signs_in_through_it_and_disconnects(instance, issuer, windows):
    window = signs_in(windows().goes("/account/login/"), EMAIL).sets_up_the_app()
    issuer.is_used_by("ida-at-the-issuer", EMAIL)

    # The issuer knows her address, confirmed. Nobody connected it, so it opens nothing and links nothing.
    stranger = through_the_issuer(windows())
    assert "Not connected yet" in stranger.looks("issuer-not-connected").text()
    is_nobody(stranger)
    assert kept(instance) == ([(EMAIL,)], [])

    # A link alone connects nothing: a form of ours must have been pressed.
    window.goes("/account/oidc/oidc/login/?process=connect")
    assert window.page.url.endswith("/account/3rdparty/")
    assert kept(instance)[1] == []

    # She connects it herself, and has a letter about it.
    window.goes("/account/2fa/").page.get_by_role("link", name="Connect or disconnect").click()
    window.looks("issuer-connections").presses("Connect 127.0.0.1").looks("issuer-connect")
    window.page.get_by_role("link", name="Go on").click()
    window.page.wait_for_url("**/account/3rdparty/")
    assert "Connected since" in window.looks("issuer-connected").text()
    people, links = kept(instance)
    assert (people, len(links)) == ([(EMAIL,)], 1)
    assert any("connected" in letter.lower() for letter in instance.letters() if letter.startswith(EMAIL))

    # From then on it signs her in, wherever she is. It is no second factor: hers is asked for.
    elsewhere = through_the_issuer(windows())
    assert "/account/2fa/authenticate/" in elsewhere.page.url
    is_nobody(elsewhere)

    # With another key, the issuer's other algorithm, and an address that is another now: it is still her.
    issuer.key = Key.fresh("ES256", "two")
    issuer.is_used_by("ida-at-the-issuer", "ida@elsewhere.example", confirmed=False)
    assert "/account/2fa/authenticate/" in through_the_issuer(windows()).page.url

    # Disconnected, it opens nothing any more.
    window.goes("/account/3rdparty/").presses("Disconnect")
    assert kept(instance)[1] == []
    assert "Not connected yet" in through_the_issuer(windows()).text()


def test_with_the_operators_word_an_address_links_and_the_issuer_is_a_second_factor(issuer, browser, windows, tmp_path):
    yes = {"WEIR_OIDC_LINKS_BY_MAIL": "yes", "WEIR_OIDC_SECOND_FACTOR": "yes"}
    way_back = issuer.way_back
    with opened(issuer, tmp_path, **yes) as instance:
        issuer.way_back = f"{instance.url}/account/oidc/oidc/login/callback/"
        first_administrator(browser, instance, EMAIL)

        # An address that the issuer does not call confirmed, or only in words, or that nobody has here.
        for said in (
            {"email": EMAIL, "confirmed": False},
            {"email": EMAIL, "confirmed": "true"},
            {"email": "x@y.example"},
        ):
            issuer.is_used_by("not-ida", said["email"], confirmed=said.get("confirmed", True))
            stranger = through_the_issuer(windows(to=instance))
            assert "Not connected yet" in stranger.text()
            is_nobody(stranger)
        assert kept(instance) == ([(EMAIL,)], [])

        # Confirmed, and told only when asked again, as some issuers do.
        issuer.is_used_by("ida-at-the-issuer", EMAIL)
        issuer.telling = False
        ida = through_the_issuer(windows(to=instance))
        assert "queue" in ida.goes("/findings/").text().lower()
        assert len(kept(instance)[1]) == 1
        assert any("connected" in letter.lower() for letter in instance.letters() if letter.startswith(EMAIL))

        # What came true once lasts: the link is to the person at the issuer, not to the address.
        issuer.is_used_by("ida-at-the-issuer")
        assert "queue" in through_the_issuer(windows(to=instance)).goes("/findings/").text().lower()
    issuer.way_back = way_back


def test_an_answer_that_is_not_to_be_believed_lets_nobody_in(instance, issuer, windows):
    window = windows()
    before = kept(instance)
    issuer.key = Key.fresh("RS256", "one")

    def refused(why):
        answered = [answer for answer in seen if "/callback/" in answer.url or "/oidc/login/" in answer.url][-1]
        assert (answered.status, "Signing in did not work" in window.text()) == (401, True), why
        instance.hears(rf"sign-in through 127.0.0.1 refused: .*{why}")
        is_nobody(window)
        assert kept(instance) == before, why

    seen: list[Any] = []

    def hears(answer):  # a function of ours: the browser's driver asks it for its name
        seen.append(answer)

    window.page.on("response", hears)
    for bent, why in BENT.values():
        issuer.is_used_by("ida-at-the-issuer", EMAIL)
        issuer.bent = bent
        through_the_issuer(window)
        refused(why)
    unknown = Key.fresh("RS256", "unknown").signs
    for signs, why in ((forged, "signature"), (shared, "signature"), (unsigned, "signature"), (unknown, "not publish")):
        issuer.is_used_by("ida-at-the-issuer", EMAIL)
        issuer.signs = signs
        through_the_issuer(window)
        refused(why)
    issuer.is_used_by("ida-at-the-issuer", EMAIL)
    issuer.bends_state = True
    through_the_issuer(window)
    refused("this browser never asked")
    issuer.is_used_by("ida-at-the-issuer", EMAIL)
    issuer.described_as = "http://elsewhere.example"
    through_the_issuer(window)
    window.looks("issuer-refused")
    refused("description of itself is that of another issuer")


def test_an_answer_works_in_the_browser_that_asked_and_once(instance, issuer, windows):
    """Somebody who gets hold of the address with the code, or makes another open it, has nothing."""
    issuer.is_used_by("ida-at-the-issuer", EMAIL)
    asked, other = windows(), windows()
    back: list[str] = []
    asked.page.on("request", lambda request: back.append(request.url) if "/callback/" in request.url else None)
    through_the_issuer(asked)
    for window in (other, asked):
        window.goes(back[0], 401)
        assert "Signing in did not work" in window.text()


def test_a_password_still_signs_in_where_an_issuer_is_named(instance, windows):
    window = windows().goes("/account/login/").looks("sign-in-with-an-issuer")
    signs_in(window, EMAIL)
    assert "/account/2fa/" in window.page.url
