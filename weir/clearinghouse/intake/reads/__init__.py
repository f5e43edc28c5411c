# SPDX-License-Identifier: Apache-2.0
"""Questions to intake. Each file answers about one matter."""

from __future__ import annotations

from weir.clearinghouse.intake.reads.reports import SEALED_CONTEXT, list_reports, read_report, report_for

__all__ = ["SEALED_CONTEXT", "list_reports", "read_report", "report_for"]
