# SPDX-License-Identifier: Apache-2.0
"""What the blind check is, and what each side can learn from it. Nothing is asked on this page."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe


@require_safe
def explain_blind_check(request: HttpRequest) -> HttpResponse:
    """The same for everybody, signed in or not: it holds nothing of anyone."""
    page = {"page_title": _("The blind check"), "bound": settings.CHECK_BOUND}
    return render(request, "findings/blind_check.html", page)
