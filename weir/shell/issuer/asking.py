# SPDX-License-Identifier: Apache-2.0
"""Asking the issuer: its description of itself, its keys, and the token that it signed for this browser."""

from __future__ import annotations

from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from requests import RequestException

from weir.shell.clock import now
from weir.shell.issuer import rules

# Times and names are for the rules, which know our clock and say what is wrong.
_SIGNATURE_ONLY: Any = {"verify_signature": True} | dict.fromkeys(
    ("verify_exp", "verify_iat", "verify_nbf", "verify_aud", "verify_iss", "verify_sub", "verify_jti"), False
)


class Unbelieved(OAuth2Error):  # type: ignore[misc]  # allauth ships no types
    """Why an answer is not believed, in words that may stand in a log."""


class Asking(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # as above
    """One sign-in. allauth trusts a token that came straight from the token address; we look at its signature as well,
    at the nonce, and at who is meant, and what is wrong reaches its caller as the error that it draws our page for.
    """

    nonce = ""
    _described: dict[str, str] | None = None

    @property
    def openid_config(self) -> dict[str, str]:
        """Where to ask. Read anew for each sign-in: issuers change keys and addresses."""
        if not self._described:
            provider = self.get_provider()
            document = _fetched(provider.server_url)
            self._described = _believed(rules.check_discovery, document, provider.app.settings["server_url"])
        return self._described

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """The one address that the issuer was told of, whatever name the browser called us by."""
        return f"{settings.PUBLIC_URL}{reverse('openid_connect_callback', args=[self.provider_id])}"

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        self.nonce = _believed(rules.nonce_of, pkce_code_verifier or "")
        try:
            data: dict[str, Any] = super().get_access_token_data(request, app, client, pkce_code_verifier)
        except (KeyError, ValueError, TypeError) as no:
            raise Unbelieved("The issuer's answer to the code cannot be read.") from no
        return data

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """For one question at most; it is not kept."""
        return SocialToken(token=str(data["access_token"]))

    def complete_login(self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any) -> SocialLogin:
        claims = self._signed(kwargs["response"].get("id_token"))
        issuer, by_mail = app.settings["server_url"], settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION
        expected = {"issuer": issuer, "client": app.client_id, "nonce": self.nonce, "now": now()}
        _believed(rules.named, claims, **expected)
        if by_mail and "email" not in claims and "userinfo_endpoint" in self.openid_config:
            claims = _believed(rules.joined, claims, self._about(token.token))
        return self.get_provider().sociallogin_from_response(request, _believed(rules.named, claims, **expected))

    def _signed(self, token: object) -> dict[str, Any]:
        """What the token says, if one of the issuer's own keys signed it."""
        if not isinstance(token, str):
            raise Unbelieved("The issuer sent no token that says who it is.")
        try:
            key = self._key(jwt.get_unverified_header(token))
            claims: dict[str, Any] = jwt.decode(token, key, [key.algorithm_name], _SIGNATURE_ONLY)
        except (jwt.PyJWTError, KeyError, ValueError, TypeError) as no:
            raise Unbelieved("The token's signature is not the issuer's.") from no
        return claims

    def _key(self, header: dict[str, Any]) -> jwt.PyJWK:
        """The key that the token names; a token that names none was signed by the only one there is."""
        keys = jwt.PyJWKSet.from_dict(_fetched(self.openid_config["jwks_uri"])).keys
        fitting = [key for key in keys if key.algorithm_name in rules.ALGORITHMS]
        named = [key for key in fitting if key.key_id == header["kid"]] if "kid" in header else fitting
        if len(named) != 1:
            raise Unbelieved("The token was signed with a key that the issuer does not publish.")
        return named[0]

    def _about(self, access_token: str) -> Any:
        return _fetched(self.openid_config["userinfo_endpoint"], Authorization=f"Bearer {access_token}")


def _fetched(url: str, **headers: str) -> Any:
    """What stands at an address of the issuer. Nobody is led elsewhere: each address was checked."""
    if not rules.guarded(url):
        raise Unbelieved("The issuer names an address without https.")
    try:
        with get_adapter().get_requests_session() as session:
            answer = session.get(url, headers=headers, allow_redirects=False)
            answer.raise_for_status()
            return answer.json()
    except (RequestException, ValueError) as no:
        raise Unbelieved("The issuer does not answer.") from no


def _believed(rule: Any, *given: Any, **expected: Any) -> Any:
    """A rule's answer; its no in the word that allauth understands."""
    try:
        return rule(*given, **expected)
    except rules.NotBelieved as no:
        raise Unbelieved(str(no)) from no
