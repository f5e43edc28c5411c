# SPDX-License-Identifier: Apache-2.0
"""Signing in, sessions, and what they give away: nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from tests.worlds.people import PASSWORD, action_of, text_of
from tests.worlds.totp import code_at
from weir.foundation.actor import ANONYMOUS
from weir.foundation.identity import accounts as identity
from weir.foundation.identity import reads, verbs
from weir.foundation.identity.models import PersonRow
from weir.foundation.identity.terms import Role
from weir.kernel.moments import Moment
from weir.shell import accounts
from weir.shell.clock import now


@pytest.fixture(autouse=True)
def _fresh(settings, plain_pages):
    cache.clear()
    settings.PASSWORD_HASHERS = ["tests.worlds.people.Quick"]


@pytest.fixture
def per(people):
    """Somebody of the staff who signs in with a password."""
    secret = people.invited("per@meadow.example", Role.COORDINATOR)
    verbs.accept_invitation(
        ANONYMOUS, secret, reads.terms_in_force().digest, "Per Ford", identity.encoded(PASSWORD), now=now()
    )
    return PersonRow.objects.get(email="per@meadow.example")


def sign_in(browser, email="per@meadow.example", password=PASSWORD, **more):
    return browser.post("/account/login/", {"login": email, "password": password} | more)


def looks_of(answer, said=""):
    """What somebody sees, without the moment, the token of the form, and what they typed themselves."""
    html = re.sub(r"<time.*?</time>|(?<=csrfmiddlewaretoken\" value=\")[^\"]+", "", text_of(answer))
    return answer.status_code, answer.headers.get("Location"), html.replace(said, "")


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_staff_signs_in_sets_up_an_app_and_is_through(people, per):
    browser = people.browser()
    assert sign_in(browser)["Location"] == "/"
    assert browser.get("/")["Location"].startswith("/account/2fa/")
    secret = re.findall(
        r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', text_of(browser.get("/account/2fa/totp/activate/"))
    )
    assert secret
    assert browser.post("/account/2fa/totp/activate/", {"code": code_at(secret[0])}).status_code == 302
    assert browser.get("/findings/").status_code == 200
    later = people.browser()
    assert sign_in(later)["Location"] == "/account/2fa/authenticate/"
    assert later.get("/findings/")["Location"].startswith("/account/login/")
    codes = re.findall(r"<li>(\d{8})</li>", text_of(browser.get("/account/2fa/recovery-codes/")))
    assert later.post("/account/2fa/authenticate/", {"code": codes[0]})["Location"] == "/"
    assert later.get("/findings/").status_code == 200


def test_a_session_from_before_the_second_factor_is_asked_for_it(people, per):
    early, browser = people.browser(), people.browser()
    sign_in(early), sign_in(browser)
    secret = re.findall(
        r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', text_of(browser.get("/account/2fa/totp/activate/"))
    )
    browser.post("/account/2fa/totp/activate/", {"code": code_at(secret[0])})
    assert early.get("/findings/")["Location"] == "/account/2fa/reauthenticate/?next=%2Ffindings%2F"
    cache.clear()  # as if half a minute had gone by: a code is taken once
    early.post("/account/2fa/reauthenticate/", {"code": code_at(secret[0]), "next": "/findings/"})
    assert early.get("/findings/").status_code == 200


def test_a_session_from_before_the_second_factor_cannot_take_it_away(people, per):
    from allauth.mfa.models import Authenticator

    early = people.browser()
    sign_in(early)
    Authenticator.objects.create(user=per, type="totp", data={"secret": "x"})
    early.post("/account/reauthenticate/", {"password": PASSWORD})
    for page in (
        "/account/2fa/totp/deactivate/",
        "/account/2fa/webauthn/add/",
        "/account/2fa/recovery-codes/generate/",
    ):
        assert early.get(page)["Location"].startswith("/account/2fa/reauthenticate/")
        assert early.post(page)["Location"].startswith("/account/2fa/reauthenticate/")
    assert Authenticator.objects.count() == 1


def test_a_further_factor_added_with_a_password_alone_proves_nothing(people, per):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.signals import authenticator_added
    from django.test import RequestFactory

    first = Authenticator.objects.create(user=per, type="totp", data={})
    browser = people.browser(per, second_factor=False)
    request = RequestFactory().get("/")
    request.session, request.user = browser.session, per
    second = Authenticator.objects.create(user=per, type="webauthn", data={})
    authenticator_added.send(sender=Authenticator, request=request, user=per, authenticator=second)
    assert accounts.present_of(request).actor.second_factor is False
    first.delete()
    authenticator_added.send(sender=Authenticator, request=request, user=per, authenticator=second)
    assert accounts.present_of(request).actor.second_factor is True


def test_signing_in_changes_the_session_and_the_form_token(people, per):
    browser = people.browser()
    browser.get("/account/login/")
    browser.session["planted"] = "yes"
    before = browser.session.session_key
    form = browser.cookies["weir-form"].value
    sign_in(browser)
    assert browser.cookies["weir-session"].value != before
    assert browser.cookies["weir-form"].value != form


def test_the_cookies_cannot_be_read_by_scripts_nor_sent_by_other_sites(people, per):
    browser = people.browser()
    sign_in(browser)
    session = browser.cookies["weir-session"]
    assert (session["httponly"], session["samesite"], session["max-age"]) == (True, "Lax", "")


def test_a_session_ends_an_hour_after_its_last_use(people, per):
    browser = people.browser(per)
    assert browser.get("/findings/").status_code == 200
    session = browser.session
    session["seen"] = int((now() - timedelta(minutes=59)).timestamp())
    session.save()
    assert browser.get("/findings/").status_code == 200
    assert browser.session["seen"] > session["seen"]
    session["seen"] = int((now() - timedelta(minutes=61)).timestamp())
    session.save()
    assert browser.get("/findings/")["Location"].startswith("/account/login/")


def test_a_session_ends_twelve_hours_after_signing_in_however_busy_it_was(people, per):
    fresh = people.browser(per, began=Moment.of(now() - timedelta(hours=11, minutes=59)))
    stale = people.browser(per, began=Moment.of(now() - timedelta(hours=12, minutes=1)))
    assert fresh.get("/findings/").status_code == 200
    assert stale.get("/findings/")["Location"].startswith("/account/login/")


def test_whoever_is_shut_out_is_signed_out_everywhere(people, per):
    browsers = [people.browser(per), people.browser(per)]
    identity.shut_out(per)
    for browser in browsers:
        assert browser.get("/findings/")["Location"].startswith("/account/login/")
    assert sign_in(people.browser()).status_code == 200


def test_changed_roles_count_in_the_very_next_page(people, per):
    browser = people.browser(per)
    assert "Queue" in text_of(browser.get("/"))
    per.memberships.update(roles=["member"])
    assert "Queue" not in text_of(browser.get("/"))


def test_a_wrong_password_and_an_unknown_address_look_alike(people, per):
    known = looks_of(sign_in(people.browser(), password="not this one at all"), "per@meadow.example")
    unknown = looks_of(
        sign_in(people.browser(), email="who@nowhere.example", password="not this one at all"), "who@nowhere.example"
    )
    assert known == unknown
    assert known[0] == 200


def test_a_forgotten_password_is_answered_alike_whoever_asks(people, per, mailoutbox):
    said = []
    for email in ("per@meadow.example", "who@nowhere.example"):
        answer = people.browser().post("/account/password/reset/", {"email": email})
        said.append(looks_of(answer, email))
    assert said[0] == said[1]
    assert [len(letter.to) for letter in mailoutbox] == [1, 1]
    link = re.findall(r"http://localhost[:\d]*(/account/password/reset/key/\S+)", mailoutbox[0].body)
    assert link
    browser = people.browser()
    page = browser.get(link[0], follow=True)
    changed = browser.post(page.request["PATH_INFO"], {"password1": PASSWORD + "!", "password2": PASSWORD + "!"})
    assert changed.status_code == 302
    assert sign_in(people.browser(), password=PASSWORD + "!").status_code == 302


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "http:evil.example",
        "\thttps://evil.example",
        "https://localhost@evil.example/",
    ],
)
def test_signing_in_leads_nowhere_else(people, per, elsewhere):
    browser = people.browser()
    browser.get("/account/login/", {"next": elsewhere})
    assert sign_in(browser, next=elsewhere)["Location"] == "/"
    assert browser.post("/account/logout/", {"next": elsewhere})["Location"] == "/"


def test_signing_in_leads_to_where_one_wanted(people, per):
    assert sign_in(people.browser(), next="/reports/")["Location"] == "/reports/"


def test_guessing_a_password_is_slowed_down(people, per):
    answers = [sign_in(people.browser(), password=f"guess number {n}").status_code for n in range(8)]
    assert answers[0] == 200
    right = sign_in(people.browser())
    assert right.status_code == 200, "the account is closed for a while, also to the right password"
    assert "Too many" in text_of(right)


def test_many_tries_from_one_place_are_turned_away_on_a_page_of_ours(people, per):
    answers = [sign_in(people.browser(), email=f"n{n}@nowhere.example", password="x" * 12) for n in range(31)]
    last = answers[-1]
    assert last.status_code == 429
    assert last["Retry-After"]
    assert "too many tries" in text_of(last) or "calling faster" in text_of(last)


def test_nobody_signs_up_by_themselves(people):
    answer = people.browser().post(
        "/account/signup/", {"email": "a@b.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert "By invitation" in text_of(answer)
    assert not PersonRow.objects.filter(email="a@b.example").exists()


def test_a_form_from_elsewhere_is_refused(people, per):
    browser = Client(enforce_csrf_checks=True, headers={"Host": "localhost", "Accept": "text/html"})
    answer = browser.post("/account/login/", {"login": "per@meadow.example", "password": PASSWORD})
    assert (answer.status_code, "did not come from a page of this site" in text_of(answer)) == (403, True)
    page = text_of(browser.get("/report/"))
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
    fields = {"title": "x", "description": "y", "csrfmiddlewaretoken": token}
    elsewhere = browser.post(action_of(page, "/report/"), fields, headers={"Origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    assert browser.post(action_of(page, "/report/"), fields).status_code == 201


def name_an_issuer(settings):
    app = {
        "provider_id": "oidc",
        "name": "id.example",
        "client_id": "c",
        "secret": "s",
        "settings": {"server_url": "https://id.example"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}


def test_the_issuer_of_the_settings_is_offered_and_nobody_else(people, settings):
    assert "Sign in with" not in text_of(people.browser().get("/account/login/")).replace("Sign in with a passkey", "")
    name_an_issuer(settings)
    assert 'href="/account/oidc/oidc/login/">Sign in with id.example' in text_of(
        people.browser().get("/account/login/")
    )


@pytest.mark.parametrize("counts", [False, True])
def test_the_issuer_is_a_second_factor_only_on_the_operators_word(people, per, settings, counts):
    settings.OIDC_SECOND_FACTOR = counts
    browser = people.browser(per, second_factor=False)
    session = browser.session
    session["account_authentication_methods"][0]["method"] = "socialaccount"
    session.save()
    led = browser.get("/findings/")
    assert (led.status_code, led.headers.get("Location", "")[:13]) == ((200, "") if counts else (302, "/account/2fa/"))


def test_both_of_the_operators_words_are_no_unless_given():
    from weir.shell.environment import SETTINGS

    said = {setting.name: setting.default for setting in SETTINGS}
    assert (said["WEIR_OIDC_SECOND_FACTOR"], said["WEIR_OIDC_LINKS_BY_MAIL"]) == ("no", "no")


@pytest.mark.parametrize("url", ["http://id.example", "id.example", "https://id.example/?x=1", "https://id.example/#x"])
def test_an_issuer_without_https_is_no_setting(url):
    from weir.shell.environment import BadSetting, Values

    with pytest.raises(BadSetting):
        Values({"WEIR_OIDC_ISSUER": url})
    assert Values({"WEIR_OIDC_ISSUER": "https://id.example/realm/"}).oidc_issuer == "https://id.example/realm/"


def test_an_issuer_that_nobody_named_is_no_page(people):
    for path in ("login/", "login/callback/?code=x&state=y"):
        assert people.browser().get(f"/account/oidc/oidc/{path}").status_code == 404


def test_an_issuer_is_connected_by_a_form_and_with_what_one_has_to_show(people, per, settings):
    from allauth.mfa.models import Authenticator

    name_an_issuer(settings)
    connect = "/account/oidc/oidc/connect/"
    assert people.browser().post(connect)["Location"].startswith("/account/login/")
    hours_ago = Moment.of(now() - timedelta(hours=2))
    stale = people.browser(per, began=hours_ago, second_factor=False)
    assert stale.post(connect)["Location"].startswith("/account/reauthenticate/")
    fresh = people.browser(per, second_factor=False)
    assert fresh.get(connect).status_code == 405
    assert "process=connect" in text_of(fresh.post(connect))
    Authenticator.objects.create(user=per, type="totp", data={"secret": "x"})
    assert fresh.post(connect)["Location"].startswith("/account/2fa/reauthenticate/")
    strict = Client(enforce_csrf_checks=True, headers={"Host": "localhost", "Accept": "text/html"})
    strict.force_login(per)
    assert strict.post(connect).status_code == 403


def asks_for(browser, email):
    return browser.post("/account/email/", {"email": email, "action_add": "yes"})


def link_in(letter):
    return re.findall(r"http://localhost[:\d]*(/account/confirm-email/\S+)", letter.body)[0]


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_an_address_changes_by_an_answered_letter_and_the_change_is_dated_and_recorded(people, per, mailoutbox):
    from allauth.account.models import EmailAddress

    from weir.foundation.ledger.models import EntryRow

    browser = people.browser(per)
    asks_for(browser, "New@Meadow.example")
    per.refresh_from_db()
    assert (per.email, per.contact_changed) == ("per@meadow.example", None), "a letter was sent, no more"
    assert sign_in(people.browser(), email="new@meadow.example")["Location"] == "/account/confirm-email/", "not yet"
    assert [letter.to for letter in mailoutbox][:1] == [["new@meadow.example"]]
    assert people.browser().post(link_in(mailoutbox[0])).status_code == 302
    per.refresh_from_db()
    assert per.email == "new@meadow.example"
    assert now() - per.contact_changed < timedelta(minutes=1)
    assert [(row.email, row.verified, row.primary) for row in EmailAddress.objects.filter(user=per)] == [
        ("new@meadow.example", True, True)
    ]
    assert EntryRow.objects.filter(kind="identity.record_email").count() == 1
    assert ["per@meadow.example"] in [letter.to for letter in mailoutbox], "whoever has the old mailbox is told"
    assert sign_in(people.browser(), email="new@meadow.example").status_code == 302
    assert sign_in(people.browser()).status_code == 200, "the old address opens nothing any more"


def test_no_other_way_leads_to_another_address(people, per, mailoutbox):
    """Whatever is posted to the page about the address, nothing but an answered letter changes it."""
    from allauth.account.models import EmailAddress

    browser = people.browser(per)
    asks_for(browser, "new@meadow.example")
    for action in ("action_primary", "action_remove", "action_send"):
        for email in ("new@meadow.example", "per@meadow.example"):
            browser.post("/account/email/", {"email": email, action: "yes"})
    EmailAddress.objects.create(user=per, email="second@meadow.example", verified=True)
    for action in ("action_primary", "action_remove"):
        for email in ("second@meadow.example", "per@meadow.example"):
            browser.post("/account/email/", {"email": email, action: "yes"})
            per.refresh_from_db()
            assert (per.email == "per@meadow.example") or per.contact_changed is not None, (action, email)


def test_an_address_of_somebody_else_is_not_taken_over(people, per, mailoutbox):
    browser = people.browser(per)
    assert asks_for(browser, "ida@meadow.example").status_code == 302, "as if it were free: who is here is not told"
    people.browser().post(link_in(mailoutbox[0]))
    per.refresh_from_db()
    assert per.email == "per@meadow.example"


def test_an_open_session_alone_changes_no_address(people, per, mailoutbox):
    stale = people.browser(per, began=Moment.of(now() - timedelta(hours=2)))
    assert asks_for(stale, "new@meadow.example")["Location"].startswith("/account/")
    assert mailoutbox == []


def test_no_passkey_of_somebody_who_left_is_kept(people, per):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=per, type="webauthn", data={})
    identity.shut_out(per)
    assert not Authenticator.objects.exists()
