# SPDX-License-Identifier: Apache-2.0
"""What allauth hands to the pages of signing in, with forms like its own."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.shell.samples.frame import OUT
from tests.shell.samples.parts import ago


def sign_in_pages() -> dict[str, tuple[str, dict[str, Any]]]:
    """What allauth renders, with forms like its own; those need Django's settings, so they are made late."""
    from django import forms

    class Login(forms.Form):
        login = forms.EmailField(label="Mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
        password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
        remember = forms.BooleanField(label="Stay signed in", required=False)

    class Code(forms.Form):
        code = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}))
        secret = "JBSWY3DPEHPK3PXP"

    class Credential(forms.Form):
        credential = forms.CharField(widget=forms.HiddenInput)

    class Key(Credential):
        name = forms.CharField(required=False, initial="Key 1")
        passwordless = forms.BooleanField(required=False, help_text="Signs in with just this key.")

    class Password(forms.Form):
        password = forms.CharField(widget=forms.PasswordInput)

    class Mail(forms.Form):
        email = forms.EmailField(label="Mail", widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    class NamedKey(Thing):
        def __str__(self) -> str:
            return str(self.name)

    refused = Login({"login": "nobody", "password": ""})
    svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h3v3H1z"/></svg>'
    types = {
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_RECOVERY_CODES_SHOW_ONCE": False,
        "js_data": {"request_options": {"publicKey": {"challenge": "</script>"}}},
    }
    entrance = OUT | types | {"redirect_field": "", "PASSKEY_LOGIN_ENABLED": True, "SOCIALACCOUNT_ENABLED": True}
    codes = Thing(get_unused_codes=lambda: ["11111111", "22222222"], generate_codes=lambda: ["1"] * 10)
    key = NamedKey(
        name="Ida's telephone",
        pk=1,
        created_at=ago(days=9),
        last_used_at=None,
        wrap=lambda: Thing(is_passwordless=True),
    )
    old_key = NamedKey(
        name="k" * 100,
        pk=2,
        created_at=ago(days=90),
        last_used_at=ago(hours=3),
        wrap=lambda: Thing(is_passwordless=None),
    )
    shown = {
        "unused_codes": ["11111111", "22222222", "33333333"],
        "total_count": 10,
        "can_view_codes": True,
        "can_download_codes": True,
        "can_generate_codes": True,
    }
    mail = {"current_emailaddress": Thing(email="ida@meadow.example"), "new_emailaddress": None, "form": Mail()}
    issuer = Thing(name="id.example", href="#oidc", connect="#connect")
    connected = Thing(accounts=[Thing(pk=1, date_joined=ago(days=9))], is_bound=False)
    ways = {"reauthentication_alternatives": [Thing(description="Use a passkey", url="#key")], "redirect_field": ""}
    plain = {"redirect_field": ""}
    return {
        "login": (
            "account/login.html",
            entrance | {"form": Login(), "providers": [issuer]},
        ),
        "login-refused": ("account/login.html", entrance | {"form": refused, "PASSKEY_LOGIN_ENABLED": False}),
        "logout": ("account/logout.html", plain),
        "signup-closed": ("account/signup_closed.html", OUT),
        "account-inactive": ("account/account_inactive.html", OUT),
        "password-change": ("account/password_change.html", plain | {"form": Password()}),
        "password-set": ("account/password_set.html", plain | {"form": Password()}),
        "password-reset": ("account/password_reset.html", OUT | plain | {"form": Mail()}),
        "password-reset-done": ("account/password_reset_done.html", OUT),
        "password-reset-key": (
            "account/password_reset_from_key.html",
            OUT | {"form": Password(), "action_url": "#set"},
        ),
        "password-reset-late": ("account/password_reset_from_key.html", OUT | {"token_fail": True}),
        "password-reset-key-done": ("account/password_reset_from_key_done.html", OUT),
        "verification-sent": ("account/verification_sent.html", OUT),
        "verified-email-required": ("account/verified_email_required.html", {}),
        "email": ("account/email_change.html", mail),
        "email-changing": ("account/email_change.html", mail | {"new_emailaddress": Thing(email="ida@new.example")}),
        "email-confirm": (
            "account/email_confirm.html",
            OUT
            | {"can_confirm": True, "confirmation": Thing(key="k", email_address=Thing(email="ida@meadow.example"))},
        ),
        "email-confirm-late": ("account/email_confirm.html", OUT | {"confirmation": None}),
        "reauthenticate": ("account/reauthenticate.html", ways | {"form": Password()}),
        "mfa-reauthenticate": ("mfa/reauthenticate.html", ways | {"form": Code()}),
        "mfa-reauthenticate-key": ("mfa/webauthn/reauthenticate.html", types | plain | {"form": Credential()}),
        "mfa-authenticate": ("mfa/authenticate.html", entrance | {"form": Code(), "webauthn_form": Credential()}),
        "mfa-authenticate-refused": (
            "mfa/authenticate.html",
            entrance | {"form": Code({"code": ""}), "webauthn_form": Credential()},
        ),
        "mfa-index": (
            "mfa/index.html",
            types
            | {"authenticators": {"webauthn": [1], "recovery_codes": codes}, "is_mfa_enabled": True}
            | {"providers": [issuer]},
        ),
        "mfa-index-bare": ("mfa/index.html", types | {"authenticators": {}, "is_mfa_enabled": False}),
        "mfa-totp": ("mfa/totp/activate_form.html", {"form": Code(), "totp_svg": svg}),
        "mfa-totp-off": ("mfa/totp/deactivate_form.html", {"form": forms.Form()}),
        "mfa-codes": ("mfa/recovery_codes/index.html", shown),
        "mfa-codes-make": ("mfa/recovery_codes/generate.html", {"form": forms.Form(), "unused_code_count": 3}),
        "mfa-keys": ("mfa/webauthn/authenticator_list.html", {"authenticators": [key, old_key]}),
        "mfa-keys-none": ("mfa/webauthn/authenticator_list.html", {"authenticators": []}),
        "mfa-key-add": ("mfa/webauthn/add_form.html", types | {"form": Key()}),
        "mfa-key-rename": ("mfa/webauthn/edit_form.html", {"form": Password()}),
        "mfa-key-remove": ("mfa/webauthn/authenticator_confirm_delete.html", {"authenticator": "Key 1"}),
        "oidc": ("socialaccount/login.html", {"provider": Thing(name="id.example"), "onward": "#onward"}),
        "oidc-connections": ("socialaccount/connections.html", {"form": connected, "providers": [issuer]}),
        "oidc-not-connected": ("socialaccount/not_connected.html", OUT | {"name": "id.example", "by_mail": True}),
        "oidc-failed": ("socialaccount/authentication_error.html", OUT),
        "oidc-cancelled": ("socialaccount/login_cancelled.html", OUT),
        "oidc-signup": ("socialaccount/signup.html", OUT | plain | {"form": Login()}),
    }
