# SPDX-License-Identifier: Apache-2.0
"""Pages that belong to no room: the first one, and the answers that Django itself would give."""

from __future__ import annotations

import logging
import secrets
import sys
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weir.foundation.actor import ActorKind
from weir.foundation.forms import Asked
from weir.kernel.errors import Invalid, Missing, Refused, Unavailable
from weir.shell import problems
from weir.shell.pages.navigation import navigation_for

log = logging.getLogger("weir.web")


@require_safe
def home(request: Asked) -> HttpResponse:
    """Three doors for strangers; for members, what they can go to."""
    actor = request.actor
    page = {
        "page_title": _("Home"),
        "doors": {"report": reverse("new-report"), "verify": reverse("log"), "join": reverse("apply")},
        "cards": [
            {"title": place.label, "text": TOLD.get(place.href, ""), "href": place.href, "count": None}
            for place in navigation_for(actor, request.path)
            if actor.kind is not ActorKind.ANONYMOUS
        ],
    }
    return render(request, "home.html", page)


TOLD = {
    "/report/": _("Say what you found; rough is fine."),
    "/reports/": _("What you sent, with receipts and proofs."),
    "/documents/": _("Files of your tools: how far each was read, and what came of it."),
    "/reports/clocks/": _("What was promised to finders, the next promise first."),
    "/scanning/": _("What you claim to scan, how near others are, and what to scan next."),
    "/findings/": _("What waits for a coordinator, the newest first."),
    "/organization/": _("Who belongs to it, what is shown to be yours, and how to invite."),
    "/acts/": _("What takes two people, and what one may do in an emergency."),
    "/administration/": _("Applications that wait, legal holds, duties."),
    "/log/": _("The signed log, and how to check a proof without us."),
}


@require_safe
def healthy(request: HttpRequest) -> HttpResponse:
    """For a proxy: the process answers, and so does its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problems.answer(request, Missing())


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return problems.answer(request, problems.TooLarge())
    return problems.answer(request, Invalid("The request cannot be read."), status=400)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problems.answer(request, Refused())


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of ours, or from one that is too old."""
    hint = _("Load the page again and send it once more. Cookies must be allowed for this site.")
    return problems.answer(request, Refused(_("This form did not come from a page of this site."), hint=hint))


def broken(request: HttpRequest) -> HttpResponse:
    """What went wrong outside every view. Told to the log, under a reference; the page says no more than that."""
    reference = secrets.token_hex(6)
    log.error("unexpected error around the views, reference %s", reference, exc_info=sys.exc_info())
    return problems.answer(request, Unavailable(_("Something went wrong here.")), status=503, reference=reference)


def too_fast(request: HttpRequest) -> HttpResponse:
    """Too many tries to sign in, or to do what allauth counts."""
    return problems.answer(request, TooManyTries())


class TooManyTries(problems.Spoken, Unavailable):
    """That were too many tries in a short time."""

    http_status = HTTPStatus.TOO_MANY_REQUESTS
    hint = "Wait five minutes, then try again."
    headers = (("Retry-After", "300"),)
