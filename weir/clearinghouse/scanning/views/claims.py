# SPDX-License-Identifier: Apache-2.0
"""The board of one's own claims, taking one, and what is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weir.clearinghouse.scanning import forms, reads, verbs
from weir.clearinghouse.scanning.terms import Answer, Claim, ClaimId, ClaimLine, ClaimState, Overlap, TargetId
from weir.foundation.forms import Asked, Form, Tried, act, done, keyed, onward, tried
from weir.foundation.policy.rules import root
from weir.kernel.moments import Moment

STATES = {
    ClaimState.LIVE: _("live"),
    ClaimState.WAITING: _("waiting"),
    ClaimState.RELEASED: _("released"),
    ClaimState.LAPSED: _("lapsed"),
}
TONES = {Overlap.NONE: "good", Overlap.ADJACENT: "note", Overlap.OTHER_METHOD: "warn", Overlap.SAME: "warn"}
BEFORE, AFTER, WIDTH = timedelta(days=14), timedelta(days=30), 660
MOST_SUGGESTED = 5


@require_safe
@login_required
def board(request: Asked) -> HttpResponse:
    """One's own claims along the days, with how near others were."""
    page = reads.list_claims(request.actor, after=request.GET.get("after", ""), now=request.now)
    standing = reads.my_standing(request.actor, now=request.now)
    context = {
        "page_title": _("Claims"),
        "rows": [_row(line, request.now) for line in page.lines],
        "now_at": _place(request.now, request.now),
        "next_href": f"?{urlencode({'after': page.after})}" if page.after else None,
        "targets_href": reverse("targets"),
        "capacity_href": reverse("capacity"),
        "number": root(request.actor),
        "standing": standing,
        "suggestions": [
            {"href": reverse("target", args=[each.target]), **_plain(each)}
            for each in reads.suggest_targets(request.actor, now=request.now)[:MOST_SUGGESTED]
        ],
    }
    return render(request, "scanning/board.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def capacity(request: Asked) -> HttpResponse:
    standing = reads.my_standing(request.actor, now=request.now)
    attempt = act(request, forms.capacity_form(standing.capacity), verbs.declare_capacity)
    if attempt.outcome is not None:
        return onward(request, "claims", _("Your capacity is kept, for you alone."))
    page = {
        "page_title": _("Capacity"),
        "action": keyed(reverse("capacity")),
        "form": attempt.form,
        "board_href": reverse("claims"),
    }
    return render(request, "scanning/capacity.html", page, status=attempt.status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def claim(request: Asked, number: str) -> HttpResponse:
    """Two beats: what it would overlap with is told first, and then it is claimed, or not."""
    target = reads.read_target(request.actor, TargetId.parse(number), now=request.now)
    choosing = request.method == "POST" and request.POST.get("do") == "claim"
    form = forms.claim_form(choosing=choosing)
    if choosing:
        claimed = act(request, form, verbs.claim_target, lambda given: _scope(given) | {"target": target.id})
        if claimed.outcome is not None:
            said = _("It is claimed. Keep it alive every week, or it ends by itself.")
            return onward(request, reverse("scanning-claim", args=[claimed.outcome.outcome.id]), said)
        return _claim_page(request, target, claimed.form, None, claimed.status)
    asked: Tried[Answer] = tried(request, form, lambda given: _ask(request, target.id, given))
    if asked.outcome is None:
        return _claim_page(request, target, asked.form, None, asked.status)
    filled = forms.claim_form(choosing=True).filled(dict(request.POST.lists()))
    return _claim_page(request, target, filled, asked.outcome, 200)


def _ask(request: Asked, target: TargetId, given: dict[str, Any]) -> Answer:
    scope = _scope(given)
    asked = {name: scope[name] for name in ("methods", "paths", "weaknesses", "commits") if name in scope}
    return done(request, verbs.ask_overlap, asked | {"target": target}).outcome


def _claim_page(request: Asked, target: Any, form: Form, answer: Answer | None, status: int) -> HttpResponse:
    page = {
        "page_title": _("Claim %(target)s") % {"target": target.locator},
        "target": {"locator": target.locator, "href": reverse("target", args=[target.id])},
        "form": form,
        "action": keyed(reverse("new-claim", args=[target.id])),
        "answer": _answer(answer) if answer else None,
        "choosing": any(field.name == "choice" for field in form.fields),
    }
    return render(request, "scanning/claim_form.html", page, status=status)


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "level": "success" if answer.overlap is Overlap.NONE else "warning",
        "heading": forms.OVERLAPS[answer.overlap],
        "left": answer.left,
    }


@require_safe
@login_required
def show_claim(request: Asked, number: str) -> HttpResponse:
    return _page(request, number, {}, 200)


@require_POST
@login_required
def renew(request: Asked, number: str) -> HttpResponse:
    said = _("It is kept alive for another week, or to the end of its window.")
    return _did(request, number, verbs.renew_claim, said)


@require_POST
@login_required
def release(request: Asked, number: str) -> HttpResponse:
    return _did(request, number, verbs.release_claim, _("It is released."))


@require_POST
@login_required
def take_over(request: Asked, number: str) -> HttpResponse:
    return _did(request, number, verbs.take_over_claim, _("It is yours now."))


@require_POST
@login_required
def narrow(request: Asked, number: str) -> HttpResponse:
    return _with(request, number, "narrow", verbs.narrow_claim, _("It is narrower now."), _paths)


@require_POST
@login_required
def hand_over(request: Asked, number: str) -> HttpResponse:
    return _with(request, number, "heir", verbs.hand_over_claim, _("It is held out to them until they take it."))


@require_POST
@login_required
def cover(request: Asked, number: str) -> HttpResponse:
    return _with(request, number, "coverage", verbs.record_coverage, _("What was scanned is recorded."))


def _did(request: Asked, number: str, verb: Any, said: str) -> HttpResponse:
    claim = ClaimId.parse(number)
    done(request, verb, {"claim": claim})
    return onward(request, reverse("scanning-claim", args=[claim]), said)


def _with(request: Asked, number: str, name: str, verb: Any, said: str, into: Any = dict) -> HttpResponse:
    fixed = {"claim": ClaimId.parse(number)}
    attempt = act(request, _forms()[name], verb, lambda given: into(given) | fixed)
    if attempt.outcome is None:
        return _page(request, number, {name: attempt.form}, attempt.status)
    return onward(request, reverse("scanning-claim", args=[fixed["claim"]]), said)


def _forms() -> dict[str, Form]:
    paths = next(field for field in forms.claim_form().fields if field.name == "paths")
    return {"narrow": Form((paths,)), "heir": forms.heir_form(), "coverage": forms.coverage_form()}


def _page(request: Asked, number: str, tried: Mapping[str, Form], status: int) -> HttpResponse:
    claim = reads.read_claim(request.actor, ClaimId.parse(number), now=request.now)
    addresses = {"narrow": "narrow-claim", "heir": "hand-over-claim", "coverage": "cover-claim"}
    page = {
        "page_title": claim.id,
        "claim": _shown(claim, request.now),
        "held": claim.own,
        "offered": claim.heir == request.actor.id,
        "open": claim.state in {ClaimState.LIVE, ClaimState.WAITING},
        "actions": {
            name: keyed(reverse(f"{name}-claim", args=[claim.id])) for name in ("renew", "release", "take-over")
        },
        "forms": {
            name: {"form": tried.get(name, form), "action": keyed(reverse(addresses[name], args=[claim.id]))}
            for name, form in _forms().items()
        },
    }
    return render(request, "scanning/claim.html", page, status=status)


def _scope(given: Mapping[str, Any]) -> dict[str, Any]:
    words = given.get("weaknesses", "").replace(",", " ").split()
    return _paths(given) | ({"weaknesses": words} if words else {})


def _paths(given: Mapping[str, Any]) -> dict[str, Any]:
    """A path on each line."""
    rest = {name: value for name, value in given.items() if name not in {"paths", "weaknesses"}}
    lines = [line for line in given.get("paths", "").splitlines() if line.strip()]
    return rest | ({"paths": lines} if lines else {})


def _row(line: ClaimLine, now: Moment) -> dict[str, Any]:
    return {
        "href": f"/scanning/claims/{line.id}/",
        "locator": line.locator,
        "paths": ", ".join(path or _("all of the code") for path in line.paths),
        "methods": ", ".join(forms.METHODS[method] for method in line.methods),
        "state": line.state,
        "state_label": STATES[line.state],
        "until": line.until,
        "overlap": forms.OVERLAPS[line.overlap],
        "tone": TONES[line.overlap],
        "bar": _bar(line, now),
    }


def _bar(line: ClaimLine, now: Moment) -> dict[str, int]:
    """Where the lease and its window lie on the strip, from two weeks ago to thirty days ahead."""
    began, until, ends = (_place(at, now) for at in (line.began, line.until, line.ends))
    return {"x": began, "lease": max(until - began, 4), "rest_x": until, "rest": max(ends - until, 0)}


def _place(at: Moment, now: Moment) -> int:
    share = (at - Moment.of(now - BEFORE)) / (BEFORE + AFTER)
    return round(WIDTH * min(max(share, 0.0), 1.0))


def _shown(claim: Claim, now: Moment) -> dict[str, Any]:
    return {
        "number": claim.id,
        "locator": claim.locator,
        "target_href": reverse("target", args=[claim.scope.target]),
        "paths": [path or _("all of the code") for path in claim.scope.paths],
        "methods": [forms.METHODS[method] for method in claim.scope.methods],
        "weaknesses": claim.scope.weaknesses,
        "commits": claim.scope.commits,
        "authority": claim.scope.authority,
        "state": claim.state,
        "state_label": STATES[claim.state],
        "began": claim.began,
        "until": claim.until,
        "ends": claim.ends,
        "units": claim.units,
        "overlap": forms.OVERLAPS[claim.overlap],
        "tone": TONES[claim.overlap],
        "heir": claim.heir,
        "met": [{"claim": met.claim, "organization": met.organization} for met in claim.met],
        "coverage": [{"at": line.at, "said": line.said, "own": line.own} for line in claim.coverage],
    }


def _plain(each: Any) -> dict[str, Any]:
    return {"locator": each.locator, "hours": each.hours, "reasons": each.reasons}
