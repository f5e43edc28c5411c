# SPDX-License-Identifier: Apache-2.0
"""The tick: entries go into a batch tree, its root becomes one public leaf, the head is signed and published.

A named direct writer. It tells the story top to bottom; at each commit point stands what is true if we stop there, and
the next tick recovers by running the same lines. No entry still in flight is ever passed: on PostgreSQL entries are
taken in the order of their transaction ids, and only below the oldest one still running; on SQLite there is one writer
at a time.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from weir.foundation.ledger import reads, rules
from weir.foundation.ledger.models import BatchRow, CheckpointRow, LogRow, TileRow
from weir.foundation.ledger.terms import Line, LogBehind, Notary, Ticked
from weir.foundation.transactions import tell_row_security
from weir.kernel import merkle, notes, tiles
from weir.kernel.batch import Batch, choose_places, public_leaf_data
from weir.kernel.moments import Moment

FILE = "INSERT INTO ledger_placement (entry, log, tick, place, leaf, about) VALUES (%s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class Sequencer:
    """Grows one log by exactly one leaf a tick, whether or not anything happened."""

    notary: Notary
    every: timedelta
    depth: int

    def tick(self, now: Moment) -> Ticked | None:
        """One leaf, if one is due. Any number of workers may call this: a row lock lets one through."""
        sealed = self.seal(now)
        # Stop here: the batch is in the tree and nobody has seen the head. The next call publishes it, or a newer one.
        if note := self.unpublished():
            self.notary.remember(note.note)
            # Stop here: the file beside the keys is ahead of what is published, never behind: a restore is recognized.
            self.publish(note)
        return sealed

    def seal(self, now: Moment) -> Ticked | None:
        """Placements, batch, tiles and head in one transaction: all of a tick or nothing of it."""
        with transaction.atomic():
            tell_row_security(beat="writing", keys=frozenset())
            log = LogRow.objects.select_for_update(skip_locked=True).filter(ended=False).first()
            if log is None or log.next_tick_at > now:
                return None
            self._refuse_if_behind(log)
            room = 2**self.depth
            lines = reads.lines_after(reads.cursor_of(log), room)
            self._grow(log, lines)
            # Fixed cadence, from the plan and not from now: a slow tick does not show. After a long stop, start afresh.
            planned = log.next_tick_at + self.every
            log.next_tick_at = planned if planned > now else now + self.every
            log.save(update_fields=["size", "transaction", "entry", "next_tick_at"])
            return Ticked(log.size - 1, len(lines), waiting=len(lines) == room)

    def _grow(self, log: LogRow, lines: list[Line]) -> None:
        tick = log.size
        places = choose_places(len(lines), self.depth, os.urandom)
        taken = dict(zip(places, (line.leaf for line in lines), strict=True))
        batch = Batch(self.depth, tick, self.notary.blinding_key(tick), taken)
        root = batch.root()
        with connection.cursor() as cursor:
            cursor.executemany(
                FILE,
                [
                    (line.cursor.id, log.id, tick, place, line.leaf, line.about)
                    for line, place in zip(lines, places, strict=True)
                ],
            )
        packed, crown = rules.pack_places(taken), rules.crown_of(batch)
        BatchRow.objects.create(log=log.id, tick=tick, depth=self.depth, root=root, places=packed, crown=crown)
        changed = tiles.append(reads.tile_reader(log.id), tick, [merkle.leaf_hash(public_leaf_data(root, self.depth))])
        for (level, index), hashes in changed.items():
            TileRow.objects.update_or_create(log=log.id, level=level, index=index, defaults={"hashes": hashes})
        log.size = tick + 1
        if lines:
            log.transaction, log.entry = lines[-1].cursor.transaction, lines[-1].cursor.id
        head = notes.Checkpoint(log.origin, log.size, tiles.root(reads.tile_reader(log.id), log.size))
        CheckpointRow.objects.create(log=log.id, size=log.size, note=notes.sign(head.text(), [self.notary.log_key]))

    def unpublished(self) -> CheckpointRow | None:
        """The newest head that was signed, if it is not published yet."""
        newest = CheckpointRow.objects.filter(log=reads.open_log().id).order_by("-size").first()
        return newest if newest and not newest.published else None

    def publish(self, head: CheckpointRow) -> None:
        """Served from here on; older heads go, since a newer one says all that they said."""
        with transaction.atomic():
            CheckpointRow.objects.filter(pk=head.pk).update(published=True)
            CheckpointRow.objects.filter(log=head.log, size__lt=head.size).delete()

    def _refuse_if_behind(self, log: LogRow) -> None:
        """A database restored from an old backup must not sign a second history under the same name."""
        published = self.notary.last_published()
        if not published:
            return
        opened = notes.open_note(published, [self.notary.log_key.verifier()])
        outside = notes.Checkpoint.parse(opened.text)
        if outside.origin == log.origin and outside.size > log.size:
            raise LogBehind


def begin_log(instance: str, now: Moment) -> None:
    """The open log of this instance: made on first start, and a new one when the instance was given another name."""
    with transaction.atomic():
        log = LogRow.objects.select_for_update().filter(ended=False).first()
        if log is None:
            LogRow.objects.create(origin=instance, next_tick_at=now)
        elif log.origin not in rules.origins_of(instance):
            _follow(log, instance, now)


def continue_log(instance: str, now: Moment) -> tuple[str, str]:
    """End the open log and go on under a name that was never used; both names, the old one first.

    Nobody else may write meanwhile: who does would write into a log that has ended. All of it happens or nothing.
    """
    with transaction.atomic():
        tell_row_security(beat="writing", keys=frozenset())
        log = LogRow.objects.select_for_update().get(ended=False)
        return log.origin, _follow(log, instance, now)


def _follow(log: LogRow, instance: str, now: Moment) -> str:
    fresh = LogRow(origin=reads.unused_origin(instance), continues=_last_word(log), next_tick_at=now)
    waiting = reads.unfiled(log)
    fresh.save(force_insert=True)
    # Taken along: nobody would sequence them where they are. In the new log they come first, in the order of their
    # keys; PostgreSQL's own transaction ids begin at 3, whatever the cluster.
    waiting.update(log=fresh.id, transaction=0)
    log.ended = True
    log.save(update_fields=["ended"])
    return str(fresh.origin)


def _last_word(log: LogRow) -> str:
    """The newest head that was published of a log that ends. What the database still holds stays provable under its
    own newest head: either it is what was published, or a part of that.
    """
    signer = reads.notary_of(log.origin)
    outside, newest = signer.last_published(), CheckpointRow.objects.filter(log=log.id).order_by("-size").first()
    if newest is None:
        return outside
    if not outside or reads.checkpoint_of(outside).size < newest.size:
        signer.remember(newest.note)
        outside = newest.note
    # Stop here: kept outside and not yet published, which is how a tick may end too.
    CheckpointRow.objects.filter(pk=newest.pk).update(published=True)
    CheckpointRow.objects.filter(log=log.id, size__lt=newest.size).delete()
    return outside
