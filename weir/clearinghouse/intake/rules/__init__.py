# SPDX-License-Identifier: Apache-2.0
"""What intake decides. Pure; each file decides one matter."""

from __future__ import annotations

from weir.clearinghouse.intake.rules.accuracy import (
    CEILING,
    FLOOR,
    allowance,
    counts,
    turn,
    waits_for,
)
from weir.clearinghouse.intake.rules.commitments import (
    LABEL,
    canonical_words,
    commitment_to,
    has_gone_stale,
    opens,
    thirty_two_bytes,
)
from weir.clearinghouse.intake.rules.following import (
    NEXT,
    after,
    check_words,
    clock_table,
    days_paused,
    due_of,
    next_look,
    promised,
    state_of,
    whole,
)
from weir.clearinghouse.intake.rules.reports import (
    CLAIM_CODE_BYTES,
    LIMITS,
    LONGEST_DETAIL,
    check_submission,
    checklist,
    claim_code_digest,
    claim_key,
    decoded,
    lacks,
    next_day,
)

__all__ = [
    "CEILING",
    "CLAIM_CODE_BYTES",
    "FLOOR",
    "LABEL",
    "LIMITS",
    "LONGEST_DETAIL",
    "NEXT",
    "after",
    "allowance",
    "canonical_words",
    "check_submission",
    "check_words",
    "checklist",
    "claim_code_digest",
    "claim_key",
    "clock_table",
    "commitment_to",
    "counts",
    "days_paused",
    "decoded",
    "due_of",
    "has_gone_stale",
    "lacks",
    "next_day",
    "next_look",
    "opens",
    "promised",
    "state_of",
    "thirty_two_bytes",
    "turn",
    "waits_for",
    "whole",
]
