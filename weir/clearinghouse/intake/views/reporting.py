# SPDX-License-Identifier: Apache-2.0
"""Reporting, and the receipt of a report without a name."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from weir.clearinghouse.intake.forms import MAIN, as_parameters, report_form
from weir.clearinghouse.intake.terms import Received, ReportState
from weir.clearinghouse.intake.verbs import receive_report
from weir.clearinghouse.intake.views.drawn import LABELS, receipt
from weir.foundation.actor import ActorKind
from weir.foundation.forms import Asked, Tried, act, keyed
from weir.foundation.ledger import reads as ledger
from weir.foundation.verb import Done
from weir.kernel.errors import Conflict

AS_ONESELF = "&as=oneself"


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Asked) -> HttpResponse:
    """The form, and what is sent with it. Its key makes a double click one report."""
    attempt = act(request, report_form(), receive_report, lambda given: _as_meant(request, given))
    if attempt.outcome is None:
        return _form(request, attempt)
    if request.actor.kind is ActorKind.ANONYMOUS:
        return _receipt_without_a_name(request, attempt.outcome, request.POST["title"])
    return redirect("report", number=attempt.outcome.outcome.id)


def _as_meant(request: Asked, given: dict[str, Any]) -> dict[str, Any]:
    """A report goes under the name that its form promised, or not yet."""
    if request.GET.get("as") and request.actor.kind is ActorKind.ANONYMOUS:
        raise NoLongerYou
    return as_parameters(given)


class NoLongerYou(Conflict):
    """You have been signed out meanwhile, so this report would go without your name."""

    hint = "Sign in in another window and send it here again; or send it as it is, without a name."


def _form(request: Asked, attempt: Tried[Any]) -> HttpResponse:
    anonymous = request.actor.kind is ActorKind.ANONYMOUS
    page = {
        "page_title": _("Report a vulnerability"),
        "action": keyed(reverse("new-report"), request) + ("" if anonymous else AS_ONESELF),
        "form": attempt.form,
        "first": MAIN,
        "anonymous": anonymous,
    }
    return render(request, "intake/report_form.html", page, status=attempt.status)


def _receipt_without_a_name(request: HttpRequest, done: Done[Received], title: str) -> HttpResponse:
    """Shown in answer to the form, once: a code that stood behind an address could be read over a shoulder later.

    The receipt is on the page itself, since nobody without a name can ask for it again.
    """
    received = done.outcome
    shown = receipt(
        number=received.id,
        spoken=received.id.spoken(),
        title=title,
        received=received.received_at,
        receipt=ledger.receipt(done.entry, received.id),
        claim_code=received.claim_code or None,
        again=done.again,
        state=LABELS[ReportState.RECEIVED],
    )
    return render(request, "intake/receipt.html", {"page_title": title, "report": shown}, status=201)
