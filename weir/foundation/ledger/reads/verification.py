# SPDX-License-Identifier: Apache-2.0
"""`weir ledger verify`: everything rebuilt from the rows, in one pass, with memory that does not grow with the log.

Entries come in the order in which the sequencer took them, so a batch is complete when the tick changes; a tile when it
is full. What does not fit is named: the entry, the batch, the tile or the head.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from django.db import connection
from django.db.models import Max

from weir.foundation.ledger import reads, rules
from weir.foundation.ledger.models import BatchRow, CheckpointRow, EntryRow, ErasureRow, LogRow, TileRow
from weir.foundation.ledger.reads.soundness import (
    BODY,
    COLUMNS,
    COMPARTMENT,
    ID,
    LEAF,
    PLACE,
    TICK,
    Chunk,
    Row,
    does_not_open,
    faults_in,
    look_ahead,
)
from weir.foundation.ledger.record import seal_context
from weir.foundation.store.reads import open_cases, unseal
from weir.foundation.store.terms import Erased
from weir.kernel import merkle, notes, tiles
from weir.kernel.batch import Batch, public_leaf_data
from weir.kernel.errors import WeirError

_ROWS = COLUMNS + " FROM ledger_entry e LEFT JOIN ledger_placement p ON p.entry = e.id WHERE e.log = %s AND "
ROWS_SQLITE = _ROWS + "e.id > %s ORDER BY e.id LIMIT %s"
ROWS_POSTGRESQL = _ROWS + '(e."transaction", e.id) > (%s, %s) ORDER BY e."transaction", e.id LIMIT %s'
CHUNK = 5_000
_ENOUGH = 100


@dataclass
class Verification:
    """What was looked at and what was found wrong; `faults` is empty when everything holds."""

    entries: int = 0
    erased: int = 0
    waiting: int = 0
    ticks: int = 0
    faults: list[str] = field(default_factory=list)
    erased_by: dict[str, int] = field(default_factory=dict)
    erasures: dict[str, str] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)

    def take_away(self, about: str) -> None:
        """One entry whose content is gone, and the object or case that it went with."""
        self.erased += 1
        self.taken[about] = self.taken.get(about, 0) + 1

    def name_erasures(self) -> None:
        """Who took what away stands in the ledger too: each erased entry is said to be erased by that entry."""
        for about, count in self.taken.items():
            by = self.erasures.get(about)
            self.erased_by[by or f"nobody: no entry says that {about} was erased"] = count
            if by is None:
                _fault(self, f"{count} entries about {about} are erased, and no entry says by whom")


Progress = Callable[[int], None]


def verify(progress: Progress = lambda _done: None, processes: int = 0) -> Verification:
    """Rebuild every log from its rows, with all cores where there is much. Stops collecting after a hundred faults: by
    then the answer is known.
    """
    found = Verification()
    for log in LogRow.objects.order_by("id"):
        _verify_log(log, found, progress, processes or len(os.sched_getaffinity(0)))
    found.name_erasures()
    return found


def _verify_log(log: LogRow, found: Verification, progress: Progress, processes: int) -> None:
    """The log as it was when this began: what is sequenced meanwhile counts as waiting, and is the next verifier's."""
    tree = _Tree(log, found)
    batches = iter(BatchRow.objects.filter(log=log.id, tick__lt=log.size).order_by("tick").iterator(chunk_size=500))
    notary = reads.notary_of(log.origin)
    for tick, rows in groupby(_entries(log.id, found, progress, processes), key=itemgetter(TICK)):
        if tick is None or tick >= log.size:
            found.waiting += sum(1 for _ in rows)
            continue
        taken = dict(map(itemgetter(PLACE, LEAF), rows))
        # Ticks without entries have a batch too: it is their sameness that tells nothing.
        for batch in batches:
            _check_batch(batch, taken if batch.tick == tick else {}, notary.blinding_key(batch.tick), found)
            tree.grow(batch)
            if batch.tick == tick:
                break
    for batch in batches:
        _check_batch(batch, {}, notary.blinding_key(batch.tick), found)
        tree.grow(batch)
    found.ticks += tree.size
    tree.close(log)


def _entries(log: int, found: Verification, progress: Progress, processes: int) -> Iterator[Row]:
    """Every entry of a log in the sequencer's order, looked at."""
    erased = dict(ErasureRow.objects.values_list("entry", "reference"))
    chunks = (Chunk(rows, _keys_for(rows), erased.keys() & {row[ID] for row in rows}) for rows in _chunks(log))
    many = EntryRow.objects.filter(log=log)[:CHUNK].count() == CHUNK
    for chunk, looked in look_ahead(chunks, processes if many else 1):
        found.entries += len(chunk.rows)
        found.erasures |= looked.erasures
        for fault in looked.faults:
            _fault(found, fault)
        for id in chunk.emptied:
            found.take_away(erased[id])
        for row in looked.shut:
            _ask_why(row, found)
        progress(found.entries)
        yield from chunk.rows


def _chunks(log: int) -> Iterator[list[Row]]:
    transaction, last, rows = -1, 0, [None] * CHUNK
    while len(rows) == CHUNK:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(ROWS_POSTGRESQL, [log, transaction, last, CHUNK])
            else:
                cursor.execute(ROWS_SQLITE, [log, last, CHUNK])
            rows = cursor.fetchall()
        if rows:
            yield rows
            transaction, last = rows[-1][:2]


def _keys_for(rows: list[Row]) -> dict[str, bytes]:
    return open_cases({row[COMPARTMENT] for row in rows} - {""})


def _ask_why(row: Row, found: Verification) -> None:
    """A case that did not open for the many: erased, which is counted, or a fault; or its key is there after all."""
    compartment, body, leaf = row[COMPARTMENT], row[BODY], row[LEAF]
    try:
        for fault in faults_in(row, unseal(compartment, body, seal_context(leaf))):
            _fault(found, fault)
    except Erased:
        found.take_away(compartment)
    except WeirError:
        _fault(found, does_not_open(row))


def _check_batch(batch: BatchRow, taken: dict[int | None, bytes], key: bytes, found: Verification) -> None:
    kept = rules.unpack_places(bytes(batch.places))
    if kept != taken or len(batch.places) != rules.PACKED_SIZE * len(kept):
        differing = sorted(set(kept.items()) ^ set(taken.items())) or [(len(kept), b"")]
        _fault(found, f"batch {batch.tick}: place {differing[0][0]} does not hold the entry that its rows say")
        return
    tree = Batch(batch.depth, batch.tick, key, kept)
    if tree.root() != bytes(batch.root):
        _fault(found, f"batch {batch.tick}: its root does not follow from its entries")
    elif rules.crown_of(tree) != bytes(batch.crown):
        _fault(found, f"batch {batch.tick}: its middle nodes do not follow from its entries")


class _Tree:
    """The public tree rebuilt leaf by leaf; every tile compared as it fills up."""

    def __init__(self, log: LogRow, found: Verification) -> None:
        self.log, self.found, self.size, self.begun = log.id, found, 0, log.size
        self.signer = reads.notary_of(log.origin).log_key.verifier()
        self.levels: list[list[bytes]] = [[]]
        self.counts: list[int] = [0]
        heads = CheckpointRow.objects.filter(log=log.id, size__lte=log.size)
        self.heads = dict(heads.values_list("size", "note"))

    def grow(self, batch: BatchRow) -> None:
        if batch.tick != self.size:
            _fault(self.found, f"batch {batch.tick}: {self.size} was expected there")
        self.size += 1
        self._push(0, merkle.leaf_hash(public_leaf_data(bytes(batch.root), batch.depth)))
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
            _fault(self.found, f"tile {level}/{index}: its hashes do not follow from the batches")

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
            _fault(self.found, f"head of size {self.size}: it does not sign the tree that the rows give")

    def close(self, log: LogRow) -> None:
        for level, hashes in enumerate(self.levels):
            if hashes:
                self._check_tile(level)
        newest = BatchRow.objects.filter(log=self.log).aggregate(newest=Max("tick"))["newest"]
        if self.heads or self.size != log.size or (newest is not None and newest >= self._size_now()):
            _fault(self.found, f"log {log.origin}: it says {log.size} ticks and has {self.size}")

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


def _fault(found: Verification, text: str) -> None:
    if len(found.faults) < _ENOUGH:
        found.faults.append(text)
