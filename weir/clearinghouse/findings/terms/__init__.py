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
from weir.clearinghouse.findings.terms.links import Basis, Link, LinkKind, Reason

__all__ = [
    "Basis",
    "Correlated",
    "Finding",
    "FindingId",
    "FindingLine",
    "FindingState",
    "Link",
    "LinkKind",
    "Reason",
    "ReportOf",
]
