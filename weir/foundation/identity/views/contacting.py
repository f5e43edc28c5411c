# SPDX-License-Identifier: Apache-2.0
"""Where letters to an organization go."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from weir.foundation.forms import Asked, Form, act, keyed, onward
from weir.foundation.identity.forms import contact_form
from weir.foundation.identity.verbs import change_contact


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contact(request: Asked) -> HttpResponse:
    """A new mail address for the organization that I act for. Only its administrators may set it."""
    fixed = {"organization": request.actor.organization}
    attempt = act(request, contact_form(), change_contact, lambda given: given | fixed)
    if attempt.outcome is None:
        return _page(request, attempt.form, attempt.status)
    return onward(request, "organization", _("Letters to the organization go there from now on."))


def _page(request: Asked, form: Form, status: int = 200) -> HttpResponse:
    page = {
        "page_title": _("Mail address of the organization"),
        "action": keyed(reverse("change-contact"), request),
        "form": form,
        "organization_href": reverse("organization"),
    }
    return render(request, "identity/contact.html", page, status=status)
