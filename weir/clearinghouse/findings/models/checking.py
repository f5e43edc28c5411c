# SPDX-License-Identifier: Apache-2.0
"""Rows of the blind check. What is held is sealed under its finding's key, and goes with it; the buckets are public to
members, and noise to whoever knows no fingerprint.
"""

from __future__ import annotations

from django.db import models


class CheckedRow(models.Model):
    """A finding that a blind check may find. `fingerprints` are sealed; so is what the key of `epoch` makes of them."""

    id = models.UUIDField(primary_key=True)
    finding = models.OneToOneField("findings.FindingRow", on_delete=models.PROTECT)
    withheld = models.BooleanField(default=False)
    fingerprints = models.BinaryField()
    epoch = models.IntegerField(default=0)
    outputs = models.BinaryField(default=bytes)

    class Meta:
        db_table = "findings_checked"


class CheckEpochRow(models.Model):
    """One key. Its seed lies in the key folder; here only what everybody may know."""

    epoch = models.IntegerField(primary_key=True)
    public_key = models.BinaryField(max_length=32)
    began_at = models.DateTimeField()
    ended = models.BooleanField(default=False)

    class Meta:
        db_table = "findings_check_epoch"


class EditionRow(models.Model):
    """One edition of the buckets. The newest two are kept: whoever began with the older one may end with it."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    epoch = models.IntegerField()
    made_at = models.DateTimeField(db_index=True)
    buckets = models.IntegerField()
    slots = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "findings_edition"


class CheckerRow(models.Model):
    """A member who has asked: how many fingerprints, ever. Two requests of one member wait for each other here."""

    member = models.CharField(max_length=40, primary_key=True)
    spent = models.IntegerField(default=0)

    class Meta:
        db_table = "findings_checker"


class CheckSpentRow(models.Model):
    """What a member had evaluated at one time, kept for as long as it counts against the bound."""

    id = models.UUIDField(primary_key=True)
    checker = models.ForeignKey("findings.CheckerRow", on_delete=models.CASCADE)
    at = models.DateTimeField()
    elements = models.IntegerField()

    class Meta:
        db_table = "findings_check_spent"
        indexes = (models.Index(fields=["checker", "at"], name="findings_check_spent_lately"),)
