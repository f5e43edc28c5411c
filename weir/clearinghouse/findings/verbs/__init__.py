# SPDX-License-Identifier: Apache-2.0
"""The only writers of findings. Each file is about one matter."""

from __future__ import annotations

from weir.clearinghouse.findings.verbs.checking import (
    evaluate_blinded,
    hold_cause,
    offer_to_check,
    place_finding,
    publish_buckets,
    rotate_check_key,
    withhold_from_check,
)
from weir.clearinghouse.findings.verbs.correlating import correlate_report
from weir.clearinghouse.findings.verbs.items import correlate_items, record_compared
from weir.clearinghouse.findings.verbs.linking import (
    keep_apart,
    link_findings,
    nominate_link,
    record_cause,
    record_names,
)
from weir.clearinghouse.findings.verbs.merging import (
    merge_findings,
    record_proof_run,
    record_reproduced,
    split_finding,
)
from weir.clearinghouse.findings.verbs.queueing import drop_view, hand_back_finding, save_view, take_finding

__all__ = [
    "correlate_items",
    "correlate_report",
    "drop_view",
    "evaluate_blinded",
    "hand_back_finding",
    "hold_cause",
    "keep_apart",
    "link_findings",
    "merge_findings",
    "nominate_link",
    "offer_to_check",
    "place_finding",
    "publish_buckets",
    "record_cause",
    "record_compared",
    "record_names",
    "record_proof_run",
    "record_reproduced",
    "rotate_check_key",
    "save_view",
    "split_finding",
    "take_finding",
    "withhold_from_check",
]
