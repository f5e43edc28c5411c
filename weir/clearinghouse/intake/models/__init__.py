# SPDX-License-Identifier: Apache-2.0
"""Rows of intake. What a report says is sealed; numbers, states and moments lie open (docs/decisions)."""

from __future__ import annotations

from weir.clearinghouse.intake.models.commitments import CommitmentRow
from weir.clearinghouse.intake.models.documents import DocumentRow, ItemKeyRow, ItemRow, TroubleRow
from weir.clearinghouse.intake.models.files import FileRow
from weir.clearinghouse.intake.models.reports import (
    AttachmentRow,
    FactRow,
    FinderRow,
    ReportRow,
    StrangersDayRow,
    TrackedRow,
)

__all__ = [
    "AttachmentRow",
    "CommitmentRow",
    "DocumentRow",
    "FactRow",
    "FileRow",
    "FinderRow",
    "ItemKeyRow",
    "ItemRow",
    "ReportRow",
    "StrangersDayRow",
    "TrackedRow",
    "TroubleRow",
]
