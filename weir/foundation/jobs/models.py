# SPDX-License-Identifier: Apache-2.0
"""Rows of jobs: the truth about what is to be done. The queue only says that somebody should look."""

from __future__ import annotations

from django.db import models


class CursorRow(models.Model):
    """How far a station has read the ledger: everything up to here has become items."""

    station = models.CharField(max_length=80, primary_key=True)
    log = models.SmallIntegerField(default=0)
    transaction = models.BigIntegerField(default=0)
    entry = models.BigIntegerField(default=0)

    class Meta:
        db_table = "jobs_cursor"


class JobRow(models.Model):
    """One batch. `items` are pairs of id and idempotency key, never content; `done` of them need no further look.

    `wakes` counts how often the queue was told (each time under another name), `starts` how often somebody began since
    it last got any further, `runner` is the token of who began last: progress under another token is refused.
    """

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=80)
    items = models.JSONField()
    total = models.IntegerField()
    state = models.CharField(max_length=12)
    done = models.IntegerField(default=0)
    set_aside = models.IntegerField(default=0)
    turn = models.IntegerField(default=1)
    wakes = models.IntegerField(default=0)
    starts = models.IntegerField(default=0)
    runner = models.CharField(max_length=64, blank=True)
    due_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "jobs_job"
        indexes = (
            models.Index(fields=["state", "due_at"], name="jobs_job_due"),
            models.Index(fields=["state", "changed_at"], name="jobs_job_changed"),
        )


class WokenRow(models.Model):
    """A due row that was told already: a scan finds it again until its room has dealt with it."""

    waking = models.BinaryField(primary_key=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "jobs_woken"


class SetAsideRow(models.Model):
    """An item that a job could not do. It waits for a person, and keeps its key: tried again, it is the same act."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=80)
    item = models.CharField(max_length=80)
    key = models.CharField(max_length=160)
    sentence = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        db_table = "jobs_set_aside"


class LeaseRow(models.Model):
    """A worker slot and the process that runs it. `until` is renewed every few seconds; whoever takes the slot, or
    gives the work of a dead one back to the queue, raises `generation` first, and the old holder finds itself fenced.
    """

    executor = models.CharField(max_length=200, primary_key=True)
    generation = models.BigIntegerField(default=1)
    host = models.CharField(max_length=200)
    pid = models.IntegerField()
    born = models.BigIntegerField()
    until = models.DateTimeField()
    seen_at = models.DateTimeField()
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "jobs_lease"
