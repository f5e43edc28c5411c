# SPDX-License-Identifier: Apache-2.0
"""Rows of the ledger. Entries are only ever added; erasure empties two columns and leaves the leaf."""

from __future__ import annotations

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class LogRow(models.Model):
    """One log under one origin. A restore that is behind begins a new one; the old one is named in `continues`."""

    id = models.SmallAutoField(primary_key=True)
    origin = models.CharField(max_length=255, unique=True)
    continues = models.TextField(blank=True)
    size = models.BigIntegerField(default=0)
    transaction = models.BigIntegerField(default=0)
    entry = models.BigIntegerField(default=0)
    next_tick_at = models.DateTimeField()
    ended = models.BooleanField(default=False)

    class Meta:
        db_table = "ledger_log"


class EntryNumber(models.BigAutoField):  # type: ignore[type-arg]  # Django takes no parameters at run time
    """Counts up. SQLite would keep its own note of the highest number ever, so that one of a deleted row is not given
    again, and write a page for it with each entry; entries are never deleted.
    """

    def db_type_suffix(self, connection: BaseDatabaseWrapper) -> str | None:
        return None if connection.vendor == "sqlite" else super().db_type_suffix(connection)


class EntryRow(models.Model):
    """One act. `leaf` = H(salt || bytes) is all that ever leaves without asking policy.

    `body` holds the exact canonical bytes; where `compartment` is named, it holds salt and bytes together, sealed under
    that compartment's key, and `salt` is empty: a salt that outlived its key would let short contents be guessed.
    `transaction` is PostgreSQL's transaction id (0 on SQLite, which has one writer at a time). No index but the key:
    whoever writes should not pay for whoever looks up, so leaf and object are filed by the sequencer, in
    `PlacementRow`.
    """

    id = EntryNumber(primary_key=True)
    log = models.SmallIntegerField()
    transaction = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=80)
    version = models.SmallIntegerField()
    actor = models.CharField(max_length=40)
    about = models.CharField(max_length=80)
    compartment = models.CharField(max_length=40, blank=True)
    at_ms = models.BigIntegerField()
    body = models.BinaryField()
    salt = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        db_table = "ledger_entry"


class PlacementRow(models.Model):
    """Where the sequencer put an entry: which tick, which place in its batch tree; and by what it is found again."""

    entry = models.BigIntegerField(primary_key=True)
    log = models.SmallIntegerField()
    tick = models.BigIntegerField()
    place = models.IntegerField()
    leaf = models.BinaryField(unique=True)
    about = models.CharField(max_length=80)

    class Meta:
        db_table = "ledger_placement"
        indexes = (models.Index(fields=["about", "entry"], name="ledger_placement_about"),)


class BatchRow(models.Model):
    """One tick: the root that is its public leaf, and the occupied places (two bytes) with their leaves, packed.

    `crown`: the nodes half-way up a batch with many entries, packed alike, so that a proof need not hash all of them.
    """

    id = models.BigAutoField(primary_key=True)
    log = models.SmallIntegerField()
    tick = models.BigIntegerField()
    depth = models.SmallIntegerField()
    root = models.BinaryField()
    places = models.BinaryField()
    crown = models.BinaryField()

    class Meta:
        db_table = "ledger_batch"
        constraints = (models.UniqueConstraint(fields=["log", "tick"], name="ledger_batch_tick"),)


class TileRow(models.Model):
    """Hashes of one tile of the public tree, as wide as they have grown."""

    id = models.BigAutoField(primary_key=True)
    log = models.SmallIntegerField()
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "ledger_tile"
        constraints = (models.UniqueConstraint(fields=["log", "level", "index"], name="ledger_tile_name"),)


class CheckpointRow(models.Model):
    """A signed tree head. Only published ones are served; publication follows the note outside the database."""

    id = models.BigAutoField(primary_key=True)
    log = models.SmallIntegerField()
    size = models.BigIntegerField()
    note = models.TextField()
    published = models.BooleanField(default=False)

    class Meta:
        db_table = "ledger_checkpoint"
        constraints = (models.UniqueConstraint(fields=["log", "size"], name="ledger_checkpoint_size"),)


class ReplayRow(models.Model):
    """An idempotency key that was used: digests only, so that it tells nothing, and the entry that answers it."""

    id = models.BigAutoField(primary_key=True)
    key = models.BinaryField(unique=True)
    body = models.BinaryField()
    entry = models.BigIntegerField()
    at_ms = models.BigIntegerField()

    class Meta:
        db_table = "ledger_replay"


class ReadingRow(models.Model):
    """That an actor opened something sealed within ten minutes: one row and one entry, however often."""

    id = models.BigAutoField(primary_key=True)
    actor = models.CharField(max_length=40)
    about = models.CharField(max_length=80)
    window = models.BigIntegerField()

    class Meta:
        db_table = "ledger_reading"
        constraints = (models.UniqueConstraint(fields=["actor", "about", "window"], name="ledger_reading_once"),)


class ErasureRow(models.Model):
    """That an entry's bytes and salt were destroyed, and under which reference the ledger says by whom."""

    entry = models.BigIntegerField(primary_key=True)
    reference = models.CharField(max_length=80)

    class Meta:
        db_table = "ledger_erasure"
