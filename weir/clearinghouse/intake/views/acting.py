# SPDX-License-Identifier: Apache-2.0
"""One act on one report: its form, and what is sent with it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from weir.clearinghouse.intake import reads
from weir.clearinghouse.intake.forms import as_parameters
from weir.clearinghouse.intake.terms import ReportId
from weir.clearinghouse.intake.views.acts import WAYS
from weir.foundation.forms import Asked, act, keyed, onward


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act_on_report(request: Asked, number: str, what: str) -> HttpResponse:
    """The form of the act, and the report's page once it has happened."""
    way, report = WAYS.get(what), ReportId.parse(number)
    if way is None:
        raise Http404
    found = reads.read_report(request.actor, report)
    attempt = act(request, way.form(), way.verb, lambda given: as_parameters(given) | {"report": report})
    if attempt.outcome is not None:
        return onward(request, reverse("report", args=[report]), way.done)
    page = {
        "page_title": way.label,
        "title": found.submission.title,
        "label": way.label,
        "lead": way.lead,
        "action": keyed(reverse("act-on-report", args=[report, what]), request),
        "form": attempt.form,
        "hidden": (),
        "back_href": reverse("report", args=[report]),
    }
    return render(request, "intake/act.html", page, status=attempt.status)
