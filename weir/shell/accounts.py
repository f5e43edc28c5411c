# SPDX-License-Identifier: Apache-2.0
"""Signing in: from a browser's session or a program's token to the actor that every verb takes first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse

from weir.foundation.actor import ANONYMOUS, SYSTEM
from weir.foundation.identity.accounts import Present, actor_of_token, present_in_session
from weir.foundation.identity.rules import address
from weir.foundation.identity.terms import Credential, PersonId
from weir.foundation.identity.verbs import record_email
from weir.foundation.identity.views import CHOSEN
from weir.kernel.errors import Invalid, Refused
from weir.kernel.moments import Moment
from weir.shell import rates
from weir.shell.clock import now

IDLE = timedelta(hours=1)
LONGEST = timedelta(hours=12)
JUST_NOW = timedelta(minutes=5)
_SEEN = "seen"
_SEEN_EVERY = 300  # seconds: a session that was written at each page would make readers wait for writers
_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class NotAToken(Refused):
    """The Authorization header holds no token of Weir."""

    hint = "Send `Authorization: Bearer weir_...`; tokens are made on the page /tokens/."


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """People come by invitation, application or the first door, so nobody signs up here by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """As the API counts strangers: a proxy's word counts only where the operator trusts the proxy."""
        return rates.network_of(rates.address_of(request))

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """Not for who signed in a moment ago: the first thing that staff does is to set up a second factor."""
        return super().is_reauthentication_required(app=app) and not _just_signed_in(self.request)

    def clean_email(self, email: str) -> str:
        """As strictly as the verb that keeps it, and while somebody can still correct it."""
        try:
            return address(email)
        except Invalid as error:
            raise ValidationError(error.sentence) from None

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Only one that was never confirmed: to take the place of the other, an address must be confirmed."""
        return not email_address.verified and email_address.email != email_address.user.email


@receiver(pre_save, sender=EmailAddress)
def _another_address_is_recorded_first(instance: EmailAddress, **_: object) -> None:
    """However allauth comes to make an address the main one, it saves it as such, and the verb is before it.

    Stop after the verb: the person has the new address, dated; the link in the letter still works, for the rest.
    """
    person = instance.user
    if instance.primary and instance.email != person.email:
        record_email(SYSTEM, PersonId(person.number), instance.email, now=now())
        person.refresh_from_db(fields=["email", "contact_changed"])


@receiver(authenticator_added)
def _first_factor_was_just_shown(request: HttpRequest, user: Any, authenticator: Any, **_: object) -> None:
    """Who sets up the first factor has just used it. A further one proves nothing: a password was enough to add it."""
    others = Authenticator.objects.filter(user=user, type__in=_FACTORS).exclude(pk=authenticator.pk)
    if authenticator.type in _FACTORS and not others.exists():
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def _just_signed_in(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return bool(records) and now().timestamp() - float(records[-1]["at"]) < JUST_NOW.total_seconds()


def present(request: HttpRequest) -> Present:
    """Who looks at this page: asked of the session once, and kept with the request."""
    if not hasattr(request, "present"):
        request.present = present_of(request)  # type: ignore[attr-defined]  # ours
    kept: Present = request.present  # type: ignore[attr-defined]  # as above
    return kept


def present_of(request: HttpRequest) -> Present:
    """Who looks at this page, as the session says now."""
    person = request.user
    if not person.is_authenticated:
        return Present(ANONYMOUS)
    proven = {record.get("method") for record in get_authentication_records(request, person)}
    # What the issuer asked of them, we do not see: whether it counts is the operator's word, and no by default.
    second_factor = "mfa" in proven or (settings.OIDC_SECOND_FACTOR and "socialaccount" in proven)
    return present_in_session(person, request.session.get(CHOSEN, ""), second_factor=second_factor, now=now())


def end_if_over(request: HttpRequest, at: Moment) -> None:
    """A session ends an hour after it was last used, and twelve hours after signing in, whatever the cookie says."""
    if not request.user.is_authenticated:
        return
    seconds = int(at.timestamp())
    seen = int(request.session.get(_SEEN, seconds))
    records = get_authentication_records(request, request.user)
    began = min((float(record["at"]) for record in records), default=seconds)
    if seconds - seen > IDLE.total_seconds() or seconds - began > LONGEST.total_seconds():
        logout(request)
    elif seconds - seen > _SEEN_EVERY or _SEEN not in request.session:
        request.session[_SEEN] = seconds


def lacks_second_factor(request: HttpRequest) -> str:
    """Where somebody of the staff shows or sets up a second factor; empty for everybody who need not."""
    actor = present(request).actor
    if not actor.staff or actor.second_factor:
        return ""
    return _shows_factor_at(request) or reverse("mfa_index")


def must_show_factor_first(request: HttpRequest) -> str:
    """Where somebody shows a factor that they have, before they change any; empty if they did, or have none.

    Otherwise a session from before the first factor, and a password, could take the factor away.
    """
    if not request.user.is_authenticated or present(request).actor.second_factor:
        return ""
    return _shows_factor_at(request)


def _shows_factor_at(request: HttpRequest) -> str:
    ways = Accounts(request).get_reauthentication_methods(request.user)
    return next((str(way["url"]) for way in ways if way["id"] != "reauthenticate"), "")


@dataclass(frozen=True)
class Shown:
    """The person as the head of each page shows them to themselves."""

    name: str
    org_name: str
    roles: tuple[str, ...]
    staff: bool


def shown(person: Any, present: Present) -> Shown:
    """Whose page this is, in words."""
    actor = present.actor
    return Shown(person.name or person.email, present.organization, tuple(sorted(actor.roles)), actor.staff)


@dataclass(frozen=True)
class Provider:
    """Somebody else who says who people are."""

    name: str
    href: str
    connect: str


def providers() -> tuple[Provider, ...]:
    """For the pages about signing in: the issuer that the operator's settings name, or none."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return tuple(Provider(app["name"], *_addresses(app["provider_id"])) for app in apps)


def _addresses(provider: str) -> tuple[str, str]:
    return reverse("openid_connect_login", args=[provider]), reverse("openid_connect_connect", args=[provider])


def credential_of(header: str) -> Credential:
    """Whose token stands in an Authorization header."""
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise NotAToken
    return actor_of_token(secret.strip(), now())
