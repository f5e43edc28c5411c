# SPDX-License-Identifier: Apache-2.0
"""A passkey whose counter does not grow is in two places: refused, recorded, and its owner told."""

from __future__ import annotations

import json
import re

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.passkeys import Device
from tests.worlds.people import PASSWORD, text_of
from weir.foundation.actor import ANONYMOUS, SYSTEM
from weir.foundation.identity import accounts, jobs, reads, rules, verbs
from weir.foundation.identity.gates import Mail
from weir.foundation.identity.models import PersonRow
from weir.foundation.identity.terms import NobodyThere, PersonId, Role
from weir.foundation.ledger.models import EntryRow
from weir.kernel.errors import Refused
from weir.shell.clock import now

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)
EMAIL, COPIED = "per@meadow.example", "somebody may hold a copy of it"


@pytest.fixture(autouse=True)
def _fresh(settings, plain_pages):
    cache.clear()
    settings.PASSWORD_HASHERS = ["tests.worlds.people.Quick"]


@pytest.fixture
def per(people):
    """Somebody of the staff who signs in with a password."""
    secret, terms = people.invited(EMAIL, Role.COORDINATOR), reads.terms_in_force().digest
    verbs.accept_invitation(ANONYMOUS, secret, terms, "Per Ford", accounts.encoded(PASSWORD), now=now())
    return PersonRow.objects.get(email=EMAIL)


def options_on(page, kind):
    [found] = re.findall(r'<script id="js_data" type="application/json">(.*?)</script>', text_of(page), re.DOTALL)
    return json.loads(found)[kind]


def adds(people, person, device):
    browser = people.browser(person)
    asked = options_on(browser.get("/account/2fa/webauthn/add/"), "creation_options")
    sent = {"name": "a key", "passwordless": "on", "credential": json.dumps(device.register(asked))}
    assert browser.post("/account/2fa/webauthn/add/", sent).status_code == 302
    return browser


def comes_alone(people, device):
    """Signs in with the passkey and nothing else."""
    browser = people.browser()
    asked = browser.get("/account/2fa/webauthn/login/", headers={"X-Requested-With": "XMLHttpRequest"}).json()
    sent = {"credential": json.dumps(device.sign(asked["request_options"]))}
    return browser, browser.post("/account/2fa/webauthn/login/", sent)


def comes_after_the_password(people, device):
    browser = people.browser()
    browser.post("/account/login/", {"login": EMAIL, "password": PASSWORD})
    asked = options_on(browser.get("/account/2fa/authenticate/"), "request_options")
    return browser, browser.post("/account/2fa/authenticate/", {"credential": json.dumps(device.sign(asked))})


def is_in(browser):
    return browser.get("/findings/").status_code == 200


def recorded():
    return EntryRow.objects.filter(kind="identity.record_copied_key").count()


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_a_counter_grows_or_stays_at_zero_where_there_is_none(kept, shown):
    assert rules.counter_grows(kept, shown) == (shown > kept or (kept, shown) == (0, 0))


@pytest.mark.parametrize("way", [comes_alone, comes_after_the_password])
def test_a_key_that_counts_signs_in_again_and_again(people, per, way):
    device = Device()
    adds(people, per, device)
    for _ in range(3):
        assert is_in(way(people, device)[0])
    assert recorded() == 0


def test_a_device_that_does_not_count_signs_in_again_and_again(people, per):
    device = Device(counts=False)
    adds(people, per, device)
    for _ in range(2):
        assert is_in(comes_alone(people, device)[0])


@pytest.mark.parametrize("way", [comes_alone, comes_after_the_password])
def test_a_copy_of_a_key_is_refused_and_its_owner_told(people, per, way, mailoutbox):
    device = Device(counter=7)
    adds(people, per, device)
    copy = device.copied()
    assert is_in(comes_alone(people, device)[0])
    browser, answer = way(people, copy)
    assert not is_in(browser)
    said = text_of(answer) if answer.status_code == 200 else text_of(browser.get(answer["Location"]))
    assert COPIED in said
    assert recorded() == 1
    jobs.warn_of_copied_key(PersonId(per.number), post=Mail())
    assert mailoutbox[-1].to == [EMAIL]
    assert "copied" in mailoutbox[-1].subject
    assert is_in(comes_alone(people, device)[0]), "the one that counts further is not shut out"


def test_whoever_used_the_copy_first_makes_the_owner_notice(people, per):
    device = Device()
    adds(people, per, device)
    copy = device.copied()
    assert is_in(comes_alone(people, copy)[0])
    assert not is_in(comes_alone(people, device)[0])
    assert recorded() == 1


def test_a_key_that_counted_once_may_not_stop_counting(people, per):
    device = Device()
    adds(people, per, device)
    device.counter, device.counts = 0, False
    assert not is_in(comes_alone(people, device)[0])


def test_a_copy_does_not_answer_when_it_is_asked_again_who_it_is(people, per):
    device = Device()
    browser = adds(people, per, device)
    asked = options_on(browser.get("/account/2fa/webauthn/reauthenticate/"), "request_options")
    device.counter -= 1
    answer = browser.post("/account/2fa/webauthn/reauthenticate/", {"credential": json.dumps(device.sign(asked))})
    assert answer["Location"] == "/account/login/"
    assert recorded() == 1


def test_a_wrong_signature_is_said_on_the_page_and_is_no_copy(people, per):
    device = Device()
    adds(people, per, device)
    stranger = Device(counter=9)
    stranger.id, stranger.owner = device.id, device.owner
    _, answer = comes_after_the_password(people, stranger)
    assert "Incorrect code" in text_of(answer)
    assert recorded() == 0


def test_renaming_a_key_keeps_its_count(people, per):
    device = Device()
    adds(people, per, device)
    comes_alone(people, device)
    key = per.authenticator_set.get(type="webauthn")
    key.wrap().name = "another"
    key.save()
    assert not accounts.counts_on(key, device.counter)


def test_only_the_house_records_a_copy_and_only_of_somebody_here(people, per):
    with pytest.raises(Refused):
        verbs.record_copied_key(people.acting(per), PersonId(per.number), now=now())
    accounts.shut_out(per)
    with pytest.raises(NobodyThere):
        verbs.record_copied_key(SYSTEM, PersonId(per.number), now=now())
    jobs.warn_of_copied_key(PersonId(per.number), post=Mail())
