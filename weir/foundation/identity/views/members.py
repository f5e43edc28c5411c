# SPDX-License-Identifier: Apache-2.0
"""One member of an organization, for those who administer it: what they may act as, and letting them go."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weir.foundation.forms import Asked, Form, act, done, keyed, onward
from weir.foundation.identity import reads, rules
from weir.foundation.identity.forms import roles_form
from weir.foundation.identity.terms import Member, NobodyThere, PersonId
from weir.foundation.identity.verbs import change_roles, end_membership


@require_safe
@login_required
def member(request: Asked, number: str) -> HttpResponse:
    """One member, for those who administer the organization."""
    shown = _member(request, number)
    return _page(request, shown, _roles_form(request, shown))


@require_POST
@login_required
def change_member(request: Asked, number: str) -> HttpResponse:
    shown = _member(request, number)
    fixed = {"person": shown.id, "organization": request.actor.organization}
    form = _roles_form(request, shown)
    attempt = act(request, form, change_roles, lambda given: {"roles": []} | given | fixed)
    if attempt.outcome is None:
        return _page(request, shown, attempt.form, attempt.status)
    return onward(request, "organization", _("%(name)s has these roles now.") % {"name": shown.name})


@require_POST
@login_required
def let_go(request: Asked, number: str) -> HttpResponse:
    shown = _member(request, number)
    done(request, end_membership, {"person": shown.id, "organization": request.actor.organization})
    said = _("%(name)s no longer belongs here, and nothing acts for them here.") % {"name": shown.name}
    return onward(request, "organization", said)


def _member(request: Asked, number: str) -> Member:
    person = PersonId.parse(number)
    found = [each for each in reads.list_members(request.actor) if each.id == person]
    if not found:
        raise NobodyThere
    return found[0]


def _roles_form(request: Asked, shown: Member) -> Form:
    own = reads.my_organization(request.actor)
    return roles_form(rules.grantable(own.kind, operating=own.operating), shown.roles)


def _page(request: HttpRequest, shown: Member, form: Form, status: int = 200) -> HttpResponse:
    page = {
        "page_title": shown.name,
        "member": {"name": shown.name, "email": shown.email, "number": shown.id, "since": shown.since},
        "form": form,
        "action": keyed(reverse("change-member", args=[shown.id]), request),
        "let_go_action": reverse("let-go", args=[shown.id]),
    }
    return render(request, "identity/member.html", page, status=status)
