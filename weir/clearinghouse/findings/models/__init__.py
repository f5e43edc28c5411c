# SPDX-License-Identifier: Apache-2.0
"""Rows of findings. Each file is about one matter."""

from __future__ import annotations

from weir.clearinghouse.findings.models.findings import FindingReportRow, FindingRow

__all__ = [
    "FindingReportRow",
    "FindingRow",
]
