# SPDX-License-Identifier: Apache-2.0
"""Pairs of findings, the names under which sources know a finding, and proofs that are still to be run again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from weir.clearinghouse.findings.terms import PairId
from weir.foundation.policy.terms import Protects


class PairRow(models.Model):
    """Two findings, once for each kind of link. `sealed` opens with the keys of both, and so goes with either."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    one = models.ForeignKey("findings.FindingRow", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("findings.FindingRow", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    at = models.DateTimeField()
    decided_by = models.CharField(max_length=40, blank=True)
    sealed = models.BinaryField()

    policy: ClassVar = Protects(
        kind="Weir::Pair",
        id=PairId,
        read="findings.read_pair",
        lists=("findings.list_pairs",),
        attributes={"state": "state"},
    )

    class Meta:
        db_table = "findings_pair"
        constraints: ClassVar = [models.UniqueConstraint(fields=["one", "other", "kind"], name="findings_pair_once")]


class NamesRow(models.Model):
    """What a source calls a finding: `sealed` holds the source and the names."""

    id = models.UUIDField(primary_key=True)
    finding = models.ForeignKey("findings.FindingRow", on_delete=models.PROTECT)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "findings_names"


class UnverifiedProofRow(models.Model):
    """A proof that is to be run against the fix before its finding is closed, because the finding was merged."""

    id = models.UUIDField(primary_key=True)
    report = models.CharField(max_length=24, unique=True)
    since = models.DateTimeField()

    class Meta:
        db_table = "findings_unverified_proof"
