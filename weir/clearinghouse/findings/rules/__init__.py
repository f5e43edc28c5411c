# SPDX-License-Identifier: Apache-2.0
"""What findings decides. Pure; each file decides one matter."""

from __future__ import annotations

from weir.clearinghouse.findings.rules.pairs import (
    Cause,
    cause_of,
    cves_in,
    duplicates,
    must_stay_apart,
    reads_both_ways,
    reason,
)

__all__ = [
    "Cause",
    "cause_of",
    "cves_in",
    "duplicates",
    "must_stay_apart",
    "reads_both_ways",
    "reason",
]
