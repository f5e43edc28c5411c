# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.worlds.people import text_of
from weir.foundation.identity.terms import Role

DOCTOR = '<a href="/doctor/"'


@pytest.fixture
def coordinator(people):
    return people.colleague("Cora", Role.COORDINATOR)


def test_the_doctor_is_linked_for_exactly_those_who_may_open_its_page(people, coordinator):
    sorts = {"stranger": None, "member": people.let_in(), "coordinator": coordinator, "administrator": people.ida}
    browsers = {name: people.browser(person) for name, person in sorts.items()}
    linked = {name for name, browser in browsers.items() if DOCTOR in text_of(browser.get("/log/"))}
    opened = {name for name, browser in browsers.items() if browser.get("/doctor/").status_code == 200}
    assert linked == opened == {"administrator"}


def test_the_page_one_is_on_is_marked(people):
    assert f'{DOCTOR} aria-current="page"' in text_of(people.browser(people.ida).get("/doctor/"))
