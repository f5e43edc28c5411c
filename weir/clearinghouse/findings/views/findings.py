# SPDX-License-Identifier: Apache-2.0
"""One finding; and what is told to whoever sent a report that turned out to be a duplicate."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weir.clearinghouse.findings import reads
from weir.clearinghouse.findings.forms import LABELS, STAGES
from weir.clearinghouse.findings.terms import Finding, FindingId
from weir.clearinghouse.intake.terms import ReportId
from weir.foundation.actor import Actor
from weir.foundation.forms import Asked
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.terms import EntryLine

HAPPENED = {
    "intake.receive_report": _("A report was received and sealed."),
    "intake.receive_document": _("A document was received and sealed."),
    "findings.correlate_report": _("The report was given its finding."),
    "findings.take_finding": _("Somebody took it on."),
    "findings.hand_back_finding": _("It was handed back."),
    "findings.record_names": _("The names under which a source knows it were recorded."),
    "ledger.note_reading": _("Somebody opened what is sealed."),
}


@require_safe
@login_required
def show_finding(request: Asked, number: str) -> HttpResponse:
    """One finding, what was recorded about it, and the reports behind it."""
    actor = request.actor
    found = reads.read_finding(actor, FindingId.parse(number))
    course = [*_beginning(actor, found), *_course(actor, found.id)]
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
        "merged_into": [_linked(each) for each in found.merged_into],
        "parts": [_linked(each) for each in found.parts],
        "journey": [
            {"label": station, "state": "now" if station == stations[-1] else "done", "at": None}
            for station in stations
        ],
        "facts": [_fact(line) for line in course],
        "reports": [
            {"number": each.id, "received": each.received_at, "href": reverse("report", args=[each.id])}
            for each in found.reports
        ],
        "items": [
            {
                "title": each.title,
                "tool": " ".join(filter(None, (each.tool, each.rule))),
                "place": each.place,
                "received": each.received_at,
                "document": each.document,
            }
            for each in found.items
        ],
        "more_items": found.item_count - len(found.items),
        "waiting": found.waiting,
    }
    return render(request, "findings/finding.html", {"page_title": found.id, "finding": shown})


@require_safe
@login_required
def show_standing(request: Asked, number: str) -> HttpResponse:
    """Whether a report is known to be a duplicate. Until its own proof was reproduced here, the page says the same of
    every report.
    """
    report = ReportId.parse(number)
    notice = reads.duplicate_notice(request.actor, report)
    page = {
        "page_title": _("Is it held already?"),
        "report": {"number": report, "href": reverse("report", args=[report])},
        "stage": STAGES[notice.stage] if notice.stage else None,
    }
    return render(request, "findings/standing.html", page)


def _linked(number: FindingId) -> dict[str, str]:
    return {"number": number, "href": reverse("finding", args=[number])}


def _beginning(actor: Actor, found: Finding) -> list[EntryLine]:
    """What was done to whatever led to it first. Of a document, which speaks of much else, only that it came."""
    if found.reports:
        return _course(actor, found.reports[0].id)
    came = _course(actor, found.items[0].document) if found.items else []
    return [line for line in came if line.kind == "intake.receive_document"]


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
