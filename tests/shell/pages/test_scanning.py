# SPDX-License-Identifier: Apache-2.0
"""The pages of scanning, used as a person uses them."""

from __future__ import annotations

import re

import pytest

from tests.worlds.people import action_of, text_of
from weir.clearinghouse.scanning import verbs
from weir.clearinghouse.scanning.models import AnswersRow, ClaimRow, TargetRow
from weir.clearinghouse.scanning.terms import Method, TargetId
from weir.shell.clock import now

SCOPE = {"methods": ["fuzzing"], "paths": "src/parser\nsrc/frames", "days": "14", "hours": "10"}


@pytest.fixture(autouse=True)
def _quick(settings):
    settings.PASSWORD_HASHERS = ["tests.worlds.people.Quick"]


@pytest.fixture
def finder(people):
    return people.let_in("Fin Ford")


@pytest.fixture
def browser(people, finder):
    return people.browser(finder)


@pytest.fixture
def address(browser):
    """Where the target is that somebody names."""
    page = text_of(browser.get("/scanning/targets/"))
    answer = browser.post(action_of(page, "/scanning/targets/"), {"locator": "pkg:pypi/Made_Up@1.0"})
    assert answer.status_code == 302
    return answer["Location"]


def post(browser, page, to, /, **fields):
    return browser.post(action_of(text_of(browser.get(page)), to), fields)


def test_a_member_names_a_target_and_is_shown_what_holds(browser, address):
    page = text_of(browser.get(address))
    assert "<h1><bdi>pkg:pypi/<wbr>made-up</bdi></h1>" in page
    assert "nobody: it is what holds otherwise" in page


def test_the_address_of_something_that_runs_is_sent_back_with_the_reason(browser):
    answer = post(browser, "/scanning/targets/", "/scanning/targets/", locator="https://shop.example/login")
    assert answer.status_code == 422
    assert "This is the address of something that runs." in text_of(answer)
    assert "https://shop.example/login" in text_of(answer)


def test_how_near_others_are_is_told_before_anything_is_claimed(people, browser, address):
    other = people.acting(people.let_in("Olga Other"))
    target = TargetId(TargetRow.objects.get().number)
    verbs.claim_target(other, target, (Method.FUZZING,), ("src",), now=now())
    told = post(browser, f"{address}claim/", f"{address}claim/", **SCOPE, do="ask")
    assert told.status_code == 200
    assert "same code, same way" in text_of(told)
    assert other.organization not in text_of(told)
    assert "src/frames" in text_of(told)
    assert ClaimRow.objects.count() == 1
    action = action_of(text_of(told), f"{address}claim/")
    claimed = browser.post(action, SCOPE | {"do": "claim", "choice": "split", "weaknesses": "CWE-787, CWE-79"})
    assert claimed.status_code == 302
    again = browser.post(action, SCOPE | {"do": "claim", "choice": "split", "weaknesses": "CWE-787, CWE-79"})
    assert again["Location"] == claimed["Location"], "a double click is one claim"
    assert ClaimRow.objects.count() == 2
    page = text_of(browser.get(claimed["Location"]))
    assert "CWE-787, CWE-79" in page
    assert "src/frames, src/parser" in page
    assert "same code, same way" in text_of(browser.get("/scanning/"))


def test_claims_lie_along_the_days_in_the_lane_of_their_target(browser, address):
    for paths in ("src/parser", "docs"):
        post(browser, f"{address}claim/", f"{address}claim/", **(SCOPE | {"paths": paths}), do="claim", choice="go_on")
    page = text_of(browser.get("/scanning/"))
    assert page.count('<section class="lane"') == 1
    assert page.count('<div class="track">') == 2
    # Fifteen to a day, and now is 210: a lease of a week, then the rest of its two weeks.
    assert page.count('<rect class="lease" x="210" y="1" width="105"') == 2
    assert page.count('<rect class="rest" x="315" y="1" width="105"') == 2
    assert '<li class="now">today</li>' in page


def test_what_is_wrong_with_a_claim_is_named_and_nothing_is_lost(browser, address):
    for do in ("ask", "claim"):
        answer = post(browser, f"{address}claim/", f"{address}claim/", **(SCOPE | {"weaknesses": "bad", "do": do}))
        assert answer.status_code == 422
        assert "are named as CWE-787" in text_of(answer)
        assert "src/frames" in text_of(answer)
    assert not ClaimRow.objects.exists()
    assert not AnswersRow.objects.exists()


def test_a_claim_is_kept_alive_narrowed_recorded_handed_over_and_released(people, browser, address):
    answer = post(browser, f"{address}claim/", f"{address}claim/", **SCOPE, do="claim", choice="go_on")
    claim = answer["Location"]
    heir = people.let_in("Hedy Heir")
    for to, fields in (
        ("renew/", {}),
        ("narrow/", {"paths": "src/parser"}),
        ("coverage/", {"hours": "7", "tool": "a fuzzer", "model": "a model"}),
        ("hand-over/", {"to": heir.number}),
    ):
        assert post(browser, claim, f"{claim}{to}", **fields).status_code == 302, to
    page = text_of(browser.get(claim))
    assert "a fuzzer" in page
    assert "a model" in page
    assert heir.number in page
    theirs = people.browser(heir)
    assert post(theirs, claim, f"{claim}take-over/").status_code == 302
    assert browser.get(claim).status_code == 404
    assert post(theirs, claim, f"{claim}release/").status_code == 302
    assert "Keep it alive" not in text_of(theirs.get(claim))


@pytest.mark.parametrize(
    ("to", "fields", "said"),
    [("narrow/", {"paths": "docs"}, "narrowed and not widened"), ("hand-over/", {"to": "nobody"}, "by their number")],
)
def test_what_cannot_be_done_with_a_claim_is_said_on_its_page(browser, address, to, fields, said):
    claim = post(browser, f"{address}claim/", f"{address}claim/", **SCOPE, do="claim")["Location"]
    answer = post(browser, claim, f"{claim}{to}", **fields)
    assert answer.status_code in {409, 422}
    assert said in text_of(answer)


def test_whoever_has_shown_control_turns_every_knob_and_nobody_else_does(house, people, browser, address):
    from tests.worlds.scanning import REPOSITORY, Scanners

    scanners = Scanners(house)
    rules = f"/scanning/targets/{scanners.target(REPOSITORY, scanners.one)}/rules/"
    knobs = {"contact": "us@gate.example", "paused": "yes", "most_new": "1", "most_open": "2", "least": "confirmed"}
    knobs |= {"embargo_days": "14", "ai_policy": "with_proof", "no_scan": "no", "closed_paths": "vendor\ndocs"}
    assert post(browser, rules, rules, **knobs).status_code == 403
    maintainer = people.let_in("Maud Maintainer")
    scanners.show_control(people.acting(maintainer))
    allow(maintainer)
    theirs = people.browser(maintainer)
    bad = post(theirs, rules, rules, **(knobs | {"embargo_days": "400"}))
    assert bad.status_code == 422
    assert "is no number from 0 to 90" in text_of(bad)
    assert post(theirs, rules, rules, **knobs).status_code == 302
    page = text_of(theirs.get(rules))
    assert set(re.findall(r'id="f-(\w+)-hint"', page)) >= set(knobs), "each knob says what it does"
    for said in ('value="us@gate.example"', '<option value="confirmed" selected>', "docs\nvendor"):
        assert said in page
    assert post(theirs, rules, rules, **(knobs | {"contact": "", "closed_paths": ""})).status_code == 302
    assert "us@gate.example" not in text_of(theirs.get(rules))


def test_imported_text_is_shown_with_the_line_it_stands_in(people, ida, house):
    from tests.worlds.scanning import Scanners

    target = f"/scanning/targets/{Scanners(house).target('pkg:pypi/gate')}/"
    text = "Contact: mailto:a@gate.example\nExpires: 2099-01-01T00:00:00Z\n"
    sent = {"source": "security_txt", "place": "https://gate.example/security.txt", "text": text}
    cora = people.browser(people.colleague("Cora", "coordinator"))
    faulty = post(cora, f"{target}rules/", f"{target}import/", **(sent | {"text": "Contact: x"}))
    assert faulty.status_code == 422
    assert post(cora, f"{target}rules/", f"{target}import/", **sent).status_code == 302
    page = text_of(cora.get(target))
    assert "https://gate.example/security.txt, line 1" in page
    assert "only shown" in page
    # As the maintainers see it, too: what their own text says, with its line, and who said what holds.
    theirs = text_of(cora.get(f"{target}rules/"))
    assert "https://gate.example/security.txt, line 1" in theirs
    assert "Said by <bdi>nobody: it is what holds otherwise</bdi>" in theirs


def test_capacity_is_kept_for_whoever_declared_it(browser):
    assert post(browser, "/scanning/capacity/", "/scanning/capacity/", hours_a_week="7").status_code == 302
    assert "7 hours a week" in text_of(browser.get("/scanning/"))


@pytest.mark.parametrize("page", ["/scanning/", "/scanning/targets/", "/scanning/capacity/"])
def test_a_stranger_is_asked_to_sign_in(people, page):
    answer = people.browser().get(page)
    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={page}")


def allow(person):
    """Their organization gives them the role; control was shown long ago."""
    from weir.foundation.identity.models import MembershipRow

    membership = MembershipRow.objects.select_related("organization").get(person=person)
    membership.roles = ["maintainer"]
    membership.save()
    membership.organization.controlled_from = membership.organization.created
    membership.organization.save()
