# SPDX-License-Identifier: Apache-2.0
"""Entries, for whoever did them or may see what they are about."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from weir.foundation.actor import Actor
from weir.foundation.ledger import rules
from weir.foundation.ledger.models import EntryRow, ErasureRow, PlacementRow
from weir.foundation.ledger.reads.growing import entries_on, unfiled
from weir.foundation.ledger.reads.published import published_sizes
from weir.foundation.ledger.record import moment_of, open_body
from weir.foundation.ledger.terms import EntryLine, EntryState, EntryView, NoSuchEntry
from weir.foundation.policy.reads import may_see
from weir.foundation.question import Page, question
from weir.foundation.store.reads import unseal
from weir.foundation.store.terms import Erased
from weir.kernel.moments import Moment

_PAGE = 50
_FILED = "SELECT e.* FROM ledger_placement p JOIN ledger_entry e ON e.id = p.entry WHERE p.leaf = %s"
_READING = "ledger.note_reading"


@question("ledger.read_entry", filtered=True)
def read_entry(actor: Actor, leaf: str) -> EntryView:
    """One entry, for whoever did it or may see what it is about."""
    row = visible_entry(actor, leaf)
    erased = ErasureRow.objects.filter(entry=row.id).first()
    state = EntryState.PROVABLE if PlacementRow.objects.filter(entry=row.id).exists() else EntryState.WAITING
    content = "" if erased else _content(row)
    return EntryView(
        leaf=leaf,
        schema=f"{row.kind}/{row.version}",
        at=moment_of(row.at_ms),
        actor=row.actor,
        about=row.about,
        state=state if content else EntryState.ERASED,
        content=content,
        erased_by=erased.reference if erased else "",
    )


@question("ledger.entries_about", filtered=True)
def entries_about(actor: Actor, about: str, after: str = "") -> Page[EntryLine]:
    """What was done to one object, newest first; kinds and moments, not contents.

    Who opened it is for the staff. Everybody else who may see the object is told, last of all and without a leaf, on
    which day somebody first opened it.
    """
    if not may_see(actor, about):
        raise NoSuchEntry
    rows = _known_to(actor, about).order_by("-id")
    if after:
        rows = rows.filter(id__lt=visible_entry(actor, after).id)
    found = list(rows[: _PAGE + 1])
    lines = _lines(found[:_PAGE])
    if len(found) > _PAGE:
        return Page(lines, after=lines[-1].leaf)
    return Page(lines + _first_opened(actor, about))


@question("ledger.first_entry_about", filtered=True)
def first_entry_about(actor: Actor, about: str, kind: str) -> EntryLine:
    """The entry with which something began: where its receipt and its proof hang."""
    row = _known_to(actor, about).filter(kind=kind).order_by("id").first()
    if row is None or not (row.actor == actor.id != "anonymous" or may_see(actor, about)):
        raise NoSuchEntry
    return _lines([row])[0]


def _known_to(actor: Actor, about: str) -> QuerySet[EntryRow]:
    """Entries about an object, without those that say who else opened it, unless the actor is of the staff."""
    rows = entries_on(about)
    return rows if actor.staff else rows.exclude(~Q(actor=actor.id), kind=_READING)


def _first_opened(actor: Actor, about: str) -> tuple[EntryLine, ...]:
    """That somebody else opened it, with the day and no more: hours and numbers would tell who works on it, and when.

    The first day only: one line says that it is seen; a line a day would say how much it matters.
    """
    if actor.staff:
        return ()
    rows = entries_on(about).filter(kind=_READING).exclude(actor=actor.id)
    first = rows.order_by("id").values_list("at_ms", flat=True).first()
    if first is None:
        return ()
    day = moment_of(first).replace(hour=0, minute=0, second=0, microsecond=0)
    return (EntryLine("", _READING, Moment.of(day), "", provable=False),)


def _lines(rows: list[EntryRow]) -> tuple[EntryLine, ...]:
    sizes = published_sizes()
    placed = PlacementRow.objects.filter(entry__in=[row.id for row in rows]).values_list("entry", "log", "tick")
    provable = {entry for entry, log, tick in placed if tick < sizes.get(log, 0)}
    return tuple(
        EntryLine(bytes(row.leaf).hex(), row.kind, moment_of(row.at_ms), row.actor, row.id in provable) for row in rows
    )


def visible_entry(actor: Actor, leaf: str) -> EntryRow:
    """The row, or the same answer as for a leaf that never was."""
    try:
        row = _entry_of(bytes.fromhex(leaf))
    except ValueError:
        row = None
    if row is None or not (row.actor == actor.id != "anonymous" or (row.about and may_see(actor, row.about))):
        raise NoSuchEntry
    if row.kind == _READING and row.actor != actor.id and not actor.staff:
        raise NoSuchEntry
    return row


def _entry_of(leaf: bytes) -> EntryRow | None:
    filed = next(iter(EntryRow.objects.raw(_FILED, [leaf])), None)
    return filed or unfiled().filter(leaf=leaf).first()


def opened(row: EntryRow) -> tuple[bytes, bytes]:
    """Salt and canonical bytes; both empty once they were erased, or the key that sealed them was dropped."""
    try:
        return open_body(unseal, row.compartment, bytes(row.body), bytes(row.salt), bytes(row.leaf))
    except Erased:
        return b"", b""


def _content(row: EntryRow) -> str:
    entry = opened(row)[1]
    return rules.content_of(entry).decode() if entry else ""
