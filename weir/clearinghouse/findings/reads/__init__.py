# SPDX-License-Identifier: Apache-2.0
"""Questions to findings. Each file answers about one matter."""

from __future__ import annotations

from weir.clearinghouse.findings.reads.findings import SEALED_CONTEXT, list_findings, read_finding

__all__ = [
    "SEALED_CONTEXT",
    "list_findings",
    "read_finding",
]
