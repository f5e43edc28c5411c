# SPDX-License-Identifier: Apache-2.0
"""Rows of commitments. They lie open: 32 bytes under a salt that only the finder has tell nothing."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from weir.clearinghouse.intake.terms import CommitmentId
from weir.foundation.policy.terms import Protects


class CommitmentRow(models.Model):
    """One commitment. `member` is the person who answers for whoever made it; `report` is the one that opened it."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    member = models.CharField(max_length=40)
    commitment = models.BinaryField(max_length=32)
    committed_at = models.DateTimeField()
    state = models.CharField(max_length=20)
    opened_at = models.DateTimeField(null=True)
    report = models.CharField(max_length=24, blank=True)

    policy: ClassVar = Protects(
        kind="Weir::Commitment",
        id=CommitmentId,
        read="intake.read_commitment",
        lists=("intake.list_commitments",),
        attributes={"state": "state", "member": "member"},
    )

    class Meta:
        db_table = "intake_commitment"
        indexes = (
            models.Index(fields=["member", "state", "committed_at"], name="intake_commitment_member"),
            models.Index(fields=["report"], name="intake_commitment_report", condition=~Q(report="")),
        )
