# SPDX-License-Identifier: Apache-2.0
"""Pages of findings: the queue, one finding, pairs that may be one, what the sender of a duplicate is told,
and what the blind check tells whom.
"""

from __future__ import annotations

from weir.clearinghouse.findings.views.blind_check import explain_blind_check
from weir.clearinghouse.findings.views.findings import show_finding, show_standing
from weir.clearinghouse.findings.views.pairs import list_pairs, show_pair
from weir.clearinghouse.findings.views.queue import do_with_many, draw_queue, drop, queue, save

__all__ = [
    "do_with_many",
    "draw_queue",
    "drop",
    "explain_blind_check",
    "list_pairs",
    "queue",
    "save",
    "show_finding",
    "show_pair",
    "show_standing",
]
