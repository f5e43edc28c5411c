# SPDX-License-Identifier: Apache-2.0
"""Proof bundles and receipts: what an entry shows to those who do not trust us."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

from django.conf import settings

from weir.foundation.actor import Actor
from weir.foundation.ledger import rules
from weir.foundation.ledger.models import EntryRow
from weir.foundation.ledger.reads.entries import opened, visible_entry
from weir.foundation.ledger.reads.fetched import fetched
from weir.foundation.ledger.reads.growing import notary, notary_of
from weir.foundation.ledger.reads.published import checkpoint_of, tile_reader
from weir.foundation.ledger.record import moment_of
from weir.foundation.ledger.terms import PROOF_FORMAT, RECEIPT_FORMAT, NotYetProvable, ProofBundle
from weir.foundation.question import question
from weir.foundation.verb import Entry
from weir.kernel import envelopes, tiles
from weir.kernel.batch import Batch
from weir.kernel.canonical import canonical
from weir.kernel.moments import Moment

# Placement, batch and published head of one entry in one round trip, which is most of what a proof costs.
PLACED = """
    SELECT b.log, b.tick, b.depth, b.places, b.crown, p.place, c.note
    FROM ledger_placement p
    JOIN ledger_batch b ON b.log = p.log AND b.tick = p.tick
    JOIN ledger_checkpoint c ON c.log = p.log AND c.published
    WHERE p.entry = %s
    ORDER BY c.size DESC LIMIT 1
"""


@question("ledger.prove_entry", filtered=True)
def prove_entry(actor: Actor, leaf: str) -> ProofBundle:
    """The small file that proves an entry to anybody, with `verifier/` and without us."""
    row = visible_entry(actor, leaf)
    salt, entry = opened(row)
    if not entry:
        return proof_of(row, {"leaf": _b64(bytes(row.leaf))})
    return proof_of(row, {"schema": f"{row.kind}/{row.version}", "bytes": _b64(entry), "salt": _b64(salt)})


def proof_of(row: EntryRow, entry: dict[str, str]) -> ProofBundle:
    """Batch path and log path to the published head. Reads one batch and O(log n) tiles, however long the log is."""
    found = fetched(PLACED, [row.id])
    if not found:
        raise NotYetProvable
    log, tick, depth, places, crown, place, note = found[0]
    head_now = checkpoint_of(note)
    if tick >= head_now.size:
        raise NotYetProvable
    tree = Batch(depth, tick, notary_of(head_now.origin).blinding_key(tick), {})
    inner = rules.batch_path(tree, places, crown, place)
    path = tiles.inclusion_proof(tile_reader(log), tick, head_now.size)
    return ProofBundle(
        PROOF_FORMAT,
        entry,
        {"tick": tick, "depth": depth, "place": place, "path": [_b64(node) for node in inner]},
        {"index": tick, "size": head_now.size, "path": [_b64(node) for node in path]},
        note,
    )


@question("ledger.receipt", filtered=True)
def receipt_of(actor: Actor, leaf: str) -> str:
    """The signed promise for one entry again, for whoever may see it."""
    row = visible_entry(actor, leaf)
    entry = Entry(leaf, f"{row.kind}/{row.version}", bytes(row.leaf), moment_of(row.at_ms))
    return receipt(entry, row.about)


def receipt(entry: Entry, about: str) -> str:
    """A signed promise, given at once: this leaf will be provable by then. The proof itself follows within a tick or
    two.
    """
    promise_by = Moment.of(entry.at + timedelta(seconds=3 * settings.TICK_SECONDS))
    payload = canonical(
        {
            "format": RECEIPT_FORMAT,
            "instance": settings.INSTANCE,
            "subject": about,
            "leaf": _b64(entry.leaf),
            "made_at": entry.at,
            "promise_by": promise_by,
        }
    )
    return envelopes.seal("application/vnd.weir.receipt+json", payload, [notary().receipt_key]).to_json()


def _b64(data: bytes) -> str:
    return b64encode(data).decode()
