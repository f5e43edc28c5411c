# SPDX-License-Identifier: Apache-2.0
"""Questions to findings. Each file answers about one matter."""

from __future__ import annotations

from weir.clearinghouse.findings.reads.checking import bind_check_keys, check_buckets, check_terms, prove_edition
from weir.clearinghouse.findings.reads.findings import SEALED_CONTEXT, line_of, read_finding
from weir.clearinghouse.findings.reads.pairs import duplicate_notice, list_pairs, read_pair
from weir.clearinghouse.findings.reads.queue import PAGE, count_queue, list_findings, list_views
from weir.clearinghouse.findings.reads.trees import unverified_proofs

__all__ = [
    "PAGE",
    "SEALED_CONTEXT",
    "bind_check_keys",
    "check_buckets",
    "check_terms",
    "count_queue",
    "duplicate_notice",
    "line_of",
    "list_findings",
    "list_pairs",
    "list_views",
    "prove_edition",
    "read_finding",
    "read_pair",
    "unverified_proofs",
]
