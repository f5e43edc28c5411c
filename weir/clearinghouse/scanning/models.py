# SPDX-License-Identifier: Apache-2.0
"""Rows of scanning. Targets and their rules lie open; what somebody claims is sealed, and found again by cells
(docs/decisions/0112).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from weir.clearinghouse.scanning.terms import ClaimId, TargetId
from weir.foundation.policy.terms import Protects


class TargetRow(models.Model):
    """A target. `listed` once its maintainers or the staff said something of it; before, whoever names it is given its
    number, and no list shows that somebody did.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    locator = models.CharField(max_length=400, unique=True)
    kind = models.CharField(max_length=20)
    home = models.CharField(max_length=300, blank=True)
    listed = models.BooleanField(default=False)
    exposure = models.IntegerField(default=1)

    policy: ClassVar = Protects(
        kind="Weir::Target",
        id=TargetId,
        read="scanning.read_target",
        lists=("scanning.list_targets",),
    )

    class Meta:
        db_table = "scanning_target"
        indexes: ClassVar = [models.Index(fields=["listed", "-exposure"], name="scanning_target_listed")]


class RuleRow(models.Model):
    """One rule of a target, as one source says it. `place` is where that stands: an address and a line."""

    id = models.UUIDField(primary_key=True)
    target = models.ForeignKey("scanning.TargetRow", on_delete=models.CASCADE)
    name = models.CharField(max_length=40)
    source = models.CharField(max_length=20)
    value = models.TextField()
    place = models.TextField(blank=True)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "scanning_rule"


class ChangeRow(models.Model):
    """A share of a target's code, in thousandths, that is not what it was before."""

    id = models.UUIDField(primary_key=True)
    target = models.ForeignKey("scanning.TargetRow", on_delete=models.CASCADE)
    at = models.DateTimeField()
    permille = models.IntegerField()

    class Meta:
        db_table = "scanning_change"


class YieldRow(models.Model):
    """A finding that came of scanning. Which target it is in stands here only once that is published."""

    id = models.UUIDField(primary_key=True)
    finding = models.BinaryField(max_length=32, unique=True)
    target = models.ForeignKey("scanning.TargetRow", on_delete=models.CASCADE, null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "scanning_yield"


class ClaimRow(models.Model):
    """A lease. `sealed` opens under the key of the compartment that bears its number. `holder` is the person who
    answers for it, whichever agent took it.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=20)
    holder = models.CharField(max_length=40)
    organization = models.CharField(max_length=40, blank=True)
    heir = models.CharField(max_length=40, blank=True)
    began = models.DateTimeField()
    until = models.DateTimeField()
    ends = models.DateTimeField()
    units = models.IntegerField()
    hours = models.IntegerField()
    overlap = models.CharField(max_length=20)
    choice = models.CharField(max_length=20)
    named = models.BooleanField(default=False)
    kept = models.BooleanField(default=False)
    sealed = models.BinaryField()

    policy: ClassVar = Protects(
        kind="Weir::Claim",
        id=ClaimId,
        read="scanning.read_claim",
        lists=("scanning.list_claims",),
        attributes={"holder": "holder", "heir": "heir", "state": "state"},
    )

    class Meta:
        db_table = "scanning_claim"
        indexes: ClassVar = [
            models.Index(fields=["holder", "state"], name="scanning_claim_of"),
            models.Index(fields=["organization", "state"], name="scanning_claim_among"),
            models.Index(fields=["state", "until"], name="scanning_claim_due"),
        ]


class CellRow(models.Model):
    """Where a live claim lies: one row for each path and method. It goes when the claim ends; until then `until_ms`
    says whether it still counts. `span` is at which commits or versions, sealed under a key of the instance.
    """

    claim = models.ForeignKey("scanning.ClaimRow", on_delete=models.CASCADE)
    cell = models.BinaryField(max_length=96)
    method = models.SmallIntegerField()
    classes = models.IntegerField()
    until_ms = models.BigIntegerField()
    holder = models.CharField(max_length=40)
    named = models.BooleanField(default=False)
    span = models.BinaryField(null=True)

    class Meta:
        db_table = "scanning_cell"
        indexes: ClassVar = [
            # All that an overlap answer looks at, so that it never goes on to the rows.
            models.Index(fields=["method", "cell", "classes", "until_ms", "holder"], name="scanning_cell_alike"),
            models.Index(fields=["cell", "classes", "until_ms", "holder"], name="scanning_cell_near"),
        ]


class CoverageRow(models.Model):
    """What was scanned under a claim. The words are sealed with the claim; others meet cell, method and band, late."""

    id = models.UUIDField(primary_key=True)
    claim = models.ForeignKey("scanning.ClaimRow", on_delete=models.PROTECT)
    holder = models.CharField(max_length=40)
    at = models.DateTimeField()
    cell = models.BinaryField(max_length=96)
    method = models.SmallIntegerField()
    band = models.SmallIntegerField()
    sealed = models.BinaryField()
    own = models.BinaryField()

    class Meta:
        db_table = "scanning_coverage"
        indexes: ClassVar = [models.Index(fields=["cell", "at"], name="scanning_coverage_near")]


class CapacityRow(models.Model):
    """What somebody can do in a week, sealed: it is theirs alone."""

    participant = models.CharField(max_length=40, primary_key=True)
    sealed = models.BinaryField()

    class Meta:
        db_table = "scanning_capacity"


class BoundRow(models.Model):
    """Held by whoever takes a claim for an organization, so that of two at once the second counts the first."""

    organization = models.CharField(max_length=40, primary_key=True)

    class Meta:
        db_table = "scanning_bound"


class AnswersRow(models.Model):
    """How many overlap answers a participant had on one day (UTC)."""

    id = models.UUIDField(primary_key=True)
    participant = models.CharField(max_length=40)
    day = models.DateField()
    answers = models.IntegerField()

    class Meta:
        db_table = "scanning_answers"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "day"], name="scanning_answers_of_a_day")
        ]
