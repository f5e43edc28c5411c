# SPDX-License-Identifier: Apache-2.0
"""What is done with the ledger itself. Entries are added by `record.py`; these are its few other acts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError

from weir.foundation.actor import Actor
from weir.foundation.ledger.models import ErasureRow, ReadingRow, ReplayRow
from weir.foundation.ledger.reads import entries_on
from weir.foundation.ledger.record import milliseconds
from weir.foundation.ledger.rules import reading_window
from weir.foundation.ledger.terms import NoSuchEntry
from weir.foundation.verb import refuse_if_held, verb
from weir.kernel.moments import Moment

KEYS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Read:
    """That something sealed was opened."""

    id: str
    question: str
    window: int


@dataclass(frozen=True)
class Erased:
    """Which leaves now stand alone. `reference` is what `ledger verify` names beside them."""

    id: str
    reason: str
    leaves: tuple[str, ...]


@dataclass(frozen=True)
class Continued:
    """A log that goes on under another name. `continues` is the last signed head of the one before it."""

    id: str
    continues: str
    reason: str


@dataclass(frozen=True)
class Swept:
    """How much had served its time."""

    id: str
    keys: int
    readings: int


@verb("ledger.note_reading", internal=True)
def note_reading(actor: Actor, about: str, question: str, window: int, *, now: Moment) -> Read:
    """Keep that an actor opened something sealed: once per object and ten minutes, before the first byte goes out."""
    ReadingRow.objects.create(actor=actor.id, about=about, window=window)
    return Read(about, question, window)


@verb("ledger.erase_entries", person_only=True, page="/acts/ledger.erase_entries/", two_people=True)
def erase_entries(actor: Actor, about: str, reason: str, *, now: Moment) -> Erased:
    """Destroy bytes and salt of every entry about an object, and keep the leaves.

    The tree stays verifiable; what the entries said is gone, and this entry says who took it away and why.
    """
    leaves = _emptied(actor, about)
    if not leaves:
        raise NoSuchEntry
    return Erased(about, reason, leaves)


def _emptied(actor: Actor, about: str) -> tuple[str, ...]:
    refuse_if_held(actor, about)
    rows = entries_on(about).exclude(body=b"").exclude(kind__in=("ledger.erase_entries", "ledger.repeat_erasure"))
    leaves = [(row.id, bytes(row.leaf).hex()) for row in rows]
    ErasureRow.objects.bulk_create([ErasureRow(entry=id, reference=about) for id, _ in leaves], ignore_conflicts=True)
    rows.update(body=b"", salt=b"")
    return tuple(leaf for _, leaf in leaves)


@verb("ledger.note_continuation", internal=True)
def note_continuation(actor: Actor, origin: str, continues: str, reason: str, *, now: Moment) -> Continued:
    """Keep that a log went on under another name, and why: the new log's own word about the one before it."""
    return Continued(origin, continues, reason)


@verb("ledger.repeat_erasure", internal=True)
def repeat_erasure(actor: Actor, about: str, *, now: Moment) -> Erased:
    """After a restore: destroy once more what had been erased since the backup was made.

    The name comes from the journal kept outside the backup. This entry stands in for the one that was lost.
    """
    leaves = _emptied(actor, about)
    if not leaves:
        raise NoSuchEntry
    return Erased(about, "repeated after a restore", leaves)


@verb("ledger.sweep_notes", internal=True)
def sweep_notes(actor: Actor, *, now: Moment) -> Swept:
    """Let go of what has served its time: idempotency keys after thirty days, notes of readings after their window.

    Entries stay. Whoever sends a key again after that does a new thing; no client waits so long for an answer.
    """
    oldest = milliseconds(Moment.of(now - KEYS_KEPT))
    keys, _ = ReplayRow.objects.filter(at_ms__lt=oldest).delete()
    readings, _ = ReadingRow.objects.filter(window__lt=reading_window(milliseconds(now)) - 1).delete()
    return Swept("", keys, readings)


def witness(actor: Actor, question: str, about: str, now: Moment) -> None:
    """Implements `Witness`: at most one entry per actor, object and window; two that race keep one between them."""
    window = reading_window(milliseconds(now))
    if ReadingRow.objects.filter(actor=actor.id, about=about, window=window).exists():
        return
    with suppress(IntegrityError):  # another request of the same actor kept it in the meantime
        note_reading(actor, about, question, window, now=now)
