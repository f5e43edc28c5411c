# SPDX-License-Identifier: Apache-2.0
"""Questions to the ledger: who may see an entry gets its proof; everyone gets tiles and the published head."""

from __future__ import annotations

from weir.foundation.ledger.reads.entries import entries_about, first_entry_about, opened, read_entry, visible_entry
from weir.foundation.ledger.reads.growing import (
    bind_notary,
    cursor_of,
    entries_on,
    entry_count,
    horizon,
    lines_after,
    log_after,
    newest_moment,
    notary,
    notary_of,
    open_log,
    unfiled,
    unused_origin,
    waiting,
    why_continue,
)
from weir.foundation.ledger.reads.proofs import proof_of, prove_entry, receipt, receipt_of
from weir.foundation.ledger.reads.published import (
    checkpoint_of,
    head,
    published_head,
    published_sizes,
    recent_batches,
    tile,
    tile_reader,
)

__all__ = [
    "bind_notary",
    "checkpoint_of",
    "cursor_of",
    "entries_about",
    "entries_on",
    "entry_count",
    "first_entry_about",
    "head",
    "horizon",
    "lines_after",
    "log_after",
    "newest_moment",
    "notary",
    "notary_of",
    "open_log",
    "opened",
    "proof_of",
    "prove_entry",
    "published_head",
    "published_sizes",
    "read_entry",
    "receipt",
    "receipt_of",
    "recent_batches",
    "tile",
    "tile_reader",
    "unfiled",
    "unused_origin",
    "visible_entry",
    "waiting",
    "why_continue",
]
