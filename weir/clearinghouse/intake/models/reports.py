# SPDX-License-Identifier: Apache-2.0
"""Reports, and what strangers sent today."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from weir.clearinghouse.intake.terms import ReportId
from weir.foundation.policy.terms import Protects


class StrangersDayRow(models.Model):
    """What came without a name on one day (UTC), from all strangers together. Yesterday's is let go of."""

    day = models.DateField(primary_key=True)
    reports = models.IntegerField()
    bytes = models.BigIntegerField()

    class Meta:
        db_table = "intake_strangers_day"


class ReportRow(models.Model):
    """One report. `sealed` opens under the key of the compartment that bears the report's number."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    submitter = models.CharField(max_length=40)
    organization = models.CharField(max_length=40, blank=True)
    sealed = models.BinaryField()
    claim_code = models.BinaryField(default=b"")

    policy: ClassVar = Protects(
        kind="Weir::Report",
        id=ReportId,
        read="intake.read_report",
        lists=("intake.list_reports",),
        attributes={"state": "state", "submitter": "submitter"},
    )

    class Meta:
        db_table = "intake_report"
