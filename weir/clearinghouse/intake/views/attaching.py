# SPDX-License-Identifier: Apache-2.0
"""Attaching a file to one's report."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from weir.clearinghouse.intake import reads
from weir.clearinghouse.intake.forms import attach_form
from weir.clearinghouse.intake.gates import BrokenOff, SealedFile, Sealing
from weir.clearinghouse.intake.reads.files import refuse_if_spent
from weir.clearinghouse.intake.terms import ReportId
from weir.clearinghouse.intake.verbs import attach_upload
from weir.foundation.actor import Actor
from weir.foundation.forms import Asked, onward, tried
from weir.foundation.policy.reads import ask
from weir.foundation.transactions import reading


@csrf_exempt  # asked for below: the body must not be read before it is said how files are taken
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def attach(request: Asked, number: str) -> HttpResponse:
    """Whether it may be done is asked before the first byte of a file is taken."""
    report = ReportId.parse(number)
    with reading(request.actor):
        ask(request.actor, attach_upload.name, report)
    if request.method == "POST":
        refuse_if_spent(request.actor, request.now)
    sealing = Sealing(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    request.upload_handlers = [sealing]
    try:
        return _attach(request, report, sealing)
    finally:
        sealing.close()


@csrf_protect
def _attach(request: Asked, report: ReportId, sealing: Sealing) -> HttpResponse:
    attempt = tried(request, attach_form(), lambda given: keep_file(request, request.actor, report, sealing, given))
    if attempt.outcome is not None:
        return onward(request, reverse("report", args=[report]), _("The file is attached and sealed."))
    page = {
        "page_title": _("Attach a file"),
        "title": reads.read_report(request.actor, report).submission.title,
        "label": _("Attach a file"),
        "lead": _("One at a time. It is shown on the report's page by its digest."),
        "action": reverse("attach-to-report", args=[report]),
        "form": attempt.form,
        "hidden": (),
        "back_href": reverse("report", args=[report]),
    }
    return render(request, "intake/act.html", page, status=attempt.status)


def keep_file(request: Asked, actor: Actor, report: ReportId, sealing: Sealing, given: dict[str, Any]) -> object:
    """The one file of the form, made part of the report."""
    sent = request.FILES.get("file")
    if not isinstance(sent, SealedFile):
        raise BrokenOff(faults={"/file": "is missing"})
    told = {"report": report, "name": sent.name, "role": given.get("role", "")}
    read = attach_upload.shape.read(told | {"received": sent.received})
    attached = attach_upload(actor, **read, now=request.now)
    sealing.take()
    return attached
