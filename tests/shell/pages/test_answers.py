# SPDX-License-Identifier: Apache-2.0
"""What pages answer to what is wrong, and what they offer to whom."""

from __future__ import annotations

import pytest

from tests.worlds.people import action_of, text_of
from weir.foundation.identity import reads
from weir.foundation.identity.terms import Role


@pytest.fixture
def per(people):
    """Another administrator of the operator."""
    return people.colleague("Per", Role.COORDINATOR, Role.ADMINISTRATOR)


def sent(browser, page, address, /, **fields):
    return browser.post(action_of(text_of(browser.get(page)), address), fields)


def test_a_hold_is_offered_for_confirming_to_everybody_but_who_began_it(people, ida, per):
    sent(ida, "/administration/", "/administration/holds/", about=people.let_in().number)
    number = reads.list_holds(people.acting(people.ida))[0].id
    offered = f"/administration/holds/{number}/confirm/"
    assert offered in text_of(people.browser(per).get("/administration/"))
    assert offered not in text_of(ida.get("/administration/"))


def test_a_hold_that_cannot_begin_says_at_the_control_why(ida):
    answer = sent(ida, "/administration/", "/administration/holds/", about="")
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#f-about"' in page
    assert "<title>Error:" in page


@pytest.mark.parametrize("typed", ["no number", "P-2026-MADEP-X", "../administration"])
def test_a_number_that_was_mistyped_is_still_there_to_be_mended(ida, typed):
    for control, address in (("f-about", "/administration/holds/"), ("f-duty-about", "/administration/duties/")):
        answer = sent(ida, "/administration/", address, about=typed, kind="ban", ends="2027-01-01")
        page = text_of(answer)
        assert answer.status_code == 422
        assert f'value="{typed}"' in page
        assert f'href="#{control}"' in page


def test_a_state_that_there_is_not_is_refused_and_named(ida):
    answer = ida.get("/findings/?state=nothing")
    assert answer.status_code == 422
    assert "There is no such state" in text_of(answer)


def test_roles_that_cannot_be_given_are_said_on_the_members_page(ida, per):
    page = f"/organization/members/{per.number}/"
    answer = sent(ida, page, f"{page}roles/", roles=["king"])
    assert answer.status_code == 422
    assert "There is a problem" in text_of(answer)


def test_an_entry_offers_its_proof_only_once_there_is_one(people):
    nora = people.let_in("Nora Brook")
    leaf = people.house.report(actor=people.acting(nora)).entry.id
    page = text_of(people.browser(nora).get(f"/ledger/{leaf}/"))
    assert "waits for the next tick" in page
    assert "proof.json" not in page
