# SPDX-License-Identifier: Apache-2.0
"""Nouns of intake: reports as they are kept, and what documents say, item by item."""

from __future__ import annotations

from weir.clearinghouse.intake.terms.items import Affected, Grain, Item, Place, Trouble
from weir.clearinghouse.intake.terms.reports import (
    AiUse,
    EmptyReport,
    NoMoreToday,
    Received,
    Report,
    ReportId,
    ReportLine,
    ReportState,
    Step,
    Submission,
    TooLong,
)

__all__ = [
    "Affected",
    "AiUse",
    "EmptyReport",
    "Grain",
    "Item",
    "NoMoreToday",
    "Place",
    "Received",
    "Report",
    "ReportId",
    "ReportLine",
    "ReportState",
    "Step",
    "Submission",
    "TooLong",
    "Trouble",
]
