# SPDX-License-Identifier: Apache-2.0
"""Questions to scanning."""

from __future__ import annotations

from weir.clearinghouse.scanning.reads.claims import (
    due_claims,
    list_claims,
    my_standing,
    open_claims_of,
    read_claim,
)
from weir.clearinghouse.scanning.reads.suggestions import suggest_targets
from weir.clearinghouse.scanning.reads.targets import list_targets, read_target, rules_of, target_of

__all__ = [
    "due_claims",
    "list_claims",
    "list_targets",
    "my_standing",
    "open_claims_of",
    "read_claim",
    "read_target",
    "rules_of",
    "suggest_targets",
    "target_of",
]
