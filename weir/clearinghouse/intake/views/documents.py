# SPDX-License-Identifier: Apache-2.0
"""Files from tools: sending one, one's own, and what came of each."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from weir.clearinghouse.intake import reads
from weir.clearinghouse.intake.forms import document_form
from weir.clearinghouse.intake.gates import BrokenOff, SealedFile, Sealing
from weir.clearinghouse.intake.reads.files import refuse_if_spent
from weir.clearinghouse.intake.terms.documents import Document, DocumentId, DocumentLine, DocumentState
from weir.clearinghouse.intake.terms.sending import SentAs, SentDocument
from weir.clearinghouse.intake.verbs.sending import send_document, take
from weir.foundation.actor import Actor
from weir.foundation.forms import Asked, onward, tried
from weir.foundation.ledger import reads as ledger
from weir.foundation.policy.reads import ask
from weir.foundation.transactions import reading

STATES = {
    DocumentState.RECEIVED: _("being read"),
    DocumentState.READ: _("read"),
    DocumentState.UNKNOWN: _("format unknown"),
}
# What is read, and what of it becomes an item.
READ = (
    ("SARIF 2.1.0", _("each result of a scanner")),
    ("OSV, CVE 5.x, CSAF 2.0", _("each vulnerability of an advisory")),
    ("CycloneDX, OpenVEX", _("each vulnerability or statement")),
    ("osv-scanner", _("each vulnerability that it found in a package")),
)
BECOMES_A_REPORT = (
    ("weir.report/1", _("a report with all its parts")),
    (_("A mail (.eml)"), _("a report; its attachments are kept with it or read, as they are")),
    (_("Markdown, text (.md, .txt)"), _("a report in your own words")),
)


@require_safe
@login_required
def my_documents(request: Asked) -> HttpResponse:
    """What this actor has sent, newest first."""
    page = reads.list_documents(request.actor, after=request.GET.get("after", ""))
    context = {
        "page_title": _("My documents"),
        "rows": [_row(line) for line in page.lines],
        "next_href": f"?{urlencode({'after': page.after})}" if page.after else None,
        "new_href": reverse("new-document"),
    }
    return render(request, "intake/documents.html", context)


@require_safe
@login_required
def show_document(request: Asked, number: str) -> HttpResponse:
    """How far it was read, what came of it, and what could not be read."""
    document = DocumentId.parse(number)
    found = reads.read_document(request.actor, document)
    return render(request, "intake/document.html", {"page_title": found.name, "document": _drawn(request.actor, found)})


@csrf_exempt  # asked for below: the body must not be read before it is said how files are taken
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_document(request: Asked) -> HttpResponse:
    """Whether it may be sent is asked before its first byte is taken."""
    with reading(request.actor):
        ask(request.actor, send_document.name, None)
    if request.method == "POST":
        refuse_if_spent(request.actor, request.now)
    sealing = Sealing(settings.DOCUMENT_BYTES)
    request.upload_handlers = [sealing]
    try:
        return _new(request, sealing)
    finally:
        sealing.close()


@csrf_protect
def _new(request: Asked, sealing: Sealing) -> HttpResponse:
    attempt = tried(request, document_form(), lambda _given: _take(request, sealing))
    if attempt.outcome is not None:
        return _onward(request, attempt.outcome)
    page = {
        "page_title": _("Send a document"),
        "action": reverse("new-document"),
        "form": attempt.form,
        "read": READ,
        "reports": BECOMES_A_REPORT,
        "most": settings.DOCUMENT_BYTES // 1_000_000,
    }
    return render(request, "intake/new_document.html", page, status=attempt.status)


def _take(request: Asked, sealing: Sealing) -> SentDocument:
    """The one file of the form. What it calls itself is its name and nothing more."""
    sent = request.FILES.get("file")
    if not isinstance(sent, SealedFile):
        raise BrokenOff(faults={"/file": "is missing"})
    outcome = take(request.actor, sent.received, sent.name or "", now=request.now).outcome
    sealing.take()
    return outcome


def _onward(request: Asked, sent: SentDocument) -> HttpResponse:
    if sent.kind is SentAs.DOCUMENT:
        said = _("It was sent before; this is what came of it.") if sent.again else _("It is received and sealed.")
        return onward(request, reverse("document", args=[sent.id]), said)
    said = (
        _("It was sent before; this is its report.") if sent.again else _("It is a report in itself, and is received.")
    )
    if sent.awaited and not sent.again:
        names = ", ".join(each.name for each in sent.awaited)
        said = f"{said} {_('It names files that did not come with it; attach them here: %(names)s') % {'names': names}}"
    return onward(request, reverse("report", args=[sent.id]), said)


def _row(line: DocumentLine) -> dict[str, Any]:
    return {
        "number": line.id,
        "href": f"/documents/{line.id}/",  # said plainly, as on the queue
        "name": line.name,
        "state": "warn" if line.state is DocumentState.UNKNOWN else line.state,
        "state_label": STATES[line.state],
        "received": line.received_at,
        "added": line.added,
        "known": line.known,
        "troubles": line.troubles,
    }


def _drawn(actor: Actor, found: Document) -> dict[str, Any]:
    entry = ledger.first_entry_about(actor, found.id, "intake.receive_document")
    return {
        "number": found.id,
        "spoken": found.id.spoken(),
        "href": reverse("document", args=[found.id]),
        "name": found.name,
        "format": found.format,
        "state": found.state,
        "state_label": STATES[found.state],
        "received": found.received_at,
        "size": found.size,
        "digest": found.digest,
        "read": found.read,
        "added": found.added,
        "known": found.known,
        "trouble_count": found.troubles,
        "troubles": found.first_troubles,
        "nothing": found.state is DocumentState.READ and not (found.added or found.known),
        "mine": found.submitter == actor.id,
        "receipt_url": reverse("receipt", args=[entry.leaf]),
        "proof_url": reverse("proof", args=[entry.leaf]) if entry.provable else None,
    }
