# SPDX-License-Identifier: Apache-2.0
"""What intake decides. Pure; each file decides one matter."""

from __future__ import annotations

from weir.clearinghouse.intake.rules.reports import (
    CLAIM_CODE_BYTES,
    LIMITS,
    check_submission,
    checklist,
    claim_code_digest,
    next_day,
)

__all__ = ["CLAIM_CODE_BYTES", "LIMITS", "check_submission", "checklist", "claim_code_digest", "next_day"]
