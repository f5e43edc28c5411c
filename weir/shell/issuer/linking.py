# SPDX-License-Identifier: Apache-2.0
"""Whom an issuer's word lets in: who connected it before, or, where the operator says so, whoever has the address."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from weir.shell.issuer.asking import Unbelieved

log = logging.getLogger("weir.web")


class Issuers(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """An issuer says who somebody is; that they belong here it cannot say."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Whoever is not connected is told how to connect, in the same words whether or not they have an account."""
        if sociallogin.state.get("process") != AuthProcess.CONNECT and not sociallogin.is_existing:
            named = {"name": sociallogin.provider.name, "by_mail": settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION}
            raise ImmediateHttpResponse(render(request, "socialaccount/not_connected.html", named, status=403))

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[Any, str] | None:
        """Only by an address that the issuer calls confirmed and that its holder confirmed here as well."""
        if not settings.SOCIALACCOUNT_EMAIL_AUTHENTICATION:
            return None
        said = [each.email for each in sociallogin.email_addresses if each.verified is True]
        here = EmailAddress.objects.filter(email__in=said, verified=True, primary=True, user__is_active=True)
        row = here.select_related("user").first()
        return (row.user, row.email) if row else None

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        """People read that it did not work; the operator reads why. Our own words only: others quote whole answers."""
        why = type(exception).__name__ if exception else f"it said no ({error}), or this browser never asked"
        if isinstance(exception, Unbelieved):
            why = str(exception)
        log.warning("sign-in through %s refused: %s", provider.name, why)
