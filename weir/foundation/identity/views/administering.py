# SPDX-License-Identifier: Apache-2.0
"""What the operator's administrators decide: who comes in, what outlasts leaving."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weir.foundation.forms import Asked, Form, act, done, keyed, onward
from weir.foundation.identity import reads
from weir.foundation.identity.forms import DUTIES, KINDS, duty_form, hold_form, in_words
from weir.foundation.identity.terms import ApplicationId, ApplicationLine, Hold, HoldId
from weir.foundation.identity.verbs import (
    admit_application,
    confirm_hold,
    decline_application,
    keep_duty,
    lift_hold,
    place_hold,
)
from weir.foundation.identity.views import until


@require_safe
@login_required
def administration(request: Asked) -> HttpResponse:
    """Applications that wait, legal holds, duties."""
    return _page(request)


@require_POST
@login_required
def admit(request: Asked, number: str) -> HttpResponse:
    done(request, admit_application, {"application": ApplicationId.parse(number)})
    said = _("Admitted. Their contact is invited by mail as their first administrator.")
    return onward(request, "administration", said)


@require_POST
@login_required
def decline(request: Asked, number: str) -> HttpResponse:
    done(request, decline_application, {"application": ApplicationId.parse(number)})
    said = _("Declined. They are told by mail, and nothing of it is kept beyond a month.")
    return onward(request, "administration", said)


@require_POST
@login_required
def hold(request: Asked) -> HttpResponse:
    attempt = act(request, hold_form(), place_hold)
    if attempt.outcome is None:
        return _page(request, hold_with=attempt.form, status=attempt.status)
    return onward(request, "administration", _("The hold begins once somebody else confirms it."))


@require_POST
@login_required
def confirm(request: Asked, number: str) -> HttpResponse:
    done(request, confirm_hold, {"hold": HoldId.parse(number)})
    return onward(request, "administration", _("The hold is in force."))


@require_POST
@login_required
def lift(request: Asked, number: str) -> HttpResponse:
    done(request, lift_hold, {"hold": HoldId.parse(number)})
    return onward(request, "administration", _("The hold has ended. What waited for it is erased."))


@require_POST
@login_required
def keep(request: Asked) -> HttpResponse:
    attempt = act(request, duty_form(), keep_duty, lambda given: until(given, request.now, "ends"))
    if attempt.outcome is None:
        return _page(request, duty_with=attempt.form, status=attempt.status)
    return onward(request, "administration", _("Kept until its day."))


def _page(
    request: Asked, *, hold_with: Form | None = None, duty_with: Form | None = None, status: int = 200
) -> HttpResponse:
    actor = request.actor
    page = {
        "page_title": _("Administration"),
        "applications": [_application(each) for each in reads.list_applications(actor)],
        "organizations": [
            {"number": each.id, "name": each.name, "kind": KINDS[each.kind], "sector": in_words(each.sector)}
            for each in reads.list_organizations(actor)
        ],
        "holds": [_hold(each, actor.id) for each in reads.list_holds(actor)],
        "duties": [
            {"about": each.about, "kind": DUTIES[each.kind], "ends": each.ends} for each in reads.list_duties(actor)
        ],
        "hold": {"action": keyed(reverse("place-hold"), request), "form": hold_with or hold_form()},
        "duty": {"action": keyed(reverse("keep-duty"), request), "form": duty_with or duty_form()},
    }
    return render(request, "identity/administration.html", page, status=status)


def _application(each: ApplicationLine) -> dict[str, object]:
    return {
        "organization": each.organization,
        "kind": KINDS[each.kind],
        "sector": in_words(each.sector),
        "contact": each.contact,
        "received": each.received,
        "banned": each.banned,
        "admit_action": reverse("admit", args=[each.id]),
        "decline_action": reverse("decline", args=[each.id]),
    }


def _hold(each: Hold, me: str) -> dict[str, object]:
    mine = each.placed_by == me
    return {
        "about": each.about,
        "in_force": bool(each.confirmed_by),
        "mine": mine,
        "confirm_action": None if mine or each.confirmed_by else reverse("confirm-hold", args=[each.id]),
        "lift_action": None if mine else reverse("lift-hold", args=[each.id]),
    }
