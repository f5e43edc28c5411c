# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.worlds.people import ENCODED, PASSWORD, People, action_of, text_of
from weir.clearinghouse.intake.models import ReportRow
from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.identity import reads, rules, verbs
from weir.foundation.identity.accounts import encoded
from weir.foundation.identity.models import AgentRow, ApplicationRow, InvitationRow, PersonRow, TokenRow
from weir.foundation.identity.terms import ControlMethod, OrganizationKind, Role
from weir.shell.clock import now

GONE_BY = "P-2026-7K3QM-"


@pytest.fixture(autouse=True)
def _quick(settings, plain_pages):
    settings.PASSWORD_HASHERS = ["tests.worlds.people.Quick"]


@pytest.fixture
def stranger(people):
    return people.browser()


def post(browser, page, address="", /, **fields):
    """Fill in the form on a page and send it, as a person does."""
    return browser.post(action_of(text_of(browser.get(page)), address or page), fields)


# Every page that one can open, for each kind of person.

OPEN = ("/", "/report/", "/join/", "/log/", "/account/login/", "/account/password/reset/", "/blind-check/")
MEMBERS = ("/", "/report/", "/reports/", "/organization/", "/tokens/", "/agents/", "/leave/", "/log/", "/account/2fa/")
STAFF = (*MEMBERS, "/findings/", "/administration/")


@pytest.mark.parametrize("page", OPEN)
def test_a_stranger_can_open(people, stranger, page):
    assert stranger.get(page).status_code == 200


@pytest.mark.parametrize("page", MEMBERS)
def test_a_member_can_open(people, page):
    assert people.browser(people.let_in()).get(page).status_code == 200


@pytest.mark.parametrize("page", STAFF)
def test_staff_can_open(ida, page):
    assert ida.get(page).status_code == 200


@pytest.mark.parametrize(
    "page", ["/findings/", "/reports/", "/organization/", "/tokens/", "/leave/", "/administration/"]
)
def test_a_stranger_is_asked_to_sign_in_and_led_back(people, stranger, page):
    answer = stranger.get(page)
    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={page}")


def test_a_member_who_is_no_operator_finds_no_administration(people):
    answer = people.browser(people.let_in()).get("/administration/")
    assert answer.status_code == 403
    assert "<h1>" in text_of(answer)


# Coming in.


def test_the_first_administrator_comes_in_and_is_led_to_a_second_factor(house):
    door = verbs.open_first_door(SYSTEM, now=now())
    browser = People.browser(None, None)  # type: ignore[arg-type]  # nobody is here yet
    answer = post(
        browser,
        "/first-administrator/",
        secret=door.secret,
        organization="Lower Meadow",
        name="Ida Sluice",
        email="Ida@Meadow.example",
        password=PASSWORD,
    )
    assert (answer.status_code, answer["Location"]) == (302, "/")
    led = browser.get("/")
    assert led["Location"].startswith("/account/2fa/?")
    assert "Show a second factor here" in text_of(browser.get(led["Location"]))


def test_the_first_door_is_shut_once_somebody_administers(people, stranger):
    answer = stranger.get("/first-administrator/")
    assert answer.status_code == 403
    assert "There is an administrator already" in text_of(answer)


def test_what_was_typed_at_the_first_door_stays_but_not_the_password(house):
    verbs.open_first_door(SYSTEM, now=now())
    browser = People.browser(None, None)  # type: ignore[arg-type]
    answer = post(
        browser,
        "/first-administrator/",
        secret="x",
        organization="Lower Meadow",
        name="Ida",
        email="i@x.example",
        password="short",
    )
    assert answer.status_code == 422
    assert 'value="Lower Meadow"' in text_of(answer)
    assert "short" not in re.findall(r'value="([^"]*)"', text_of(answer))
    assert "At least 12" in text_of(answer)


def test_an_application_is_answered_alike_whoever_applies(people, stranger):
    digest = reads.terms_in_force().digest
    said = []
    for contact in ("new@somewhere.example", people.ida.email):
        answer = post(stranger, "/join/", organization="A", kind="finder", contact=contact, terms_digest=digest)
        said.append((answer.status_code, answer["Location"], text_of(stranger.get("/")).split("Shown at")[0]))
    assert said[0] == said[1]
    assert ApplicationRow.objects.count() == 2


def test_an_application_under_other_terms_keeps_what_was_typed(people, stranger):
    answer = post(
        stranger, "/join/", organization="Old Mill", kind="finder", contact="a@b.example", terms_digest="0" * 64
    )
    assert answer.status_code == 409
    assert 'value="Old Mill"' in text_of(answer)
    assert not ApplicationRow.objects.exists()


def test_an_application_sent_twice_by_a_double_click_is_one(people, stranger):
    digest = reads.terms_in_force().digest
    action = action_of(text_of(stranger.get("/join/")), "/join/")
    for _ in range(2):
        stranger.post(action, {"organization": "A", "kind": "finder", "contact": "a@b.example", "terms_digest": digest})
    assert ApplicationRow.objects.count() == 1


def test_an_invitation_makes_an_account_that_can_sign_in(people, stranger):
    secret = people.invited("per@meadow.example", Role.COORDINATOR)
    page = text_of(stranger.get(f"/join/{secret}"))
    assert "Lower Meadow" in page
    assert "per@meadow.example" not in page
    digest = reads.terms_in_force().digest
    answer = stranger.post(f"/join/{secret}", {"name": "Per Ford", "password": PASSWORD, "terms_digest": digest})
    assert answer["Location"] == "/account/login/"
    signed = stranger.post("/account/login/", {"login": "per@meadow.example", "password": PASSWORD})
    assert signed["Location"] == "/"
    assert stranger.get(f"/join/{secret}").status_code == 403


def test_somebody_who_is_here_joins_with_the_account_they_have(people):
    fin = people.let_in()
    secret = people.invited(fin.email, Role.MEMBER)
    digest = reads.terms_in_force().digest
    assert (
        people.browser()
        .post(f"/join/{secret}", {"name": "X", "password": PASSWORD, "terms_digest": digest})
        .status_code
        == 403
    )
    browser = people.browser(fin, second_factor=False)
    assert browser.post(f"/join/{secret}", {"terms_digest": digest})["Location"] == "/organization/"
    page = text_of(browser.get("/organization/"))
    assert "Act for" in page
    number = re.search(r'name="organization" value="(O-[^"]+)"', page)
    assert number
    assert browser.post("/organization/choose/", {"organization": number[1]})["Location"] == "/organization/"
    assert browser.get("/organization/").status_code == 302  # staff now, and asked for the second factor
    assert people.browser(fin).post("/organization/choose/", {"organization": "O-2026-AAAAA-A"}).status_code == 404


# Belonging.


def test_an_invitation_is_answered_alike_whether_or_not_there_is_an_account(people, ida):
    said = []
    for email in ("nobody@nowhere.example", people.let_in().email):
        answer = post(ida, "/organization/", "/organization/invite/", email=email, roles=["member"])
        said.append((answer.status_code, answer["Location"]))
        text_of(ida.get("/organization/"))
    assert said[0] == said[1] == (302, "/organization/")
    assert InvitationRow.objects.count() == 2


def test_a_role_that_cannot_be_given_is_said_on_the_page_and_nothing_typed_is_lost(people):
    browser = people.browser(people.let_in())
    answer = post(browser, "/organization/", "/organization/invite/", email="a@b.example", roles=["coordinator"])
    assert answer.status_code == 422
    assert 'value="a@b.example"' in text_of(answer)
    assert "does not give the role" in text_of(answer)


def test_an_administrator_changes_roles_and_lets_go(people, ida):
    invitation = people.invited("per@meadow.example", Role.MEMBER)
    digest = reads.terms_in_force().digest
    people.browser().post(f"/join/{invitation}", {"name": "Per", "password": PASSWORD, "terms_digest": digest})
    per = PersonRow.objects.get(email="per@meadow.example")
    page = f"/organization/members/{per.number}/"
    assert post(ida, page, page + "roles/", roles=["coordinator", "finder"])["Location"] == "/organization/"
    assert per.memberships.get().roles == ["coordinator", "finder"]
    assert ida.post(page + "let-go/")["Location"] == "/organization/"
    assert not per.memberships.exists()
    assert ida.get(page).status_code == 404


def test_what_to_put_where_stands_on_the_page_until_it_was_seen(people):
    browser = people.browser(people.let_in())
    answer = post(browser, "/organization/", "/organization/control/", target="meadow.example", method="dns")
    assert answer["Location"] == "/organization/#control"
    page = text_of(browser.get("/organization/"))
    assert "_weir-challenge.meadow.example" in page
    assert "weir-challenge=" in page
    wrong = post(browser, "/organization/", "/organization/control/", target="localhost", method="dns")
    assert (wrong.status_code, 'value="localhost"' in text_of(wrong)) == (422, True)


def test_a_member_who_administers_nothing_sees_no_members(people):
    secret = people.invited("per@meadow.example", Role.COORDINATOR)
    digest = reads.terms_in_force().digest
    people.browser().post(f"/join/{secret}", {"name": "Per", "password": PASSWORD, "terms_digest": digest})
    page = text_of(people.browser(PersonRow.objects.get(email="per@meadow.example")).get("/organization/"))
    assert "Ida Sluice" not in page
    assert "Invite somebody" not in page


# Programs.


def test_a_token_is_shown_once_and_its_secret_is_in_no_row(people, ida):
    answer = post(ida, "/tokens/", name="import", days="30", scopes=["findings.list_findings"])
    assert answer.status_code == 201
    secret = re.search(r'value="(weir_[a-z0-9]+)"', text_of(answer))
    assert secret
    assert secret[1] not in text_of(ida.get("/tokens/"))
    assert "import" in text_of(ida.get("/tokens/"))
    assert not TokenRow.objects.filter(digest=secret[1]).exists()
    number = TokenRow.objects.get().number
    assert ida.post(f"/tokens/{number}/revoke/")["Location"] == "/tokens/"
    assert not TokenRow.objects.exists()
    assert ida.post(f"/tokens/{number}/revoke/").status_code == 404


def test_a_double_click_makes_one_token_and_says_that_it_was_shown_before(ida):
    action = action_of(text_of(ida.get("/tokens/")), "/tokens/")
    fields = {"name": "import", "days": "7", "scopes": ["findings.list_findings"]}
    first, second = ida.post(action, fields), ida.post(action, fields)
    assert 'value="weir_' in text_of(first)
    assert 'value="weir_' not in text_of(second)
    assert TokenRow.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "import", "days": "30"},
        {"name": "import", "days": "4000", "scopes": ["findings.list_findings"]},
        {"name": "import", "days": "x", "scopes": ["findings.list_findings"]},
        {"name": "import", "days": "7", "scopes": ["identity.leave"]},
        {"name": "im\0port", "days": "7", "scopes": ["findings.list_findings"]},
    ],
)
def test_a_token_that_cannot_be_made_says_why(ida, fields):
    answer = post(ida, "/tokens/", **fields)
    assert answer.status_code in {403, 422}
    assert not TokenRow.objects.exists()


def test_an_agent_gets_a_token_and_ends_with_it(ida):
    answer = post(
        ida, "/agents/", name="night watch", rate_per_minute="60", days="7", scopes=["findings.list_findings"]
    )
    assert answer["Location"] == "/agents/"
    agent = AgentRow.objects.get()
    shown = post(ida, "/agents/", f"/agents/{agent.number}/token/")
    assert 'value="weir_' in text_of(shown)
    assert ida.post(f"/agents/{agent.number}/revoke/")["Location"] == "/agents/"
    assert (AgentRow.objects.count(), TokenRow.objects.count()) == (0, 0)
    assert (
        post(ida, "/agents/", name="x", rate_per_minute="many", days="7", scopes=["identity.terms"]).status_code == 422
    )


# Leaving.


def test_leaving_ends_every_session_and_erases_the_person(people):
    fin = people.let_in()
    here, elsewhere = people.browser(fin), people.browser(fin)
    exported = json.loads(here.get("/leave/export.json").content)
    assert exported["profile"]["email"] == fin.email
    assert here.post("/leave/").status_code == 422
    assert PersonRow.objects.filter(pk=fin.pk).exists()
    assert here.post("/leave/", {"sure": "on"})["Location"] == "/"
    assert "You have left" in text_of(here.get("/"))
    assert not PersonRow.objects.filter(pk=fin.pk).exists()
    for browser in (here, elsewhere):
        assert browser.get("/reports/")["Location"].startswith("/account/login/")


def test_staff_leaves_without_a_second_factor(people):
    browser = people.browser(people.ida, second_factor=False)
    assert browser.get("/leave/").status_code == 200
    assert browser.post("/leave/", {"sure": "on"})["Location"] == "/"


def test_an_organization_leaves_and_the_one_that_runs_the_instance_cannot(people, ida):
    fin = people.let_in()
    browser = people.browser(fin)
    assert browser.get("/leave/organization/export.json").status_code == 200
    assert browser.post("/leave/organization/", {"sure": "on"})["Location"] == "/"
    assert browser.get("/organization/").status_code == 404
    assert ida.post("/leave/organization/", {"sure": "on"}).status_code == 409


# What operators decide.


def test_an_application_is_admitted_or_declined(people, ida):
    digest = reads.terms_in_force().digest
    for name in ("Mill", "Race"):
        verbs.apply(people.acting(people.ida), name, OrganizationKind.VENDOR, "v@v.example", digest, now=now())
    page = text_of(ida.get("/administration/"))
    assert page.index("Mill") < page.index("Race")
    mill, race = ApplicationRow.objects.order_by("id").values_list("number", flat=True)
    assert ida.post(f"/administration/applications/{mill}/admit/")["Location"] == "/administration/"
    assert ida.post(f"/administration/applications/{race}/decline/")["Location"] == "/administration/"
    assert "No application waits" in text_of(ida.get("/administration/"))
    assert ida.post(f"/administration/applications/{mill}/admit/").status_code == 404


def test_a_hold_takes_two_people_and_a_duty_has_an_end(people, ida):
    fin = people.let_in()
    assert post(ida, "/administration/", "/administration/holds/", about=fin.number)["Location"] == "/administration/"
    assert "somebody else decides" in text_of(ida.get("/administration/"))
    number = reads.list_holds(people.acting(people.ida))[0].id
    assert ida.post(f"/administration/holds/{number}/confirm/").status_code == 409
    duty = {"about": fin.number, "kind": "embargo", "days": "90"}
    assert post(ida, "/administration/", "/administration/duties/", **duty)["Location"] == "/administration/"
    for days in ("x", "9" * 12):
        assert post(ida, "/administration/", "/administration/duties/", **(duty | {"days": days})).status_code == 422


# Reports and findings.


def test_a_report_is_sent_once_and_leads_to_its_receipt(people):
    browser = people.browser(people.let_in())
    action = action_of(text_of(browser.get("/report/")), "/report/")
    fields = {"title": "Overflow", "description": "A length is trusted.\r\nAlways."}
    first, second = browser.post(action, fields), browser.post(action, fields)
    assert first["Location"] == second["Location"]
    assert ReportRow.objects.count() == 1
    page = browser.get(first["Location"])
    assert page.status_code == 200
    assert "Overflow" in text_of(page)
    receipt = re.search(r'href="(/ledger/[0-9a-f]+/receipt.json)"', text_of(page))
    assert receipt
    assert json.loads(browser.get(receipt[1]).content)["payloadType"]


def test_another_report_under_the_same_key_is_said_on_the_form(people):
    browser = people.browser(people.let_in())
    action = action_of(text_of(browser.get("/report/")), "/report/")
    browser.post(action, {"title": "One", "description": "x"})
    answer = browser.post(action, {"title": "Two", "description": "y"})
    assert (answer.status_code, 'value="Two"' in text_of(answer)) == (409, True)


def test_an_empty_report_keeps_what_was_typed(people, stranger):
    answer = post(stranger, "/report/", title="Only a title")
    assert answer.status_code == 422
    assert 'value="Only a title"' in text_of(answer)


def test_a_report_without_a_name_shows_its_code_once_with_the_receipt(people, stranger):
    action = action_of(text_of(stranger.get("/report/")), "/report/")
    fields = {"title": "Overflow", "description": "A length is trusted."}
    first, second = stranger.post(action, fields), stranger.post(action, fields)
    code = re.search(r'id="claim"[^>]*value="([0-9a-f]{40})"', text_of(first))
    assert code
    assert "DSSE" in text_of(first) or "payloadType" in text_of(first)
    assert code[1] not in text_of(second)
    assert "was shown then" in text_of(second)
    assert ReportRow.objects.count() == 1


def test_a_report_does_not_go_without_a_name_because_somebody_was_signed_out_meanwhile(people):
    browser = people.browser(people.let_in())
    action = action_of(text_of(browser.get("/report/")), "/report/")
    browser.logout()
    fields = {"title": "Overflow", "description": "A length is trusted."}
    answer = browser.post(action, fields)
    assert (answer.status_code, ReportRow.objects.count()) == (409, 0)
    assert "signed out meanwhile" in text_of(answer)
    again = action_of(text_of(answer), "/report/")
    assert browser.post(again, fields).status_code == 201


def looks_of(answer):
    """What somebody sees, but for the moment that is shown in the foot."""
    shown = re.sub(rb"<time.*?</time>", b"", answer.content)
    return answer.status_code, dict(answer.headers) | {"Content-Length": ""}, shown


@pytest.mark.parametrize("kind", ["reports", "findings"])
def test_a_number_that_one_may_not_see_looks_like_one_that_never_was(people, house, kind):
    hidden = house.report(actor=people.acting(people.let_in("Nora Brook"))).outcome.id
    finding = house.correlate(hidden).id
    number = {"reports": hidden, "findings": finding}[kind]
    never = type(number).mint(2026, lambda count: b"\7" * count)
    browser = people.browser(people.let_in())
    seen, unseen = browser.get(f"/{kind}/{number}/"), browser.get(f"/{kind}/{never}/")
    assert seen.status_code == 404
    assert looks_of(seen) == looks_of(unseen)
    assert people.browser(people.ida).get(f"/{kind}/{number}/").status_code == 200


def test_an_entry_that_one_may_not_see_looks_like_one_that_never_was(people, house, stranger):
    entry = house.report(actor=people.acting(people.let_in("Nora Brook"))).entry.id
    browser = people.browser(people.let_in())
    for page in ("/ledger/{}/", "/ledger/{}/proof.json", "/ledger/{}/receipt.json"):
        for somebody in (browser, stranger):
            assert looks_of(somebody.get(page.format(entry))) == looks_of(somebody.get(page.format("0" * 64)))


def counted(browser, page):
    """Queries of a page, on both connections."""
    with (
        CaptureQueriesContext(connections["default"]) as writing,
        CaptureQueriesContext(connections["reading"]) as reading,
    ):
        assert browser.get(page).status_code == 200
    return len(writing) + len(reading) if connections["reading"] is not connections["default"] else len(writing)


@pytest.mark.parametrize(
    "page", ["/findings/", "/reports/", "/tokens/", "/agents/", "/administration/", "/organization/"]
)
def test_a_list_of_three_asks_the_database_as_often_as_a_list_of_one(people, house, page):
    def one_more(n):
        actor = people.acting(people.ida)
        house.correlate(house.report(f"Overflow {n}", actor=actor).outcome.id)
        until = now() + rules.CHALLENGE_OPEN
        verbs.issue_token(actor, ("identity.terms",), until, now=now())
        verbs.register_agent(actor, f"agent {n}", ("identity.terms",), 60, until, now=now())
        verbs.ask_control(actor, ControlMethod.DNS, f"n{n}.example", now=now())
        people.let_in(f"Nora{n} Brook")
        digest = reads.terms_in_force().digest
        verbs.apply(actor, f"Mill {n}", OrganizationKind.VENDOR, "v@v.example", digest, now=now())

    browser = people.browser(people.ida)
    one_more(0)
    browser.get(page)
    at_one = counted(browser, page)
    one_more(1)
    one_more(2)
    assert counted(browser, page) == at_one


def test_a_page_asks_for_session_person_and_membership_and_the_heads_names_come_with_them(people):
    browser = people.browser(people.let_in())
    assert "Fin Ford and friends" in text_of(browser.get("/"))
    assert counted(browser, "/") == 3


def test_a_view_is_handed_an_actor_that_can_be_copied(people):
    for browser in (people.browser(people.ida), people.browser()):
        actor = browser.get("/").wsgi_request.actor
        assert type(actor) is Actor
        assert replace(actor, staff=False).id == actor.id


def test_the_log_shows_itself_before_its_first_tick_and_after(people, house, stranger):
    assert "The log is empty" in text_of(stranger.get("/log/"))
    for _ in range(2):
        house.tick()
    page = text_of(stranger.get("/log/"))
    assert "python -m verifier" in page
    assert "The newest checkpoint" in page


def test_a_password_that_is_too_weak_is_refused_by_the_form(people, stranger):
    secret = people.invited("per@meadow.example")
    digest = reads.terms_in_force().digest
    answer = stranger.post(f"/join/{secret}", {"name": "Per", "password": "password1234", "terms_digest": digest})
    assert (answer.status_code, "too common" in text_of(answer)) == (422, True)
    assert encoded(PASSWORD).startswith(ENCODED[:14])
