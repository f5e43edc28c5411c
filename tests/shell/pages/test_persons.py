# SPDX-License-Identifier: Apache-2.0
"""What only a person does, on the page that each of these verbs names."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import pytest
from django.urls import resolve

import weir
from tests.worlds.people import action_of, text_of
from weir.foundation.identity.models import OrganizationRow
from weir.foundation.identity.terms import Role
from weir.foundation.ledger.models import EntryRow
from weir.foundation.policy.models import GlassRow, PendingActRow, RegimeStatusRow
from weir.foundation.verb import VERBS, Verb
from weir.shell import doors

ERASE = "/acts/ledger.erase_entries/"


@pytest.fixture
def per(people):
    """Another administrator of the operator."""
    return people.browser(people.colleague("Per", Role.COORDINATOR, Role.ADMINISTRATOR))


@pytest.fixture
def number(house):
    return str(house.report().outcome.id)


def send(browser, page, address="", /, **fields):
    return browser.post(action_of(text_of(browser.get(page)), address or page), fields)


@pytest.mark.parametrize("name", sorted(doors.on_pages()))
def test_each_of_them_has_a_page_of_its_own_room_with_a_form(ida, name):
    page = doors.on_pages()[name]
    room = ".policy." if page.startswith("/acts/") else f".{name.partition('.')[0]}."
    assert room in resolve(page).func.__module__
    answer = ida.get(page)
    assert answer.status_code == 200
    # Where nothing waits yet there is nothing to press; the tests of these pages go on.
    assert 'method="post"' in text_of(answer) or page in {"/acts/", "/findings/pairs/"}


def test_each_of_them_is_called_by_a_page():
    found = (module for module in walk_packages(weir.__path__, "weir.") if ".views" in module.name)
    called = {
        each.name for module in found for each in vars(import_module(module.name)).values() if isinstance(each, Verb)
    }
    assert set(doors.on_pages()) <= called | {name for name, verb in VERBS.items() if verb.options.two_people}


def test_no_verb_names_a_page_that_programs_may_do_without():
    assert {name for name, verb in VERBS.items() if verb.options.page} == set(doors.on_pages())


def test_erasing_takes_two_people_and_the_same_words_twice(ida, per, number):
    words = {"about": number, "reason": "A court said so."}
    assert send(ida, ERASE, **words, step="do").status_code == 403
    assert send(ida, ERASE, **words, step="propose")["Location"] == "/acts/"
    waiting = PendingActRow.objects.get()
    assert "/confirm/" not in text_of(ida.get("/acts/"))
    assert ida.post(f"/acts/{waiting.number}/confirm/").status_code == 403
    assert send(ida, ERASE, **words, step="do").status_code == 403
    shown = text_of(per.get("/acts/"))
    assert number in shown
    assert "A court said so." in shown
    assert send(per, "/acts/", f"/acts/{waiting.number}/confirm/")["Location"] == "/acts/"
    assert send(ida, ERASE, about=number, reason="Another reason.", step="do").status_code == 403
    assert not EntryRow.objects.filter(kind="ledger.erase_entries").exists()
    assert send(ida, ERASE, **words, step="do")["Location"] == "/acts/"
    assert EntryRow.objects.filter(kind="ledger.erase_entries").count() == 1
    assert send(per, ERASE, **words, step="do").status_code == 403


def test_a_case_is_erased_on_its_page(ida, per, number):
    page, words = "/acts/store.erase_compartment/", {"compartment": number, "reason": "Asked for."}
    send(per, page, **words, step="propose")
    send(ida, "/acts/", f"/acts/{PendingActRow.objects.get().number}/confirm/")
    assert send(per, page, **words, step="do")["Location"] == "/acts/"
    assert EntryRow.objects.filter(kind="store.erase_compartment").count() == 1
    assert "done" in text_of(ida.get("/acts/"))


def test_what_cannot_be_done_is_not_proposed_and_nothing_typed_is_lost(ida):
    answer = send(ida, "/acts/store.erase_compartment/", compartment="no number", reason="Because.", step="propose")
    assert answer.status_code == 422
    assert "Because." in text_of(answer)
    assert not PendingActRow.objects.exists()


def test_only_what_takes_two_people_has_such_a_page(ida):
    assert ida.get("/acts/identity.leave/").status_code == 404


def test_glass_is_broken_on_its_page_and_every_administrator_sees_it(ida, per, number):
    assert send(per, "/glass/", on=number, reason="It burns.")["Location"] == "/glass/"
    assert GlassRow.objects.get().on == number
    assert "It burns." in text_of(ida.get("/glass/"))
    assert send(ida, "/glass/", on=number, reason="").status_code == 422


def test_a_member_is_shown_none_of_it_and_may_do_none_of_it(people, number):
    member = people.browser(people.let_in())
    assert send(member, "/glass/", on=number, reason="Let me in.").status_code == 403
    assert send(member, ERASE, about=number, reason="Gone.", step="propose").status_code == 403
    assert number not in text_of(member.get("/acts/"))
    assert 'method="post"' not in text_of(member.get("/regimes/")).partition("<main")[2]
    assert (GlassRow.objects.count(), PendingActRow.objects.count()) == (0, 0)


def test_the_status_of_a_regime_is_entered_with_its_source(ida, people):
    fields = {"status": "lapsed", "as_of": "2026-01-30", "source": "The register."}
    regime = text_of(ida.get("/regimes/")).partition('<option value="')[2].partition('"')[0]
    assert send(ida, "/regimes/", regime=regime, **fields)["Location"] == "/regimes/"
    assert RegimeStatusRow.objects.get().status == "lapsed"
    assert "The register." in text_of(people.browser(people.let_in()).get("/regimes/"))
    assert send(ida, "/regimes/", regime=regime, **(fields | {"as_of": "soon"})).status_code == 422


def test_letters_go_where_an_administrator_says(people):
    member = people.browser(people.let_in())
    assert send(member, "/organization/contact/", contact="desk@finders.example")["Location"] == "/organization/"
    assert OrganizationRow.objects.filter(contact="desk@finders.example").exists()
    assert send(member, "/organization/contact/", contact="no address").status_code == 422
