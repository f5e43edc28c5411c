# SPDX-License-Identifier: Apache-2.0
"""An organization as its own people see it: who belongs to it, what is shown to be its own, for whom I act."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weir.foundation.actor import Actor
from weir.foundation.forms import Asked, Form, act, done, keyed, onward
from weir.foundation.identity import reads, rules
from weir.foundation.identity.forms import KINDS, METHODS, control_form, in_words, invite_form
from weir.foundation.identity.terms import (
    ControlId,
    ControlLine,
    ControlState,
    Member,
    Membership,
    NobodyThere,
    NotYours,
    Organization,
    OrganizationId,
)
from weir.foundation.identity.verbs import ask_control, invite, second_control
from weir.foundation.identity.views import CHOSEN
from weir.foundation.transactions import reading
from weir.kernel.moments import Moment

SAID = {
    ControlState.PROVEN: ("proven", _("shown")),
    ControlState.WAITS_FOR_A_SECOND_PERSON: ("waiting", _("waits for a second person")),
    ControlState.UNPROVEN: ("waiting", _("not yet seen")),
}


@require_safe
@login_required
def organization(request: Asked) -> HttpResponse:
    """The organization that I act for now."""
    return _page(request)


@require_POST
@login_required
def invite_somebody(request: Asked) -> HttpResponse:
    """A letter goes out. The answer is the same whoever it goes to."""
    number = OrganizationId(request.actor.organization)
    form = _invite_form(reads.my_organization(request.actor))
    attempt = act(request, form, invite, lambda given: given | {"organization": number})
    if attempt.outcome is None:
        return _page(request, invite_with=attempt.form, status=attempt.status)
    return onward(request, "organization", _("The invitation goes out by mail. Its link works once, for 14 days."))


@require_POST
@login_required
def show_control(request: Asked) -> HttpResponse:
    """Ask what to put where."""
    attempt = act(request, control_form(), ask_control)
    if attempt.outcome is None:
        return _page(request, control_with=attempt.form, status=attempt.status)
    messages.info(request, _("Put the line in its place, as it stands below; we look for it by ourselves."))
    return redirect(f"{reverse('organization')}#control")


@require_POST
@login_required
def second(request: Asked, number: str) -> HttpResponse:
    """A second person has looked at a proof that changed hands."""
    done(request, second_control, {"control": ControlId.parse(number)})
    return onward(request, "organization", _("Taken for good."))


@require_POST
@login_required
def choose(request: Asked) -> HttpResponse:
    """For whom I act from now on, in this browser."""
    number = request.POST.get(CHOSEN, "")
    if number not in {membership.organization for membership in reads.my_memberships(request.actor)}:
        raise NobodyThere
    request.session[CHOSEN] = number
    return redirect("organization")


def _page(
    request: Asked, *, invite_with: Form | None = None, control_with: Form | None = None, status: int = 200
) -> HttpResponse:
    actor = request.actor
    if not actor.organization:
        raise NotYours(_("You belong to no organization."), hint=_("Whoever administers one can invite you."))
    own, mine = reads.my_organization(actor), reads.my_memberships(actor)
    leads = rules.administers(actor, own.id)
    inviting = {"action": keyed(reverse("invite"), request), "form": invite_with or _invite_form(own)}
    page = {
        "page_title": own.name,
        "organization": _shown(own, mine),
        "members": [_shown_member(each) for each in reads.list_members(actor)] if leads else None,
        "proofs": [_shown_control(each, request.now) for each in reads.list_controls(actor)],
        "choices": _choices(actor, mine) if len(mine) > 1 else (),
        "choose_action": reverse("choose-organization"),
        "tokens_href": reverse("tokens"),
        "agents_href": reverse("agents"),
        "leave_href": reverse("leave"),
        "withdraw_href": reverse("withdraw") if leads and not own.operating else None,
        "invite": inviting if leads else None,
        "control": {"action": keyed(reverse("show-control"), request), "form": control_with or control_form()},
    }
    return render(request, "identity/organization.html", page, status=status)


def _invite_form(own: Organization) -> Form:
    return invite_form(rules.grantable(own.kind, operating=own.operating))


def _shown(own: Organization, mine: tuple[Membership, ...]) -> dict[str, object]:
    present = next(each for each in mine if each.organization == own.id)
    return {
        "name": own.name,
        "kind_label": KINDS[own.kind],
        "sector": in_words(own.sector) or None,
        "since": present.since,
        "terms_digest": present.terms,
        "number": own.id,
    }


def _choices(actor: Actor, mine: tuple[Membership, ...]) -> list[dict[str, object]]:
    with reading(actor):
        names = reads.organization_names([each.organization for each in mine])
    present = actor.organization
    return [
        {"number": each.organization, "name": names[each.organization], "present": each.organization == present}
        for each in mine
        if each.organization in names
    ]


def _shown_member(each: Member) -> dict[str, object]:
    return {"name": each.name, "roles": each.roles, "since": each.since, "href": reverse("member", args=[each.id])}


def _shown_control(line: ControlLine, now: Moment) -> dict[str, object]:
    state = _state(line, now)
    word, label = SAID[state]
    unseen = state is ControlState.UNPROVEN
    over = unseen and line.expires <= now
    waits = state is ControlState.WAITS_FOR_A_SECOND_PERSON
    return {
        "what": line.target,
        "how": METHODS[line.method],
        "checked": Moment.parse(line.proven) if line.proven else None,
        "until": line.expires if unseen else None,
        "state": "lapsed" if over else word,
        "state_label": _("time is over") if over else label,
        "place": line.place if unseen and not over else "",
        "value": line.value,
        "second_action": reverse("second-control", args=[line.id]) if waits else None,
    }


def _state(line: ControlLine, now: Moment) -> ControlState:
    if not line.counts_from:
        return ControlState.UNPROVEN
    counts = Moment.parse(line.counts_from) <= now
    return ControlState.PROVEN if counts else ControlState.WAITS_FOR_A_SECOND_PERSON
