# SPDX-License-Identifier: Apache-2.0
"""`weir ledger verify`: everything rebuilt from the rows, in one pass, with memory that does not grow with the log.

Entries come in the order in which the sequencer took them, so a batch is complete when the tick changes; a tile when it
is full. What does not fit is named: the entry, the batch, the tile or the head.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256

from django.db.models import Max

from weir.foundation.ledger import reads
from weir.foundation.ledger.models import BatchRow, CheckpointRow, LogRow, TileRow
from weir.foundation.ledger.reads.found import Verification
from weir.foundation.ledger.reads.stretches import look_through_all, stretches_of
from weir.kernel import merkle, notes, tiles
from weir.kernel.batch import public_leaf_data
from weir.kernel.errors import WeirError

Progress = Callable[[int], None]


def verify(progress: Progress = lambda _done: None, processes: int = 0) -> Verification:
    """Rebuild every log from its rows, with all cores where there is much."""
    found = Verification()
    for log in LogRow.objects.order_by("id"):
        _verify_log(log, found, progress, processes or len(os.sched_getaffinity(0)))
    found.name_erasures()
    return found


def _verify_log(log: LogRow, found: Verification, progress: Progress, processes: int) -> None:
    """The log as it was when this began: what is sequenced meanwhile counts as waiting, and is the next verifier's."""
    tree = _Tree(log, found)
    for stretch in look_through_all(stretches_of(log), processes):
        found.add(stretch)
        progress(found.entries)
    ticks = BatchRow.objects.filter(log=log.id, tick__lt=log.size).order_by("tick")
    for tick, root, depth in ticks.values_list("tick", "root", "depth").iterator(chunk_size=5_000):
        tree.grow(tick, bytes(root), depth)
    found.ticks += tree.size
    tree.close(log)


class _Tree:
    """The public tree rebuilt leaf by leaf; every tile compared as it fills up."""

    def __init__(self, log: LogRow, found: Verification) -> None:
        self.log, self.found, self.size, self.begun = log.id, found, 0, log.size
        self.signer = reads.notary_of(log.origin).log_key.verifier()
        self.levels: list[list[bytes]] = [[]]
        self.counts: list[int] = [0]
        heads = CheckpointRow.objects.filter(log=log.id, size__lte=log.size)
        self.heads = dict(heads.values_list("size", "note"))

    def grow(self, tick: int, root: bytes, depth: int) -> None:
        if tick != self.size:
            self.found.fault(f"batch {tick}: {self.size} was expected there")
        self.size += 1
        self._push(0, merkle.leaf_hash(public_leaf_data(root, depth)))
        if self.size in self.heads:
            self._check_head(self.heads.pop(self.size))

    def _push(self, level: int, node: bytes) -> None:
        if level == len(self.levels):
            self.levels.append([])
            self.counts.append(0)
        self.levels[level].append(node)
        if len(self.levels[level]) == tiles.WIDTH:
            self._check_tile(level)
            full, self.levels[level] = self.levels[level], []
            self.counts[level] += 1
            self._push(level + 1, merkle.root(full))

    def _check_tile(self, level: int) -> None:
        index = self.counts[level]
        row = TileRow.objects.filter(log=self.log, level=level, index=index).first()
        kept, due = bytes(row.hashes) if row else b"", b"".join(self.levels[level])
        if kept != due and not (kept.startswith(due) and self._has_grown()):
            self.found.fault(f"tile {level}/{index}: its hashes do not follow from the batches")

    def root(self) -> bytes:
        """Of what has been pushed so far: the right edge, lowest level last."""
        right = b""
        for level in self.levels:
            for node in reversed(_peaks(level)):
                right = merkle.node_hash(node, right) if right else node
        return right or sha256(b"").digest()

    def _check_head(self, note: str) -> None:
        try:
            opened = notes.open_note(note, [self.signer])
            fits = notes.Checkpoint.parse(opened.text).root == self.root()
        except WeirError:
            fits = False
        if not fits:
            self.found.fault(f"head of size {self.size}: it does not sign the tree that the rows give")

    def close(self, log: LogRow) -> None:
        for level, hashes in enumerate(self.levels):
            if hashes:
                self._check_tile(level)
        newest = BatchRow.objects.filter(log=self.log).aggregate(newest=Max("tick"))["newest"]
        if self.heads or self.size != log.size or (newest is not None and newest >= self._size_now()):
            self.found.fault(f"log {log.origin}: it says {log.size} ticks and has {self.size}")

    def _has_grown(self) -> bool:
        """Since this began. Read after what it explains: batches, tiles and size are written in one transaction."""
        return self._size_now() > self.begun

    def _size_now(self) -> int:
        return LogRow.objects.values_list("size", flat=True).get(id=self.log)


def _peaks(hashes: list[bytes]) -> list[bytes]:
    """Roots of the complete subtrees of one level's open tile, largest first."""
    peaks, low = [], 0
    while low < len(hashes):
        width = 1 << ((len(hashes) - low).bit_length() - 1)
        peaks.append(merkle.root(hashes[low : low + width]))
        low += width
    return peaks
