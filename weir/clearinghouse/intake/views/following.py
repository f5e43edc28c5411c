# SPDX-License-Identifier: Apache-2.0
"""One's own reports, each with its course; and the coordinators' list of promises."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from weir.clearinghouse.intake import reads
from weir.clearinghouse.intake.terms import ClockLine, ClockState, ReportId, ReportLine, ReportState
from weir.clearinghouse.intake.views.acts import ways_for
from weir.clearinghouse.intake.views.drawn import LABELS, OWED, drawn
from weir.foundation.forms import Asked


@require_safe
@login_required
def show_report(request: Asked, number: str) -> HttpResponse:
    """A report with its receipt, what is awaited and until when, and all that happened."""
    actor, report = request.actor, ReportId.parse(number)
    found, course = reads.read_report(actor, report), reads.read_course(actor, report)
    actions = [
        {"label": way.label, "href": reverse("act-on-report", args=[report, way.act]), "hidden": ()}
        for way in ways_for(actor, found, course)
    ]
    if found.submitter == actor.id and found.state is not ReportState.WITHDRAWN:
        actions.append({"label": _("Attach a file"), "href": reverse("attach-to-report", args=[report]), "hidden": ()})
    shown = drawn(actor, found, course, actions)
    return render(request, "intake/receipt.html", {"page_title": found.submission.title, "report": shown})


@require_safe
@login_required
def my_reports(request: Asked) -> HttpResponse:
    """What this actor has sent, newest first."""
    page = reads.list_reports(request.actor, after=request.GET.get("after", ""))
    staff = request.actor.staff and "coordinator" in request.actor.roles
    context = {
        "page_title": _("My reports"),
        "rows": [_row(line) for line in page.lines],
        "prev_href": None,
        "next_href": f"?{urlencode({'after': page.after})}" if page.after else None,
        "report_href": reverse("new-report"),
        "clocks_href": reverse("clocks") if staff else None,
        "empty_reason": _("When you send one, it is listed here with its receipt."),
    }
    return render(request, "intake/my_reports.html", context)


@require_safe
@login_required
def clocks(request: Asked) -> HttpResponse:
    """Reports that wait for a coordinator's word, the next promise first."""
    context = {
        "page_title": _("Promises to finders"),
        "rows": [_clock_row(line) for line in reads.list_clocks(request.actor)],
    }
    return render(request, "intake/clocks.html", context)


def _row(line: ReportLine) -> dict[str, Any]:
    return {
        "number": line.id,
        "href": f"/reports/{line.id}/",  # said plainly, as on the queue
        "title": line.title,
        "state": line.state,
        "state_label": LABELS[line.state],
        "received": line.received_at,
        "target": line.component,
        "next_at": line.next_at,
        "awaited": _awaited(line),
    }


def _awaited(line: ReportLine) -> str:
    if line.state is ReportState.WITHDRAWN:
        return ""
    if line.asked:
        return _("Your answer is awaited")
    if line.lacks:
        return ngettext("%(n)s of six parts is missing", "%(n)s of six parts are missing", line.lacks) % {
            "n": line.lacks
        }
    return _("All six parts are there")


def _clock_row(line: ClockLine) -> dict[str, Any]:
    nearest = min(line.clocks, key=lambda clock: clock.due)
    missed = nearest.state is ClockState.MISSED
    paused = nearest.state is ClockState.PAUSED
    return {
        "number": line.id,
        "href": f"/reports/{line.id}/",
        "state": "overdue" if missed else line.state,
        "state_label": _("overdue") if missed else LABELS[line.state],
        "received": line.received_at,
        "label": OWED[nearest.name],
        "due": nearest.due,
        "waits": line.needs.next_on.isoformat() if line.needs and paused else None,
    }
