# SPDX-License-Identifier: Apache-2.0
"""Which finding an item of a document belongs to, by what a finding goes, and how far each document has got."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class FindingItemRow(models.Model):
    """An item belongs to exactly one finding. `digest` is its name in intake; what it says stays sealed there.

    `opened` says that the finding was opened for it: of these a finder's documents have so many a day.
    """

    digest = models.BinaryField(primary_key=True)
    finding = models.ForeignKey("findings.FindingRow", on_delete=models.PROTECT)
    document = models.CharField(max_length=24)
    finder = models.CharField(max_length=40)
    at = models.DateTimeField()
    opened = models.BooleanField()

    class Meta:
        db_table = "findings_item"
        indexes: ClassVar = [
            models.Index(fields=["finder", "at"], name="findings_item_turns", condition=Q(opened=True)),
        ]


class FindingKeyRow(models.Model):
    """An exact key, keyed by the instance, and the finding that had it first. Whatever has it too, joins that one."""

    key = models.BinaryField(primary_key=True)
    finding = models.ForeignKey("findings.FindingRow", on_delete=models.PROTECT)

    class Meta:
        db_table = "findings_key"


class DocumentWalkRow(models.Model):
    """How far the items of a document have found their findings, and when it goes on: null where nothing is left."""

    document = models.CharField(max_length=24, primary_key=True)
    after = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "findings_document"
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="findings_document_due", condition=Q(due_at__isnull=False)),
        ]
