# SPDX-License-Identifier: Apache-2.0
"""An organization as its own people see it: who belongs to it, what is shown to be its own, for whom I act."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weir.foundation.forms import Asked, Form, keyed, tried
from weir.foundation.identity import reads, rules
from weir.foundation.identity.forms import KINDS, METHODS, control_form, in_words, invite_form, roles_form
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
    PersonId,
)
from weir.foundation.identity.verbs import ask_control, change_roles, end_membership, invite, second_control
from weir.foundation.identity.views import CHOSEN, done
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
    attempt = tried(request, form, lambda given: done(request, invite, given | {"organization": number}))
    if attempt.outcome is None:
        return _page(request, invite_with=attempt.form, status=attempt.status)
    messages.success(request, _("The invitation goes out by mail. Its link works once, for 14 days."))
    return redirect("organization")


@require_POST
@login_required
def show_control(request: Asked) -> HttpResponse:
    """Ask what to put where."""
    attempt = tried(request, control_form(), lambda given: done(request, ask_control, given))
    if attempt.outcome is None:
        return _page(request, control_with=attempt.form, status=attempt.status)
    messages.info(request, _("Put the line in its place, as it stands below; we look for it by ourselves."))
    return redirect(f"{reverse('organization')}#control")


@require_POST
@login_required
def second(request: Asked, number: str) -> HttpResponse:
    """A second person has looked at a proof that changed hands."""
    done(request, second_control, {"control": ControlId.parse(number)})
    messages.success(request, _("Taken for good."))
    return redirect("organization")


@require_POST
@login_required
def choose(request: Asked) -> HttpResponse:
    """For whom I act from now on, in this browser."""
    number = request.POST.get(CHOSEN, "")
    if number not in {membership.organization for membership in reads.my_memberships(request.actor)}:
        raise NobodyThere
    request.session[CHOSEN] = number
    return redirect("organization")


@require_safe
@login_required
def member(request: Asked, number: str) -> HttpResponse:
    """One member, for those who administer the organization."""
    shown = _member(request, number)
    return _member_page(request, shown, _roles_form(request, shown))


@require_POST
@login_required
def change_member(request: Asked, number: str) -> HttpResponse:
    shown = _member(request, number)
    fixed = {"person": shown.id, "organization": request.actor.organization}
    form = _roles_form(request, shown)
    attempt = tried(request, form, lambda given: done(request, change_roles, {"roles": []} | given | fixed))
    if attempt.outcome is None:
        return _member_page(request, shown, attempt.form, attempt.status)
    messages.success(request, _("%(name)s has these roles now.") % {"name": shown.name})
    return redirect("organization")


@require_POST
@login_required
def let_go(request: Asked, number: str) -> HttpResponse:
    shown = _member(request, number)
    done(request, end_membership, {"person": shown.id, "organization": request.actor.organization})
    messages.success(
        request, _("%(name)s no longer belongs here, and nothing acts for them here.") % {"name": shown.name}
    )
    return redirect("organization")


def _member(request: Asked, number: str) -> Member:
    person = PersonId.parse(number)
    found = [each for each in reads.list_members(request.actor) if each.id == person]
    if not found:
        raise NobodyThere
    return found[0]


def _roles_form(request: Asked, shown: Member) -> Form:
    own = reads.my_organization(request.actor)
    return roles_form(rules.grantable(own.kind, operating=own.operating), shown.roles)


def _member_page(request: HttpRequest, shown: Member, form: Form, status: int = 200) -> HttpResponse:
    page = {
        "page_title": shown.name,
        "member": {"name": shown.name, "email": shown.email, "number": shown.id, "since": shown.since},
        "form": form,
        "action": keyed(reverse("change-member", args=[shown.id]), request),
        "let_go_action": reverse("let-go", args=[shown.id]),
    }
    return render(request, "identity/member.html", page, status=status)


def _page(
    request: Asked, *, invite_with: Form | None = None, control_with: Form | None = None, status: int = 200
) -> HttpResponse:
    actor = request.actor
    if not actor.organization:
        raise NotYours(_("You belong to no organization."), hint=_("Whoever administers one can invite you."))
    own, mine = reads.my_organization(actor), reads.my_memberships(actor)
    present = next(each for each in mine if each.organization == own.id)
    leads = rules.administers(actor, own.id)
    page = {
        "page_title": own.name,
        "organization": {
            "name": own.name,
            "kind_label": KINDS[own.kind],
            "sector": in_words(own.sector) or None,
            "since": present.since,
            "terms_digest": present.terms,
            "number": own.id,
        },
        "members": [_shown_member(each) for each in reads.list_members(actor)] if leads else None,
        "proofs": [_shown_control(each, request.now) for each in reads.list_controls(actor)],
        "choices": _choices(actor, mine) if len(mine) > 1 else (),
        "choose_action": reverse("choose-organization"),
        "tokens_href": reverse("tokens"),
        "agents_href": reverse("agents"),
        "leave_href": reverse("leave"),
        "withdraw_href": reverse("withdraw") if leads and not own.operating else None,
        "invite": {"action": keyed(reverse("invite"), request), "form": invite_with or _invite_form(own)}
        if leads
        else None,
        "control": {"action": keyed(reverse("show-control"), request), "form": control_with or control_form()},
    }
    return render(request, "identity/organization.html", page, status=status)


def _invite_form(own: Organization) -> Form:
    return invite_form(rules.grantable(own.kind, operating=own.operating))


def _choices(actor: Any, mine: tuple[Membership, ...]) -> list[dict[str, object]]:
    with reading(actor):
        names = reads.organization_names([each.organization for each in mine])
    return [
        {
            "number": each.organization,
            "name": names[each.organization],
            "present": each.organization == actor.organization,
        }
        for each in mine
        if each.organization in names
    ]


def _shown_member(each: Member) -> dict[str, object]:
    return {"name": each.name, "roles": each.roles, "since": each.since, "href": reverse("member", args=[each.id])}


def _shown_control(line: ControlLine, now: Moment) -> dict[str, object]:
    counts = Moment.parse(line.counts_from) if line.counts_from else None
    state = ControlState.UNPROVEN if counts is None else ControlState.WAITS_FOR_A_SECOND_PERSON
    if counts is not None and counts <= now:
        state = ControlState.PROVEN
    word, label = SAID[state]
    over = state is ControlState.UNPROVEN and line.expires <= now
    return {
        "what": line.target,
        "how": METHODS[line.method],
        "checked": Moment.parse(line.proven) if line.proven else None,
        "until": line.expires if state is ControlState.UNPROVEN else None,
        "state": "lapsed" if over else word,
        "state_label": _("time is over") if over else label,
        "place": line.place if state is ControlState.UNPROVEN and not over else "",
        "value": line.value,
        "second_action": reverse("second-control", args=[line.id])
        if state is ControlState.WAITS_FOR_A_SECOND_PERSON
        else None,
    }
