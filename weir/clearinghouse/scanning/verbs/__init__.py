# SPDX-License-Identifier: Apache-2.0
"""The only writers of scanning."""

from __future__ import annotations

from weir.clearinghouse.scanning.verbs.claims import (
    ask_overlap,
    claim_target,
    declare_capacity,
    end_claim,
    hand_over_claim,
    lapse_claim,
    narrow_claim,
    release_claim,
    renew_claim,
    take_over_claim,
)
from weir.clearinghouse.scanning.verbs.coverage import record_change, record_coverage, record_yield
from weir.clearinghouse.scanning.verbs.targets import (
    import_project_rules,
    link_home,
    register_target,
    set_project_rules,
    weigh_target,
)

__all__ = [
    "ask_overlap",
    "claim_target",
    "declare_capacity",
    "end_claim",
    "hand_over_claim",
    "import_project_rules",
    "lapse_claim",
    "link_home",
    "narrow_claim",
    "record_change",
    "record_coverage",
    "record_yield",
    "register_target",
    "release_claim",
    "renew_claim",
    "set_project_rules",
    "take_over_claim",
    "weigh_target",
]
