# SPDX-License-Identifier: Apache-2.0
"""Reporting, the receipt, and one's own reports."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from weir.clearinghouse.intake import reads
from weir.clearinghouse.intake.forms import report_form
from weir.clearinghouse.intake.terms import Received, ReportId, ReportLine, ReportState
from weir.clearinghouse.intake.verbs import receive_report
from weir.foundation.actor import ActorKind
from weir.foundation.forms import Asked, Tried, act, keyed
from weir.foundation.ledger import reads as ledger
from weir.foundation.verb import Done
from weir.kernel.errors import Conflict

LABELS = {ReportState.RECEIVED: _("received"), ReportState.WITHDRAWN: _("withdrawn")}
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
    return given


class NoLongerYou(Conflict):
    """You have been signed out meanwhile, so this report would go without your name."""

    hint = "Sign in in another window and send it here again; or send it as it is, without a name."


def _form(request: Asked, attempt: Tried[Any]) -> HttpResponse:
    anonymous = request.actor.kind is ActorKind.ANONYMOUS
    page = {
        "page_title": _("Report a vulnerability"),
        "action": keyed(reverse("new-report"), request) + ("" if anonymous else AS_ONESELF),
        "form": attempt.form,
        "anonymous": anonymous,
    }
    return render(request, "intake/report_form.html", page, status=attempt.status)


def _receipt_without_a_name(request: HttpRequest, done: Done[Received], title: str) -> HttpResponse:
    """Shown in answer to the form, once: a code that stood behind an address could be read over a shoulder later.

    The receipt is on the page itself, since nobody without a name can ask for it again.
    """
    received = done.outcome
    shown = {
        "number": received.id,
        "spoken": received.id.spoken(),
        "title": title,
        "received": received.received_at,
        "receipt_url": None,
        "receipt": ledger.receipt(done.entry, received.id),
        "proof_url": None,
        "claim_code": received.claim_code or None,
        "again": done.again,
        "checklist": (),
        "clocks": (),
        "state": LABELS[ReportState.RECEIVED],
    }
    return render(request, "intake/receipt.html", {"page_title": title, "report": shown}, status=201)


@require_safe
@login_required
def show_report(request: Asked, number: str) -> HttpResponse:
    """One's own report with its receipt and, after the next tick, its proof."""
    actor = request.actor
    found = reads.read_report(actor, ReportId.parse(number))
    entry = ledger.first_entry_about(actor, found.id, receive_report.name)
    shown = {
        "number": found.id,
        "spoken": found.id.spoken(),
        "title": found.submission.title,
        "received": found.received_at,
        "receipt_url": reverse("receipt", args=[entry.leaf]),
        "proof_url": reverse("proof", args=[entry.leaf]) if entry.provable else None,
        "receipt": None,
        "claim_code": None,
        "again": False,
        "checklist": found.checklist,
        "clocks": (),
        "state": LABELS[found.state],
    }
    return render(request, "intake/receipt.html", {"page_title": found.submission.title, "report": shown})


@require_safe
@login_required
def my_reports(request: Asked) -> HttpResponse:
    """What this actor has sent, newest first."""
    page = reads.list_reports(request.actor, after=request.GET.get("after", ""))
    context = {
        "page_title": _("My reports"),
        "rows": [_row(line) for line in page.lines],
        "prev_href": None,
        "next_href": f"?{urlencode({'after': page.after})}" if page.after else None,
        "report_href": reverse("new-report"),
        "empty_reason": _("When you send one, it is listed here with its receipt."),
    }
    return render(request, "intake/my_reports.html", context)


def _row(line: ReportLine) -> dict[str, object]:
    return {
        "number": line.id,
        "href": f"/reports/{line.id}/",  # said plainly, as on the queue
        "title": line.title,
        "state": line.state,
        "state_label": LABELS[line.state],
        "received": line.received_at,
        "target": line.component,
        "marking": "TLP:AMBER+STRICT",
    }
