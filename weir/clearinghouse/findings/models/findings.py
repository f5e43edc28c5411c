# SPDX-License-Identifier: Apache-2.0
"""Findings, and the reports that led to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from weir.clearinghouse.findings.terms import FindingId
from weir.foundation.policy.terms import Protects


class FindingRow(models.Model):
    """One cause. `sealed` holds title and target under the finding's own key.

    `merged_into` is the finding that it became part of; its reports stay its own, so that a split has nothing to sort
    out. `reports` and `items` count those of its parts too. `owner` is the opaque number of whoever took it on.
    `compared_at` is when it was compared by likeness with the others that there were.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    reports = models.IntegerField(default=1)
    items = models.IntegerField(default=0, db_default=0)
    tlp = models.CharField(max_length=12)
    sealed = models.BinaryField()
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="parts", db_index=False, db_column="merged_into"
    )
    # Null and not empty: so a database knows without looking at the value that a row stands in the index below.
    owner = models.CharField(max_length=40, null=True)  # noqa: DJ001
    compared_at = models.DateTimeField(null=True)

    policy: ClassVar = Protects(
        kind="Weir::Finding",
        id=FindingId,
        read="findings.read_finding",
        lists=("findings.list_findings",),
        attributes={"state": "state", "tlp": "tlp"},
    )

    class Meta:
        db_table = "findings_finding"
        indexes: ClassVar = [
            models.Index(fields=["merged_into"], name="findings_parts", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["owner"], name="findings_taken", condition=Q(owner__isnull=False)),
            models.Index(fields=["received_at"], name="findings_uncompared", condition=Q(compared_at__isnull=True)),
        ]


class FindingReportRow(models.Model):
    """Which finding a report belongs to: exactly one at a time. `stage` is what its sender was told, if anything."""

    id = models.UUIDField(primary_key=True)
    finding = models.ForeignKey("findings.FindingRow", on_delete=models.PROTECT)
    report = models.CharField(max_length=24, unique=True)
    received_at = models.DateTimeField()
    reproduced_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        db_table = "findings_report"
