# SPDX-License-Identifier: Apache-2.0
"""How people come in: the first administrator, an application, an invitation."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from weir.foundation.actor import ActorKind
from weir.foundation.forms import Asked, Form, act, keyed, onward, tried
from weir.foundation.identity import reads
from weir.foundation.identity.accounts import encoded
from weir.foundation.identity.forms import application_form, first_administrator_form, new_account_form
from weir.foundation.identity.terms import DoorShut, Membership
from weir.foundation.identity.verbs import accept_invitation, apply, claim_first_administrator
from weir.foundation.transactions import reading

_PARTS = re.compile(r"\n(?=\d+\. )|\n\n+")


@require_http_methods(["GET", "HEAD", "POST"])
def first_administrator(request: Asked) -> HttpResponseBase:
    """The door for whoever sits at the terminal. Open while nobody administers this instance."""
    with reading(request.actor):
        if reads.has_administrator():
            raise DoorShut

    def claim(given: dict[str, Any]) -> Membership:
        password = given.pop("password", "")
        given["encoded_password"] = encoded(password, given.get("email", ""), given.get("name", ""))
        read = claim_first_administrator.shape.read(given)
        return claim_first_administrator(request.actor, **read, now=request.now)

    attempt = tried(request, first_administrator_form(), claim)
    if attempt.outcome is None:
        return _first(request, attempt.form, attempt.status)
    return _sign_in(request, request.POST["email"].strip().lower(), request.POST["password"])


def _first(request: HttpRequest, form: Form, status: int = 200) -> HttpResponse:
    page = {"page_title": _("First administrator"), "action": reverse("first-administrator"), "form": form}
    return render(request, "identity/first_administrator.html", page, status=status)


def _sign_in(request: HttpRequest, email: str, password: str) -> HttpResponseBase:
    """Straight on, through the same stages as everybody: what comes next is the second factor."""
    person = authenticate(request, email=email, password=password)
    if person is None:
        return redirect("account_login")
    answer: HttpResponseBase = perform_password_login(request, {"email": email}, Login(user=person, email=email))
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def apply_to_join(request: Asked) -> HttpResponse:
    """An organization asks to take part. Everybody gets the same answer, and at the same time."""
    attempt = act(request, application_form(), apply, lambda given: given | _agreed(request))
    if attempt.outcome is None:
        return _application(request, attempt.form, attempt.status)
    return onward(request, "home", _("Your application was received. The answer comes by mail."))


def _application(request: Asked, form: Form, status: int = 200) -> HttpResponse:
    page = {"page_title": _("Join"), "action": keyed(reverse("apply"), request), "form": form, "terms": _terms()}
    return render(request, "identity/apply.html", page, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: Asked, secret: str) -> HttpResponse:
    """What an invitation offers, and taking it up. Spent, forged and expired links all look the same."""
    with reading(request.actor):
        offer = reads.offer_behind(secret, request.now)
    stranger = request.actor.kind is ActorKind.ANONYMOUS
    form = new_account_form() if stranger else Form(())

    def take_up(given: dict[str, Any]) -> Membership:
        if stranger:
            given["encoded_password"] = encoded(given.pop("password", ""), "", given.get("name", ""))
        read = accept_invitation.shape.read(given | {"secret": secret} | _agreed(request))
        return accept_invitation(request.actor, **read, now=request.now)

    attempt = tried(request, form, take_up)
    if attempt.outcome:
        said = _("You belong to %(who)s now.") % {"who": offer.organization}
        if stranger:
            return onward(request, "account_login", said + " " + _("Sign in with the address that the letter came to."))
        return onward(request, "organization", said)
    page = {
        "page_title": _("Invitation"),
        "action": reverse("join", args=[secret]),
        "form": attempt.form,
        "terms": _terms(),
        "invitation": {
            "organization": offer.organization,
            "inviter": offer.invited_by,
            "roles": offer.roles,
            "until": offer.expires,
        },
        "stranger": stranger,
    }
    return render(request, "identity/invitation.html", page, status=attempt.status)


def _agreed(request: HttpRequest) -> dict[str, str]:
    """The digest of the terms that the page showed, which the verb compares with those in force."""
    return {"terms": request.POST.get("terms_digest", "")}


def _terms() -> dict[str, str]:
    terms = reads.terms_in_force()
    # Every word of the text and none beside; only its heading, line ends and emphasis are drawn by the page.
    title, _gap, text = terms.text.partition("\n")
    paragraphs = (" ".join(part.split()) for part in _PARTS.split(text.strip()))
    return {"title": title.lstrip("# "), "text": "\n\n".join(paragraphs).replace("**", ""), "digest": terms.digest}
