# SPDX-License-Identifier: Apache-2.0
"""Rows of intake. What a report says is sealed; numbers, states and moments lie open (docs/decisions)."""

from __future__ import annotations

from weir.clearinghouse.intake.models.reports import ReportRow, StrangersDayRow

__all__ = ["ReportRow", "StrangersDayRow"]
