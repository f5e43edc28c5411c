# SPDX-License-Identifier: Apache-2.0
"""Passkeys as they sign in: allauth checks the signature, and here the counter beside it is checked too.

A device counts its signatures. One that shows no more than it had shown before is not the only one with that key.
"""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from fido2.webauthn import AuthenticationResponse

from weir.foundation.actor import SYSTEM
from weir.foundation.identity.accounts import counts_on
from weir.foundation.identity.terms import PersonId
from weir.foundation.identity.verbs import record_copied_key
from weir.shell.clock import now


class SecondFactor(AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """After the password."""

    def clean_credential(self) -> Authenticator:
        shown = self.cleaned_data["credential"]
        key = super().clean_credential()
        _refuse_a_copy(key, AuthenticationResponse.from_dict(shown).response.authenticator_data.counter)
        return key

    def clean(self) -> None:
        """The field is hidden: what is wrong with it is said of the form."""
        for wrong in self.errors.get("credential", []):
            self.add_error(None, wrong)


class Alone(SecondFactor, LoginWebAuthnForm):  # type: ignore[misc]  # as above
    """Instead of the password."""


class Again(SecondFactor, ReauthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    """Before something that asks again who it is."""


def _refuse_a_copy(key: Authenticator, counter: int) -> None:
    try:
        if counts_on(key, counter):
            return
    except Authenticator.DoesNotExist:  # removed in this very moment
        raise get_adapter().validation_error("incorrect_code") from None
    record_copied_key(SYSTEM, PersonId(key.user.number), now=now())
    raise ValidationError(
        _(
            "This passkey was refused, because somebody may hold a copy of it. Sign in in another way, remove it, and"
            " add it anew. A letter to you says more."
        )
    )
