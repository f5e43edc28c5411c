# SPDX-License-Identifier: Apache-2.0
"""Nouns of findings."""

from __future__ import annotations

from weir.clearinghouse.findings.terms.findings import (
    Correlated,
    Finding,
    FindingId,
    FindingLine,
    FindingState,
    ReportOf,
)

__all__ = [
    "Correlated",
    "Finding",
    "FindingId",
    "FindingLine",
    "FindingState",
    "ReportOf",
]
