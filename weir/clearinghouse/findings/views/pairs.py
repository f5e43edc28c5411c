# SPDX-License-Identifier: Apache-2.0
"""Pairs that may be one: the list of those that wait, and two findings side by side."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from weir.clearinghouse.findings import reads
from weir.clearinghouse.findings.forms import BASES, KINDS, LABELS, PAIR_STATES, pair_form, split_form
from weir.clearinghouse.findings.terms import (
    Finding,
    FindingId,
    LinkKind,
    Nomination,
    Pair,
    PairId,
    PairLine,
    PairState,
)
from weir.clearinghouse.findings.verbs import keep_apart, merge_findings, split_finding
from weir.foundation.forms import Asked, Form, done, keyed, onward, tried
from weir.kernel.errors import Invalid

APART, MERGE, SPLIT = "apart", "merge", "split"
TOOLS_SHOWN = 3


@require_safe
@login_required
def list_pairs(request: Asked) -> HttpResponse:
    """Pairs in one state, newest first; those that wait for a person unless asked for others."""
    state = request.GET.get("state", PairState.NOMINATED.value)
    if state not in set(PairState):
        raise Invalid("There is no such state.", faults={"/state": "is one of " + ", ".join(PairState)})
    page = reads.list_pairs(request.actor, PairState(state), after=request.GET.get("after", ""))
    context = {
        "page_title": _("Pairs"),
        "pairs": [_line(each) for each in page.lines],
        "states": [
            {"label": label, "href": f"{reverse('pairs')}?state={each.value}", "current": each.value == state}
            for each, label in PAIR_STATES.items()
        ],
        "prev_href": None,
        "next_href": f"{reverse('pairs')}?{urlencode({'state': state, 'after': page.after})}" if page.after else None,
        "queue_href": reverse("queue"),
    }
    return render(request, "findings/pairs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show_pair(request: Asked, number: str) -> HttpResponse:
    """Two findings side by side, why they may be one, and what a person decides about them."""
    pair = reads.read_pair(request.actor, PairId.parse(number))
    both = [reads.read_finding(request.actor, each) for each in (pair.finding, pair.other)]
    merged = pair.state is PairState.MERGED
    attempt = tried(
        request,
        split_form() if merged else pair_form(pair.finding, pair.other),
        lambda given: _decide(request, pair, both, given),
    )
    if attempt.outcome is None:
        return _page(request, pair, both, attempt.form, attempt.status)
    return onward(request, reverse("pair", args=[pair.id]), attempt.outcome)


def _decide(request: Asked, pair: Pair, both: list[Finding], given: dict[str, Any]) -> str:
    step, reason = request.POST.get("step"), given.get("reason", "")
    if step == SPLIT:
        part = next((each.id for each in both if {pair.finding, pair.other} & set(each.merged_into)), pair.other)
        done(request, split_finding, {"finding": part, "reason": reason})
        return _("They are two again, each as it was before.")
    if step == APART:
        done(request, keep_apart, {"pair": pair.id, "reason": reason})
        return _("Kept apart. They are brought up again only if a fix stops both proofs.")
    into = FindingId.parse(given.get("into", ""))
    if into not in {pair.finding, pair.other}:
        raise Invalid("Choose one of the two.", faults={"/into": "is neither of the two"})
    merged = pair.other if into == pair.finding else pair.finding
    done(request, merge_findings, {"into": into, "merged": merged, "reason": reason})
    return _("They are one. Each proof is to be run again before it is closed; this can be taken back at any time.")


def _page(request: Asked, pair: Pair, both: list[Finding], form: Form, status: int) -> HttpResponse:
    shown = {
        "number": pair.id,
        "state": pair.state,
        "state_label": PAIR_STATES[pair.state],
        "kind_label": KINDS[pair.kind],
        "sides": [_side(each) for each in both],
        "nominations": [_nomination(each) for each in reversed(pair.nominations)],
        "reason": pair.reason,
        "decided_by": pair.decided_by,
        "marking": pair.marking,
        "losers": pair.who_would_lose if pair.state is not PairState.MERGED else (),
        "may_merge": pair.kind is LinkKind.SAME and pair.state is not PairState.MERGED,
        "may_part": pair.state is PairState.NOMINATED,
        "may_split": pair.state is PairState.MERGED,
    }
    context = {
        "page_title": pair.id,
        "pair": shown,
        "form": form,
        "action": keyed(reverse("pair", args=[pair.id]), request),
        "pairs_href": reverse("pairs"),
    }
    return render(request, "findings/pair.html", context, status=status)


def _side(found: Finding) -> dict[str, object]:
    return {
        "number": found.id,
        "href": reverse("finding", args=[found.id]),
        "title": found.title,
        "state": found.state,
        "state_label": LABELS[found.state],
        "marking": found.marking,
        "target": found.target,
        "received": found.received_at,
        "reports": [{"number": each.id, "href": reverse("report", args=[each.id])} for each in found.reports],
        "tools": [
            {
                "document": each.document,
                "href": reverse("document", args=[each.document]),
                "tool": " ".join(filter(None, (each.tool, each.rule))),
                "place": each.place,
            }
            for each in found.items[:TOOLS_SHOWN]
        ],
    }


def _nomination(said: Nomination) -> dict[str, object]:
    return {
        "by": said.by,
        "at": said.at,
        "basis": BASES[said.basis],
        "score": round(100 * said.score),
        "explanation": said.explanation,
    }


def _line(each: PairLine) -> dict[str, object]:
    return {
        "number": each.id,
        "href": reverse("pair", args=[each.id]),
        "kind_label": KINDS[each.kind],
        "state": each.state,
        "state_label": PAIR_STATES[each.state],
        "at": each.at,
        "title": each.title,
        "other_title": each.other_title,
    }
