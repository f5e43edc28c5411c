# SPDX-License-Identifier: Apache-2.0
"""The only writers of findings. Each file is about one matter."""

from __future__ import annotations

from weir.clearinghouse.findings.verbs.correlating import correlate_report

__all__ = [
    "correlate_report",
]
