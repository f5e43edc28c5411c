# SPDX-License-Identifier: Apache-2.0
"""Leaving: what happens, taking along what is one's own, and going. Never harder than staying."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from weir.foundation.forms import Asked, Form, onward
from weir.foundation.identity import reads
from weir.foundation.identity.forms import sure_form
from weir.foundation.identity.terms import OrganizationId
from weir.foundation.identity.verbs import leave as leave_now
from weir.foundation.identity.verbs import withdraw_organization
from weir.kernel.canonical import plain
from weir.kernel.errors import Invalid


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def leave(request: Asked) -> HttpResponse:
    """Out, for good and now. The session ends in the same answer; all others lead to nobody."""
    form = sure_form(_("Yes, I leave for good"))
    if request.method == "POST" and request.POST.get("sure"):
        leave_now(request.actor, now=request.now)
        logout(request)
        said = _("You have left, and you are signed out everywhere. Thank you for what you did here.")
        return onward(request, "home", said)
    page = {
        "page_title": _("Leave"),
        "action": reverse("leave"),
        "leaver": reads.myself(request.actor).name,
        "export_href": reverse("export"),
        "happens": (
            _("Your memberships, agents and tokens end at once, and you are signed out everywhere."),
            _("Your name and address are erased; what you did stays under a number that leads to nobody."),
            _("What is yours and nobody else relies on is erased."),
        ),
        "stays": (_("What you promised about flaws under embargo, until each embargo ends. Only operators see it."),),
    }
    return _asked_again(request, page, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: Asked) -> HttpResponse:
    """The whole organization out; its people keep their accounts."""
    form = sure_form(_("Yes, the organization leaves for good"))
    own = reads.my_organization(request.actor)
    if request.method == "POST" and request.POST.get("sure"):
        withdraw_organization(request.actor, OrganizationId(own.id), now=request.now)
        return onward(request, "home", _("%(name)s has left.") % {"name": own.name})
    page = {
        "page_title": _("Leave"),
        "action": reverse("withdraw"),
        "leaver": own.name,
        "export_href": reverse("export-organization"),
        "happens": (
            _("Its memberships, agents, tokens, invitations and proofs of control end at once."),
            _("Its people keep their accounts, and may each leave for themselves."),
            _("What belongs to it and nobody else relies on is erased."),
        ),
        "stays": (_("What it promised about flaws under embargo, until each embargo ends. Only operators see it."),),
    }
    return _asked_again(request, page, form)


def _asked_again(request: HttpRequest, page: Mapping[str, object], form: Form) -> HttpResponse:
    if request.method != "POST":
        return render(request, "identity/leave.html", {**page, "form": form})
    unsure = Invalid(_("Nothing was changed."), faults={"/sure": _("Tick this if you are sure.")})
    return render(request, "identity/leave.html", {**page, "form": form.filled({}, unsure)}, status=422)


@require_safe
@login_required
def export(request: Asked) -> HttpResponse:
    """Everything that is mine, as a file."""
    return _file(plain(reads.export_mine(request.actor)), "weir-export.json")


@require_safe
@login_required
def export_organization(request: Asked) -> HttpResponse:
    """Everything that is my organization's, as a file."""
    exported = {
        "organization": plain(reads.my_organization(request.actor)),
        "others": plain(reads.export_organization(request.actor)),
    }
    return _file(exported, "weir-organization.json")


def _file(content: object, name: str) -> HttpResponse:
    text = json.dumps(content, indent=1, ensure_ascii=False)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="application/json", headers=headers)
