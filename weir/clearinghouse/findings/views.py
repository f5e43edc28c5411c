# SPDX-License-Identifier: Apache-2.0
"""The coordinators' queue, and one finding."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weir.clearinghouse.findings import reads
from weir.clearinghouse.findings.terms import FindingId, FindingLine, FindingState
from weir.foundation.actor import Actor
from weir.foundation.forms import Asked, Field
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.terms import EntryLine
from weir.foundation.question import Page
from weir.kernel.errors import Invalid
from weir.kernel.moments import Moment

LABELS = {FindingState.OPEN: _("open"), FindingState.MERGED: _("merged")}
HAPPENED = {
    "intake.receive_report": _("A report was received and sealed."),
    "findings.correlate_report": _("The report was given its finding."),
    "ledger.note_reading": _("Somebody opened what is sealed."),
}


@require_safe
@login_required
def queue(request: Asked) -> HttpResponse:
    """Findings that this actor may see, newest first, narrowed by state."""
    state = request.GET.get("state", "")
    if state and state not in set(FindingState):
        raise Invalid("There is no such state.", faults={"/state": "is one of " + ", ".join(FindingState)})
    wanted = FindingState(state) if state else None
    page = reads.list_findings(request.actor, state=wanted, after=request.GET.get("after", ""))
    return draw_queue(request, page, state)


def draw_queue(request: HttpRequest, page: Page[FindingLine], state: str = "") -> HttpResponse:
    """These lines as the queue shows them."""
    address = reverse("queue")
    states = (("", _("every state")), *((value.value, label) for value, label in LABELS.items()))
    further = urlencode({"after": page.after} | ({"state": state} if state else {}))
    context = {
        "page_title": _("Queue"),
        "action": address,
        "rows": [_row(line) for line in page.lines],
        "filters": {
            "fields": [Field("state", _("State"), kind="select", options=states, value=state)],
            "active": bool(state),
            "reset_href": address,
        },
        "prev_href": None,
        "next_href": f"{address}?{further}" if page.after else None,
        "shown": len(page.lines),
        "empty_reason": _("Nothing here has this state.") if state else _("What concerns you will stand here."),
    }
    return render(request, "findings/queue.html", context)


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the template takes it. No mapping: a template would look for attributes first, fifty times seven."""

    number: str
    href: str
    title: str
    target: str
    state: str
    state_label: str
    received: Moment
    reports: int
    marking: str


def _row(line: FindingLine) -> Row:
    return Row(
        number=str(line.id),
        href=f"/findings/{line.id}/",  # said plainly: fifty look-ups of the address would be a third of the page
        title=line.title,
        target=line.target,
        state=line.state.value,
        state_label=LABELS[line.state],
        received=line.received_at,
        reports=line.reports,
        marking=line.marking,
    )


@require_safe
@login_required
def show_finding(request: Asked, number: str) -> HttpResponse:
    """One finding, what was recorded about it, and the reports behind it."""
    actor = request.actor
    found = reads.read_finding(actor, FindingId.parse(number))
    course = (
        [*_course(actor, found.reports[0].id), *_course(actor, found.id)] if found.reports else _course(actor, found.id)
    )
    stations = list(
        dict.fromkeys(line.kind.partition(".")[0] for line in course if not line.kind.startswith("ledger."))
    )
    shown = {
        "number": found.id,
        "spoken": found.id.spoken(),
        "title": found.title,
        "state": found.state,
        "state_label": LABELS[found.state],
        "marking": found.marking,
        "received": found.received_at,
        "target": found.target,
        "journey": [
            {"label": station, "state": "now" if station == stations[-1] else "done", "at": None}
            for station in stations
        ],
        "facts": [_fact(line) for line in course],
        "reports": [
            {"number": each.id, "received": each.received_at, "href": reverse("report", args=[each.id])}
            for each in found.reports
        ],
    }
    return render(request, "findings/finding.html", {"page_title": found.id, "finding": shown})


def _course(actor: Actor, about: str) -> list[EntryLine]:
    """What was done to it, in order. An opening by somebody whom the reader may not know has no leaf, and no place."""
    return [line for line in reversed(ledger.entries_about(actor, about).lines) if line.leaf]


def _fact(line: EntryLine) -> dict[str, object]:
    return {
        "station": line.kind.partition(".")[0],
        "text": HAPPENED.get(line.kind) or line.kind.partition(".")[2].replace("_", " "),
        "at": line.at,
        "entry": line.leaf[:12],
        "proof_url": reverse("proof", args=[line.leaf]) if line.provable else None,
    }
