# SPDX-License-Identifier: Apache-2.0
"""Narrowing the queue. What is sealed is searched by opening it, and so only so far at once (docs/decisions/0090)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from uuid import UUID

from django.db.models import Q

from weir.clearinghouse.findings.models import FindingRow, PairRow, ViewRow
from weir.clearinghouse.findings.reads.findings import LISTED, SEALED_CONTEXT, line_of
from weir.clearinghouse.findings.terms import (
    LONGEST_TEXT,
    Counts,
    FindingLine,
    FindingState,
    Narrowed,
    PairState,
    TooLongSearch,
    View,
    ViewId,
)
from weir.foundation.actor import Actor
from weir.foundation.policy.reads import newest_visible, visible_to
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.policy.terms import Tlp
from weir.foundation.question import Page, question
from weir.foundation.store.reads import open_cases, unseal
from weir.foundation.store.rules import opener
from weir.kernel.canonical import own_object

PAGE = 50
COUNTED = 1_000
LOOKED_AT, OPENED = 10_000, 1_000  # so many rows a request; then the page says where it stopped
WINDOW, OPENED_AT_ONCE = 500, 250
VIEW_CONTEXT = "findings.view"

Fits = Callable[[list[FindingRow]], list[FindingRow]]


@question("findings.list_findings", filtered=True, sealed=True)
def list_findings(
    actor: Actor,
    state: FindingState | None = None,
    after: str = "",
    marking: Tlp | None = None,
    since: date | None = None,
    before: date | None = None,
    mine: bool = False,  # noqa: FBT001, FBT002 - doors give it by name
    text: str = "",
) -> Page[FindingLine]:
    """The queue: findings that you may see, newest first.

    Whatever narrows it is looked for in a bounded number of rows. A page that is not full and says where to go on has
    stopped at that bound.
    """
    to = Narrowed(state, marking, since, before, mine, text.strip())
    if len(to.text) > LONGEST_TEXT:
        raise TooLongSearch(faults={"/text": "is too long"})
    if to == Narrowed():
        rows, further = newest_page(actor, FindingRow, LISTED, after=after, limit=PAGE)
    else:
        rows, further = narrowed(actor, to, after, PAGE)
    return Page(tuple(line_of(row, actor) for row in rows), further)


@question("findings.count_queue")
def count_queue(actor: Actor) -> Counts:
    """How much is open, how much of it is yours, how many pairs wait: among the newest thousand that you may see."""
    newest = newest_visible(actor, FindingRow, LISTED, limit=COUNTED)
    pairs = newest_visible(actor, PairRow, "findings.list_pairs", limit=COUNTED)
    open_ones = FindingRow.objects.filter(pk__in=newest, state=FindingState.OPEN)
    mine = visible_to(actor, FindingRow, LISTED).filter(owner=actor.id, state=FindingState.OPEN)
    return Counts(
        open=open_ones.count(),
        mine=mine.count(),
        pairs=PairRow.objects.filter(pk__in=pairs, state=PairState.NOMINATED).count(),
        among=COUNTED,
        whole=len(newest) < COUNTED,
    )


@question("findings.list_views", sealed=True)
def list_views(actor: Actor) -> tuple[View, ...]:
    """The views that you saved."""
    return tuple(_view(row) for row in ViewRow.objects.filter(person=actor.id).order_by("id"))


def narrowed(actor: Actor, to: Narrowed, after: str, limit: int) -> tuple[tuple[FindingRow, ...], str]:
    """The newest rows that fit, and the number after which to go on: that of the last one shown, or of the last one
    looked at where it stopped at the bound.
    """
    edge = _place(actor, after)
    if to.mine:
        # There are few of these, and an index of them.
        own = Q(owner=actor.id) & (Q(pk__lt=edge) if edge else Q())
        rows = visible_to(actor, FindingRow, LISTED).filter(_columns(to), own).order_by("-pk")[:OPENED]
        return _page(_fitting(to)(list(rows)), limit, "")
    return _sifted(actor, to, edge, limit)


def _sifted(actor: Actor, to: Narrowed, edge: UUID | None, limit: int) -> tuple[tuple[FindingRow, ...], str]:
    window, bound = (OPENED_AT_ONCE, OPENED) if to.text else (WINDOW, LOOKED_AT)
    fits, found, looked, ids = _fitting(to), list[FindingRow](), 0, list[UUID]()
    while len(found) <= limit and looked < bound:
        ids = newest_visible(actor, FindingRow, LISTED, before=edge, limit=window)
        found += fits(list(FindingRow.objects.filter(_columns(to), pk__in=ids).order_by("-pk")))
        looked += len(ids)
        if len(ids) < window or _older(ids[-1], to):
            return _page(found, limit, "")
        edge = ids[-1]
    return _page(found, limit, FindingRow.objects.values_list("number", flat=True).get(pk=ids[-1]))


def _page(found: list[FindingRow], limit: int, stopped_at: str) -> tuple[tuple[FindingRow, ...], str]:
    shown = tuple(found[:limit])
    return shown, shown[-1].number if len(found) > limit else stopped_at


def _columns(to: Narrowed) -> Q:
    wanted = Q()
    if to.state:
        wanted &= Q(state=to.state.value)
    if to.marking:
        wanted &= Q(tlp=to.marking.value)
    if to.since:
        wanted &= Q(received_at__gte=datetime.combine(to.since, time.min, UTC))
    if to.before:
        wanted &= Q(received_at__lt=datetime.combine(to.before, time.min, UTC))
    return wanted


def _older(id: UUID, to: Narrowed) -> bool:
    """Whether nothing after this row can be young enough: none is laid down before its report came."""
    return to.since is not None and id.int >> 80 < datetime.combine(to.since, time.min, UTC).timestamp() * 1000


def _fitting(to: Narrowed) -> Fits:
    if not to.text:
        return lambda rows: rows
    words = to.text.casefold().split()
    return lambda rows: [row for row, text in _opened(rows) if all(word in text for word in words)]


def _opened(rows: Iterable[FindingRow]) -> Iterable[tuple[FindingRow, str]]:
    """Each row with what it says. A case that was erased says nothing, and is found by its number only."""
    listed = list(rows)
    keys = open_cases([row.number for row in listed])
    for row in listed:
        said = (
            own_object(opener(keys[row.number], row.number)(bytes(row.sealed), SEALED_CONTEXT))
            if row.number in keys
            else {}
        )
        yield row, " ".join((row.number, *map(str, said.values()))).casefold()


def _place(actor: Actor, number: str) -> UUID | None:
    """A number that this actor may not see marks no place: the page begins at the top."""
    if not number:
        return None
    return visible_to(actor, FindingRow, LISTED).filter(number=number).values_list("pk", flat=True).first()


def _view(row: ViewRow) -> View:
    said = own_object(unseal(row.number, bytes(row.sealed), VIEW_CONTEXT))
    return View(ViewId(row.number), said["name"], said["query"])
