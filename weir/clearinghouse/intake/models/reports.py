# SPDX-License-Identifier: Apache-2.0
"""Rows of reports."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

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
    """One report. `sealed` opens under the key of the compartment that bears the report's number.

    turn_at: when its turn comes and its clocks begin; none, if it came before there were turns. full_at, line_bytes:
    how far its finder's line reached with it (`rules.turn`), and how much had come by then. acknowledge_by, assess_by:
    when the promise is due; it stays when it was met. needs_owner: the coordinator who asked what is not
    answered yet, and who looks again on `next_on`.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    submitter = models.CharField(max_length=40)
    organization = models.CharField(max_length=40, blank=True)
    sealed = models.BinaryField()
    claim_code = models.BinaryField(default=b"")
    line_bytes = models.BigIntegerField(default=0, db_default=0)
    finder = models.CharField(max_length=40, blank=True, default="", db_default="")
    turn_at = models.DateTimeField(null=True)
    full_at = models.DateTimeField(null=True)
    acknowledge_by = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    assess_by = models.DateTimeField(null=True)
    assessed_at = models.DateTimeField(null=True)
    overdue_noted = models.CharField(max_length=40, blank=True, default="", db_default="")
    paused_since = models.DateTimeField(null=True)
    paused_days = models.IntegerField(default=0, db_default=0)
    needs_owner = models.CharField(max_length=40, blank=True, default="", db_default="")
    next_on = models.DateField(null=True)

    policy: ClassVar = Protects(
        kind="Weir::Report",
        id=ReportId,
        read="intake.read_report",
        lists=("intake.list_reports", "intake.list_clocks"),
        attributes={"state": "state", "submitter": "submitter"},
    )

    class Meta:
        db_table = "intake_report"
        indexes = (
            models.Index(
                fields=["acknowledge_by"], name="intake_report_acknowledge", condition=Q(acknowledged_at=None)
            ),
            models.Index(fields=["assess_by"], name="intake_report_assess", condition=Q(assessed_at=None)),
            models.Index(fields=["finder", "turn_at", "line_bytes"], name="intake_report_line"),
            models.Index(fields=["claim_code"], name="intake_report_claim", condition=Q(submitter="anonymous")),
        )


class FactRow(models.Model):
    """One thing that was said about a report after it came, and its place among them. Its words are sealed."""

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey("intake.ReportRow", on_delete=models.PROTECT, related_name="facts")
    place = models.IntegerField()
    act = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.CharField(max_length=40)
    sealed = models.BinaryField()

    class Meta:
        db_table = "intake_fact"


class AttachmentRow(models.Model):
    """One file of a report. Its bytes are a blob of the report's compartment; what it is called and for lies sealed."""

    id = models.UUIDField(primary_key=True)
    report = models.ForeignKey("intake.ReportRow", on_delete=models.PROTECT, related_name="attachments")
    blob = models.CharField(max_length=64)
    size = models.BigIntegerField()
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "intake_attachment"


class FinderRow(models.Model):
    """A finder's record: how many of their reports somebody independent held to be right, and to be wrong."""

    finder = models.CharField(max_length=40, primary_key=True)
    validated = models.IntegerField(default=0)
    refuted = models.IntegerField(default=0)

    class Meta:
        db_table = "intake_finder"


class TrackedRow(models.Model):
    """What a report counts for in its finder's record, so that a verdict told twice, or another one, counts once."""

    report = models.OneToOneField(
        "intake.ReportRow", primary_key=True, on_delete=models.PROTECT, related_name="tracked"
    )
    finder = models.CharField(max_length=40)
    outcome = models.CharField(max_length=20)
    counted = models.BooleanField()

    class Meta:
        db_table = "intake_tracked"
