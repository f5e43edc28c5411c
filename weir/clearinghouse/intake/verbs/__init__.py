# SPDX-License-Identifier: Apache-2.0
"""The only writers of intake. Each file does one matter."""

from __future__ import annotations

from weir.clearinghouse.intake.verbs.receiving import receive_report

__all__ = ["receive_report"]
