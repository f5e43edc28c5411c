# SPDX-License-Identifier: Apache-2.0
"""Passkeys in a real browser, with an authenticator that the browser itself plays."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import first_administrator
from tests.journeys.test_people import signs_in

pytestmark = pytest.mark.browser
EMAIL = "ida@meadow.example"


class Authenticator:
    """A device that keeps keys. What is removed from an account stays on it. Built in, it asks for a finger; on USB,
    it is the plain kind that goes with a password."""

    def __init__(self, window, transport):
        self.devtools = window.page.context.new_cdp_session(window.page)
        self.devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": transport,
            "hasResidentKey": transport == "internal",
            "hasUserVerification": transport == "internal",
            "isUserVerified": transport == "internal",
            "automaticPresenceSimulation": True,
        }
        added = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = added["authenticatorId"]

    def holds(self):
        return self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]

    def leaves(self):
        self.devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})

    def knows_its_owner(self, known):
        self.devtools.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": known})


def offers_a_key(window, name, *, alone):
    """On the page about signing in. `alone` makes it replace the password."""
    window.goes("/account/2fa/")
    window.page.get_by_role("link", name="Add a passkey").click()
    window.page.fill("#id_name", name)
    window.page.locator("#id_passwordless").set_checked(alone)
    window.looks(f"passkey-add-{name}")
    window.page.get_by_role("button", name="Add it").click()


def is_added(window):
    window.page.wait_for_url(lambda url: not url.endswith("/add/"))
    return window.text().lower()


def signs_out(window):
    window.goes("/account/logout/").presses("Sign out")
    window.goes("/findings/")
    assert "/account/login/" in window.page.url
    return window


def signs_in_with_the_passkey(window):
    """Without address or password."""
    window.goes("/account/login/")
    window.page.get_by_role("button", name="Sign in with a passkey").click()
    window.page.wait_for_url(lambda url: not url.endswith("/account/login/"))
    return window


@pytest.fixture(scope="module")
def ida(instance, browser):
    """The first administrator, who has a password and nothing more."""
    first_administrator(browser, instance, EMAIL)


def test_a_passkey_comes_with_the_password_then_alone_and_ends_when_removed(instance, ida, windows):
    window = windows().goes("/")
    plain = Authenticator(window, "usb")

    # Staff without a second factor is led to set one up, wherever they want to go.
    signs_in(window.goes("/account/login/"), EMAIL)
    window.goes("/findings/")
    assert "/account/2fa/" in window.page.url
    assert "second factor" in window.text()

    # A key that only goes with the password is a second factor at once.
    offers_a_key(window, "with-the-password", alone=False)
    assert "recovery codes" in is_added(window)
    assert [key["isResidentCredential"] for key in plain.holds()] == [False]
    assert "queue" in window.goes("/findings/").text().lower()

    # The next time it is asked for after the password, and opens the page that was asked for.
    signs_out(window)
    signs_in(window, EMAIL)
    assert "/account/2fa/authenticate/" in window.page.url
    window.looks("second-factor").page.get_by_role("button", name="Use the passkey").click()
    window.page.wait_for_url("**/findings/")
    assert "queue" in window.text().lower()

    # The same device again: it says itself that it is known, and the page says what to do.
    offers_a_key(window, "again", alone=False)
    window.page.get_by_text("This device is added already.").wait_for()
    plain.leaves()

    # A passkey that knows its owner signs in alone.
    device = Authenticator(window, "internal")
    offers_a_key(window, "alone", alone=True)
    assert "passkey" in is_added(window)
    assert [key["isResidentCredential"] for key in device.holds()] == [True]
    signs_out(window)
    signs_in_with_the_passkey(window)
    assert "queue" in window.goes("/findings/").text().lower()

    # The device did not see its owner: a passkey alone is not enough then.
    signs_out(window)
    device.knows_its_owner(False)
    window.goes("/account/login/").page.get_by_role("button", name="Sign in with a passkey").click()
    window.page.get_by_text("The passkey did not answer.").wait_for()
    device.knows_its_owner(True)
    signs_in_with_the_passkey(window)

    # Removed here, it is still on the device, and opens nothing.
    window.goes("/account/2fa/webauthn/").looks("passkeys")
    window.page.get_by_role("link", name="Remove alone").click()
    window.looks("passkey-remove").presses("Remove it")
    assert "alone" not in window.text().replace("with-the-password", "")
    assert len(device.holds()) == 1
    signs_out(window)
    window.goes("/account/login/").page.get_by_role("button", name="Sign in with a passkey").click()
    window.page.get_by_text("Incorrect code").wait_for()
    window.goes("/findings/")
    assert "/account/login/" in window.page.url

    # Whoever changed how to sign in was told of it by letter, each time.
    told = [letter for letter in instance.letters() if letter.startswith(EMAIL)]
    assert ["added" in letter for letter in told].count(True) >= 2
    assert any("removed" in letter for letter in told)
