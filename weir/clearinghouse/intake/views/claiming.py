# SPDX-License-Identifier: Apache-2.0
"""Coming back without a name. The code is sent in the body of each form, and stands in no address and no session."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from weir.clearinghouse.intake.forms import as_parameters, attach_form, claim_form
from weir.clearinghouse.intake.gates import Sealing
from weir.clearinghouse.intake.terms import Act, Claimed, NoSuchCode
from weir.clearinghouse.intake.verbs import claimant_with, open_by_code
from weir.clearinghouse.intake.views.acts import WAYS, Way, ways_for
from weir.clearinghouse.intake.views.attaching import keep_file
from weir.clearinghouse.intake.views.drawn import drawn
from weir.foundation.actor import Actor
from weir.foundation.forms import Asked, Form, tried

FORMS = {act: WAYS[act] for act in ("amend", "answer", "withdraw")}


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: Asked) -> HttpResponse:
    """The form that takes a code; the report that it opens; and what its finder does with it."""
    code = request.POST.get("claim_code", "")
    if request.method != "POST" or not code.strip():
        return _ask_for_code(request, claim_form())
    try:
        opened = open_by_code(request.actor, code, now=request.now)
    except NoSuchCode as no:
        return _ask_for_code(request, Form(claim_form().fields, (no.sentence, no.hint)), 404)
    what = request.POST.get("does", "")
    return _act(request, opened, what, code) if what else _show(request, opened, code)


def _act(request: Asked, opened: Claimed, what: str, code: str) -> HttpResponse:
    """First the form, then, once it came with words, the act; and the report again."""
    if what == Act.ATTACH:
        return _file_form(request, opened, code, attach_form())
    way = FORMS.get(what)
    if way is None:
        raise Http404
    sent, claimant = "sent" in request.POST, claimant_with(code)
    attempt = tried(request, way.form(), lambda given: _did(request, claimant, way, given, opened) if sent else None)
    if attempt.outcome is not None:
        return _show(request, open_by_code(request.actor, code, now=request.now), code, way.done)
    assert opened.report is not None
    page = {
        "page_title": way.label,
        "title": opened.report.submission.title,
        "label": way.label,
        "lead": way.lead,
        "action": reverse("claim"),
        "form": attempt.form if sent else way.form(),
        "hidden": (("claim_code", code), ("does", what), ("sent", "yes")),
        "back_href": None,
    }
    return render(request, "intake/act.html", page, status=attempt.status)


@csrf_exempt  # asked for below: the body must not be read before it is said how files are taken
@require_POST
def claim_attach(request: Asked) -> HttpResponse:
    """A file for the report that the code opens. Code and file come in one body, so it is sealed before it is known
    whether it will be kept; if not, it goes at once.
    """
    sealing = Sealing(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    request.upload_handlers = [sealing]
    try:
        return _attach(request, sealing)
    finally:
        sealing.close()


@csrf_protect
def _attach(request: Asked, sealing: Sealing) -> HttpResponse:
    code = request.POST.get("claim_code", "")
    opened = open_by_code(request.actor, code, now=request.now)
    attempt = tried(
        request, attach_form(), lambda given: keep_file(request, claimant_with(code), opened.id, sealing, given)
    )
    if attempt.outcome is not None:
        again = open_by_code(request.actor, code, now=request.now)
        return _show(request, again, code, _("The file is attached and sealed."))
    return _file_form(request, opened, code, attempt.form, attempt.status)


def _file_form(request: Asked, opened: Claimed, code: str, form: Form, status: int = 200) -> HttpResponse:
    assert opened.report is not None
    page = {
        "page_title": _("Attach a file"),
        "title": opened.report.submission.title,
        "label": _("Attach a file"),
        "lead": _("One at a time. It is shown on the report's page by its digest."),
        "action": reverse("claim-attach"),
        "form": form,
        "hidden": (("claim_code", code),),
        "back_href": None,
    }
    return render(request, "intake/act.html", page, status=status)


def _did(request: Asked, claimant: Actor, way: Way, given: dict[str, Any], opened: Claimed) -> object:
    read = way.verb.shape.read(as_parameters(given) | {"report": opened.id})
    return way.verb(claimant, **read, now=request.now)


def _show(request: Asked, opened: Claimed, code: str, done: str = "") -> HttpResponse:
    assert opened.report is not None
    assert opened.course is not None
    claimant = claimant_with(code)
    actions = [
        {"label": way.label, "href": reverse("claim"), "hidden": (("claim_code", code), ("does", way.act.value))}
        for way in ways_for(claimant, opened.report, opened.course)
    ]
    if actions:
        hidden = (("claim_code", code), ("does", Act.ATTACH.value))
        actions.append({"label": _("Attach a file"), "href": reverse("claim"), "hidden": hidden})
    page = {
        "page_title": opened.report.submission.title,
        "report": drawn(claimant, opened.report, opened.course, actions),
        "done": done,
    }
    return render(request, "intake/receipt.html", page)


def _ask_for_code(request: Asked, form: Form, status: int = 200) -> HttpResponse:
    page = {"page_title": _("Come back to a report"), "action": reverse("claim"), "form": form}
    return render(request, "intake/claim.html", page, status=status)
