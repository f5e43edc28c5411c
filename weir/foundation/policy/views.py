# SPDX-License-Identifier: Apache-2.0
"""What takes two people, broken glass, and the status of legal regimes: a person does these, on these pages only."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weir.foundation.forms import Asked, Form, done, keyed, onward, tried
from weir.foundation.policy import reads
from weir.foundation.policy.forms import act_form, glass_form, regime_form
from weir.foundation.policy.terms import ActState, NothingHere, PendingAct, PendingActId
from weir.foundation.policy.verbs import break_glass, confirm_act, propose_act, set_regime_status
from weir.foundation.verb import VERBS, Done, Verb
from weir.kernel.moments import Moment

DO = "do"
SAID = {
    ActState.PROPOSED: ("waiting", _("waits for a second person")),
    ActState.CONFIRMED: ("proven", _("confirmed: may be done once")),
    ActState.USED: ("closed", _("done")),
}


@require_safe
@login_required
def acts(request: Asked) -> HttpResponse:
    """What waits for a second person, and what can be proposed."""
    page = {
        "page_title": _("Two people"),
        "acts": [_act(each, request.actor.id, request.now) for each in reads.list_pending_acts(request.actor)],
        "kinds": [
            {"sentence": verb.shape.sentence, "href": reverse("act", args=[name])} for name, verb in _for_two().items()
        ],
        "glass_href": reverse("glass"),
        "regimes_href": reverse("regimes"),
    }
    return render(request, "policy/acts.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: Asked, name: str) -> HttpResponse:
    """One form for both steps, so that what is done is what was confirmed: first it proposes, later it does."""
    verb = _for_two().get(name)
    if verb is None:
        raise NothingHere
    doing = request.POST.get("step") == DO
    attempt = tried(
        request, act_form(verb), lambda given: done(request, verb, given) if doing else _propose(request, verb, given)
    )
    if attempt.outcome is None:
        return _act_page(request, verb, attempt.form, attempt.status)
    proposed = _("Proposed. Somebody else confirms it; then one of you sends the same form again to do it.")
    return onward(request, "acts", _("Done, and in the ledger.") if doing else proposed)


def _propose(request: Asked, verb: Verb[..., Any], given: dict[str, Any]) -> Done[PendingAct]:
    """Whoever confirms is shown every parameter as its reason: the digest that fixes them can be read by nobody."""
    read: dict[str, Any] = json.loads(verb.whole(given))
    proposed = {
        "act": verb.name,
        "reason": "\n".join(f"{name}: {value}" for name, value in read.items()),
        "on": read.get(verb.options.on, ""),
        "parameters": json.dumps(read),
    }
    return done(request, propose_act, proposed)


@require_POST
@login_required
def confirm(request: Asked, number: str) -> HttpResponse:
    """Be the second person."""
    done(request, confirm_act, {"pending": PendingActId.parse(number)})
    return onward(request, "acts", _("Confirmed. One of the two of you may do it once, today."))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def glass(request: Asked) -> HttpResponse:
    """Break the glass for one object; for administrators, who did."""
    attempt = tried(request, glass_form(), lambda given: done(request, break_glass, given))
    if attempt.outcome is None:
        return _glass_page(request, attempt.form, attempt.status)
    on = attempt.outcome.outcome.on
    messages.warning(request, _("You see %(on)s for an hour. Every administrator has been told.") % {"on": on})
    return redirect("glass")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def list_regimes(request: Asked) -> HttpResponse:
    """What the operator entered of legal regimes; for administrators, a form to enter it."""
    attempt = tried(request, regime_form(), lambda given: done(request, set_regime_status, given))
    if attempt.outcome is None:
        return _regimes_page(request, attempt.form, attempt.status)
    return onward(request, "regimes", _("Entered, with its day and its source."))


def _for_two() -> dict[str, Verb[..., Any]]:
    return {name: verb for name, verb in sorted(VERBS.items()) if verb.options.two_people}


def _act(each: PendingAct, me: str, now: Moment) -> dict[str, object]:
    over = each.state is not ActState.USED and each.expires <= now
    word, label = ("lapsed", _("time is over")) if over else SAID[each.state]
    waits = each.state is ActState.PROPOSED and not over
    mine = each.proposer == me
    return {
        "number": each.id,
        "act": each.act,
        "reason": each.reason,
        "state": word,
        "state_label": label,
        "until": each.expires,
        "mine": mine and waits,
        "confirm_action": reverse("confirm-act", args=[each.id]) if waits and not mine else None,
        "do_href": reverse("act", args=[each.act]) if each.state is ActState.CONFIRMED and not over else None,
    }


def _act_page(request: HttpRequest, verb: Verb[..., Any], form: Form, status: int = 200) -> HttpResponse:
    page = {
        "page_title": verb.shape.sentence,
        "action": keyed(reverse("act", args=[verb.name]), request),
        "form": form,
        "acts_href": reverse("acts"),
    }
    return render(request, "policy/act.html", page, status=status)


def _glass_page(request: Asked, form: Form, status: int = 200) -> HttpResponse:
    page = {
        "page_title": _("Break the glass"),
        "action": keyed(reverse("glass"), request),
        "form": form,
        "broken": reads.list_broken_glass(request.actor),
    }
    return render(request, "policy/glass.html", page, status=status)


def _regimes_page(request: Asked, form: Form, status: int = 200) -> HttpResponse:
    actor = request.actor
    page = {
        "page_title": _("Legal regimes"),
        "action": keyed(reverse("regimes"), request),
        "form": form if actor.staff and "administrator" in actor.roles else None,
        "regimes": reads.list_regimes(actor),
    }
    return render(request, "policy/regimes.html", page, status=status)
