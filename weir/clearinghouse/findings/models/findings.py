# SPDX-License-Identifier: Apache-2.0
"""Rows of findings. Title and target are sealed; what the queue sorts and filters by lies open (docs/decisions)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from weir.clearinghouse.findings.terms import FindingId
from weir.foundation.policy.terms import Protects


class FindingRow(models.Model):
    """One cause. `sealed` holds title and target under the finding's own key."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    reports = models.IntegerField(default=1)
    tlp = models.CharField(max_length=12)
    sealed = models.BinaryField()

    policy: ClassVar = Protects(
        kind="Weir::Finding",
        id=FindingId,
        read="findings.read_finding",
        lists=("findings.list_findings",),
        attributes={"state": "state", "tlp": "tlp"},
    )

    class Meta:
        db_table = "findings_finding"


class FindingReportRow(models.Model):
    """Which finding a report belongs to: exactly one at a time."""

    id = models.UUIDField(primary_key=True)
    finding = models.ForeignKey("findings.FindingRow", on_delete=models.PROTECT)
    report = models.CharField(max_length=24, unique=True)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "findings_report"
