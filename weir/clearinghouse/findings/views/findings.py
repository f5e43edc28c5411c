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
from weir.clearinghouse.findings.forms import KINDS, LABELS, STAGES
from weir.clearinghouse.findings.terms import Finding, FindingId, ItemOf, PairLine
from weir.clearinghouse.findings.views.queue import works_here
from weir.clearinghouse.intake.terms import ReportId
from weir.foundation.actor import Actor
from weir.foundation.forms import Asked, keyed
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.terms import EntryLine

STATIONS = {"intake": _("Intake"), "findings": _("Findings"), "ledger": _("Log"), "store": _("Store")}
HAPPENED = {
    "intake.receive_report": _("A report was received and sealed."),
    "intake.receive_document": _("A document was received and sealed."),
    "intake.acknowledge_report": _("Whoever reported was told that a person has read it."),
    "intake.amend_report": _("Whoever reported added to it."),
    "intake.ask_finder": _("Whoever reported was asked for what is needed."),
    "intake.answer_question": _("Whoever reported answered."),
    "intake.assess_report": _("It was assessed at first sight."),
    "intake.attach_file": _("A file was attached."),
    "intake.attach_upload": _("A file was attached."),
    "intake.withdraw_report": _("Whoever reported took the report back."),
    "intake.note_overdue": _("A promise to whoever reported was not kept in time."),
    "findings.correlate_report": _("The report was given its finding."),
    "findings.take_finding": _("Somebody took it on."),
    "findings.hand_back_finding": _("It was handed back."),
    "findings.record_names": _("The names under which a source knows it were recorded."),
    "findings.link_findings": _("Somebody said that it belongs together with another."),
    "findings.nominate_link": _("It was found to be like another."),
    "findings.keep_apart": _("It was looked at beside another, and they are two."),
    "findings.merge_findings": _("Two findings were made one."),
    "findings.split_finding": _("A merge was taken back."),
    "findings.record_reproduced": _("A report's own proof was reproduced here."),
    "findings.record_cause": _("Two fixes were tried on two proofs."),
    "findings.record_proof_run": _("A report's proof was run against the fix that ships."),
    "findings.place_finding": _("Where its cause is in the code was said."),
    "findings.withhold_from_check": _("It was kept out of the blind check."),
    "findings.offer_to_check": _("The blind check can find it again."),
    "ledger.note_reading": _("Somebody opened what is sealed."),
}


@require_safe
@login_required
def show_finding(request: Asked, number: str) -> HttpResponse:
    """One finding, what was recorded about it, and the reports behind it."""
    actor = request.actor
    found = reads.read_finding(actor, FindingId.parse(number))
    course = [*_beginning(actor, found), *_course(actor, found.id)]
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
        "journey": _journey(course),
        "facts": [_fact(line) for line in course],
        "reports": [
            {"number": each.id, "received": each.received_at, "href": reverse("report", args=[each.id])}
            for each in found.reports
        ],
        "documents": {
            "items": [_item(each) for each in found.items],
            "all": found.item_count,
            "waiting": found.waiting,
        },
        "mine": found.mine,
        "taken": found.taken,
    }
    works = works_here(actor)
    page = {
        "page_title": found.id,
        "finding": shown,
        "pairs": [_beside(found.id, each) for each in reads.list_pairs(actor, finding=found.id).lines] if works else [],
        "queue_href": reverse("queue"),
        "work_action": keyed(reverse("bulk")) if works else None,
    }
    return render(request, "findings/finding.html", page)


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


def _journey(course: list[EntryLine]) -> list[dict[str, object]]:
    """Through which stations it came, each with the day on which it came there."""
    came = {room: line.at for line in reversed(course) if (room := _room(line)) != "ledger"}
    stations = sorted(came, key=lambda room: came[room])
    return [
        {"label": STATIONS.get(room, room), "state": "now" if room == stations[-1] else "done", "at": came[room]}
        for room in stations
    ]


def _room(line: EntryLine) -> str:
    return line.kind.partition(".")[0]


def _item(item: ItemOf) -> dict[str, object]:
    return {
        "title": item.title,
        "place": item.place,
        "tool": item.tool,
        "rule": item.rule,
        "document": item.document,
        "received": item.received_at,
        "href": reverse("document", args=[item.document]),
    }


def _beside(own: FindingId, pair: PairLine) -> dict[str, object]:
    """A pair that waits for a person, as seen from one of the two."""
    other, title = (pair.other, pair.other_title) if pair.finding == own else (pair.finding, pair.title)
    return {"href": reverse("pair", args=[pair.id]), "kind_label": KINDS[pair.kind], "number": other, "title": title}


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
        "station": STATIONS.get(_room(line), _room(line)),
        "text": HAPPENED.get(line.kind) or line.kind.partition(".")[2].replace("_", " "),
        "at": line.at,
        "entry": line.leaf[:12],
        "proof_url": reverse("proof", args=[line.leaf]) if line.provable else None,
    }
