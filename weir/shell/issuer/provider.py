# SPDX-License-Identifier: Apache-2.0
"""The issuer as allauth knows it: how it is asked, and what is taken from its answer."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest

from weir.shell.issuer import rules
from weir.shell.issuer.asking import Asking

DISCOVERY = "/.well-known/openid-configuration"


class Issuer(OpenIDConnectProvider):  # type: ignore[misc]  # allauth ships no types
    """Asked for no more than who somebody is and where their mail goes; nothing in an address can ask for more."""

    oauth2_adapter_class = Asking

    @property
    def server_url(self) -> str:
        return f"{self.app.settings['server_url'].rstrip('/')}{DISCOVERY}"

    def get_scope(self) -> list[str]:
        return ["openid", "email"]

    def get_pkce_params(self) -> dict[str, Any]:
        """Always: code and token then fit this browser only, even if somebody on the way has read the code."""
        proof: dict[str, Any] = generate_code_challenge()
        return proof | {"nonce": rules.nonce_of(proof["code_verifier"])}

    def extract_uid(self, data: rules.Named) -> str:
        return data.uid

    def extract_extra_data(self, data: rules.Named) -> dict[str, Any]:
        """Nothing is kept beside the mark: what the issuer tells of people is not ours to collect."""
        return {}

    def extract_common_fields(self, data: rules.Named) -> dict[str, Any]:
        return {"email": data.email} if data.email else {}

    def extract_email_addresses(self, data: rules.Named) -> list[EmailAddress]:
        return [EmailAddress(email=data.email, verified=True, primary=True)] if data.email else []

    def get_oauth2_adapter(self, request: HttpRequest) -> Asking:
        return Asking(request, self.app.provider_id)
