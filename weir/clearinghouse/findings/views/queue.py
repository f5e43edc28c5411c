# SPDX-License-Identifier: Apache-2.0
"""The queue: what narrows it, views of it that somebody keeps, and what is done with many findings at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from weir.clearinghouse.findings import reads
from weir.clearinghouse.findings.forms import AGES, LABELS, MARKINGS, OLDER, filter_fields
from weir.clearinghouse.findings.terms import (
    FindingId,
    FindingLine,
    FindingState,
    LinkKind,
    ViewId,
)
from weir.clearinghouse.findings.verbs import (
    drop_view,
    hand_back_finding,
    link_findings,
    save_view,
    take_finding,
)
from weir.foundation.actor import Actor
from weir.foundation.forms import Asked, done, key_of, keyed, onward
from weir.foundation.policy.terms import Tlp
from weir.foundation.question import Page
from weir.foundation.verb import Verb
from weir.kernel.errors import Conflict, Invalid, WeirError
from weir.kernel.moments import Moment

CHOICES: Mapping[str, Sequence[str]] = {
    "state": tuple(FindingState),
    "marking": MARKINGS,
    "age": tuple(AGES),
    "owner": ("mine",),
}
MOST_AT_ONCE = 50
LONGEST_QUERY = 500


@require_safe
@login_required
def queue(request: Asked) -> HttpResponse:
    """Findings that this actor may see, newest first, narrowed as asked."""
    chosen = _chosen(request)
    page = reads.list_findings(request.actor, after=request.GET.get("after", ""), **_narrowing(chosen, request.now))
    work = _work(request, chosen) if works_here(request.actor) else None
    return draw_queue(request, page, chosen, work)


def works_here(actor: Actor) -> bool:
    """Whether to draw what only coordinators do; policy still decides when they do it."""
    return actor.staff and "coordinator" in actor.roles


def draw_queue(
    request: HttpRequest,
    page: Page[FindingLine],
    chosen: Mapping[str, str] | None = None,
    work: Mapping[str, object] | None = None,
) -> HttpResponse:
    """These lines as the queue shows them."""
    address = reverse("queue")
    narrowed = dict(chosen or {})
    context = {
        "page_title": _("Queue"),
        "action": address,
        "rows": [_row(line) for line in page.lines],
        "filters": {
            "fields": filter_fields(narrowed, mine=work is not None),
            "active": bool(narrowed),
            "reset_href": address,
        },
        "prev_href": None,
        "next_href": f"{address}?{urlencode({'after': page.after} | narrowed)}" if page.after else None,
        "stopped": bool(narrowed) and bool(page.after) and len(page.lines) < reads.PAGE,
        "shown": len(page.lines),
        "empty_reason": _("Nothing here is like that.") if narrowed else _("What concerns you will stand here."),
        "work": work,
    }
    return render(request, "findings/queue.html", context)


def _chosen(request: HttpRequest) -> dict[str, str]:
    """What the filters say, without those that say nothing."""
    given = {name: request.GET.get(name, "") for name in (*CHOICES, "text")}
    faults = {
        f"/{name}": "is one of " + ", ".join(allowed)
        for name, allowed in CHOICES.items()
        if given[name] and given[name] not in allowed
    }
    if faults:
        wrong = next(iter(faults)).lstrip("/")
        raise Invalid(f"There is no such {wrong}.", faults=faults)
    return {name: value for name, value in given.items() if value.strip()}


def _narrowing(chosen: Mapping[str, str], now: Moment) -> dict[str, Any]:
    """The same as the question takes it."""
    age = chosen.get("age", "")
    day = (now - timedelta(days=AGES[age])).date() if age else None
    return {
        "state": FindingState(chosen["state"]) if "state" in chosen else None,
        "marking": Tlp(chosen["marking"]) if "marking" in chosen else None,
        "since": day if age != OLDER else None,
        "before": day if age == OLDER else None,
        "mine": "owner" in chosen,
        "text": chosen.get("text", ""),
    }


@dataclass(frozen=True, slots=True)
class Row:
    """A line as the template takes it. No mapping: a template would look for attributes first, fifty times seven."""

    number: str
    href: str
    title: str
    target: str
    state: str
    state_label: str
    received: Moment
    reports: int
    marking: str
    mine: bool
    taken: bool


def _row(line: FindingLine) -> Row:
    return Row(
        number=str(line.id),
        href=f"/findings/{line.id}/",  # said plainly: fifty look-ups of the address would be a third of the page
        title=line.title,
        target=line.target,
        state=line.state.value,
        state_label=LABELS[line.state],
        received=line.received_at,
        reports=line.reports + line.items,  # an item of a document is somebody's word, too
        marking=line.marking,
        mine=line.mine,
        taken=line.taken,
    )


# What coordinators have besides ---------------------------------------------------------------------------------------


def _work(request: Asked, chosen: Mapping[str, str]) -> dict[str, object]:
    counts, here = reads.count_queue(request.actor), urlencode(chosen)
    more = "" if counts.whole else "+"
    address = reverse("queue")
    return {
        "counts": [
            {"label": _("open"), "count": f"{counts.open}{more}", "href": f"{address}?state=open"},
            {"label": _("yours"), "count": str(counts.mine), "href": f"{address}?owner=mine"},
            {"label": _("pairs to decide"), "count": str(counts.pairs), "href": reverse("pairs")},
        ],
        "views": [
            {
                "name": view.name,
                "href": f"{address}?{view.query}",
                "current": view.query == here,
                "drop_action": reverse("drop-view", args=[view.id]),
            }
            for view in reads.list_views(request.actor)
        ],
        "save_action": keyed(reverse("save-view")) if chosen else None,
        "query": here,
        "bulk_action": keyed(reverse("bulk")),
    }


@require_POST
@login_required
def save(request: Asked) -> HttpResponse:
    """Keep what the queue is narrowed to under a name."""
    given = {"name": request.POST.get("name", ""), "query": _query(request)}
    try:
        view = done(request, save_view, given).outcome
    except (Conflict, Invalid) as error:
        messages.error(request, error.sentence)
        return redirect(f"{reverse('queue')}?{given['query']}")
    return onward(request, f"{reverse('queue')}?{view.query}", _("Saved. You find it above the queue."))


@require_POST
@login_required
def drop(request: Asked, number: str) -> HttpResponse:
    """Forget one's own view."""
    done(request, drop_view, {"view": ViewId.parse(number)})
    return onward(request, "queue", _("Dropped."))


@require_POST
@login_required
def do_with_many(request: Asked) -> HttpResponse:
    """One thing done to each finding that was ticked. Each stands by itself: what one refuses, the others still do."""
    ticked = [FindingId.parse(number) for number in request.POST.getlist("finding")[:MOST_AT_ONCE]]
    wanted = request.POST.get("do", "")
    if wanted not in {"take", "hand back", "related", "same"}:
        raise Invalid("This cannot be done with many.", faults={"/do": "is not known"})
    back = reverse("finding", args=ticked[:1]) if "here" in request.POST and ticked else _narrowed(request)
    if wanted in {"take", "hand back"}:
        verb = take_finding if wanted == "take" else hand_back_finding
        return _told(request, back, _each(request, [(verb, {"finding": each}) for each in ticked]))
    return _linked(request, back, ticked, LinkKind(wanted))


def _narrowed(request: HttpRequest) -> str:
    """The queue as it was seen."""
    return f"{reverse('queue')}?{_query(request)}"


def _query(request: HttpRequest) -> str:
    """The filters under which the page was seen, spelled anew: what came in goes into an address."""
    return QueryDict(request.POST.get("query", "")[:LONGEST_QUERY]).urlencode()


def _linked(request: Asked, back: str, ticked: Sequence[FindingId], kind: LinkKind) -> HttpResponse:
    """The first one that was ticked, with each of the others."""
    reason = request.POST.get("reason", "")
    if not reason.strip() or len(ticked) < len(("one", "other")):
        messages.error(request, _("Tick two or more, and say why they belong together."))
        return redirect(back)
    links = [
        (link_findings, {"finding": ticked[0], "other": other, "kind": kind, "reason": reason}) for other in ticked[1:]
    ]
    return _told(request, reverse("pairs"), _each(request, links))


def _each(request: Asked, acts: Sequence[tuple[Verb[..., Any], Mapping[str, Any]]]) -> tuple[int, list[str]]:
    """How many were done, and why the others were not. Each has a key of its own, made from the form's."""
    key, went, refusals = key_of(request), 0, list[str]()
    for number, (verb, given) in enumerate(acts):
        try:
            read = verb.shape.read(given)
            verb.perform(request.actor, **read, now=request.now, idempotency_key=f"{key}-{number}" if key else "")
            went += 1
        except WeirError as error:
            refusals.append(f"{next(iter(given.values()))}: {error.sentence}")
    return went, refusals


def _told(request: Asked, to: str, result: tuple[int, list[str]]) -> HttpResponse:
    went, refusals = result
    if went:
        messages.success(request, ngettext("Done with %(num)s.", "Done with %(num)s.", went) % {"num": went})
    if not went and not refusals:
        messages.error(request, _("Tick at least one."))
    for refusal in refusals:
        messages.error(request, refusal)
    return redirect(to)
