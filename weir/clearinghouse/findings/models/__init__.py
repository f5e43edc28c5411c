# SPDX-License-Identifier: Apache-2.0
"""Rows of findings. Words are sealed; what the queue sorts and filters by lies open (docs/decisions/0090)."""

from __future__ import annotations

from weir.clearinghouse.findings.models.checking import (
    CheckedRow,
    CheckEpochRow,
    CheckerRow,
    CheckSpentRow,
    EditionRow,
)
from weir.clearinghouse.findings.models.findings import FindingReportRow, FindingRow
from weir.clearinghouse.findings.models.items import DocumentWalkRow, FindingItemRow, FindingKeyRow
from weir.clearinghouse.findings.models.pairs import NamesRow, PairRow, UnverifiedProofRow
from weir.clearinghouse.findings.models.queue import ViewRow

__all__ = [
    "CheckEpochRow",
    "CheckSpentRow",
    "CheckedRow",
    "CheckerRow",
    "DocumentWalkRow",
    "EditionRow",
    "FindingItemRow",
    "FindingKeyRow",
    "FindingReportRow",
    "FindingRow",
    "NamesRow",
    "PairRow",
    "UnverifiedProofRow",
    "ViewRow",
]
