# SPDX-License-Identifier: Apache-2.0
"""`weir ledger verify`: everything rebuilt from the rows, in one pass, with memory that does not grow with the log.

Entries come in the order in which the sequencer took them, so a batch is complete when the tick changes; a tile when it
is full. What does not fit is named: the entry, the batch, the tile or the head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from weir.foundation.ledger import reads, rules
from weir.foundation.ledger.models import BatchRow, CheckpointRow, ErasureRow, LogRow, TileRow
from weir.foundation.ledger.record import moment_of, seal_context
from weir.foundation.store.reads import openers, unseal
from weir.foundation.store.rules import context
from weir.foundation.store.terms import Erased
from weir.kernel import merkle, notes, tiles
from weir.kernel.batch import Batch, public_leaf_data
from weir.kernel.errors import WeirError
from weir.kernel.merkle import leaf_hash

_ROWS = (
    'SELECT e."transaction", e.id, e.kind, e.version, e.actor, e.about, e.compartment, e.at_ms, e.body, e.salt, e.leaf,'
    " p.tick, p.place, p.leaf, p.about FROM ledger_entry e LEFT JOIN ledger_placement p ON p.entry = e.id"
    " WHERE e.log = %s AND "
)
ROWS_SQLITE = _ROWS + "e.id > %s ORDER BY e.id LIMIT %s"
ROWS_POSTGRESQL = _ROWS + '(e."transaction", e.id) > (%s, %s) ORDER BY e."transaction", e.id LIMIT %s'
CHUNK = 5_000
_COMPARTMENT, _TICK = 6, itemgetter(11)
ERASURES = {
    "ledger.erase_entries",
    "ledger.repeat_erasure",
    "store.erase_compartment",
    "store.repeat_erasure",
}


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


def verify(progress: Progress = lambda _done: None) -> Verification:
    """Rebuild every log from its rows. Stops collecting after a hundred faults: by then the answer is known."""
    found = Verification()
    for log in LogRow.objects.order_by("id"):
        _verify_log(log, found, progress)
    found.name_erasures()
    return found


def _verify_log(log: LogRow, found: Verification, progress: Progress) -> None:
    entries, tree = _Entries(found), _Tree(log, found)
    batches = iter(BatchRow.objects.filter(log=log.id).order_by("tick").iterator(chunk_size=500))
    notary = reads.notary_of(log.origin)
    for tick, rows in groupby(entries.of(log.id), key=_TICK):
        before = found.entries
        taken = dict(entries.checked(row) for row in rows)
        progress(found.entries)
        if tick is None:
            found.waiting += found.entries - before
            continue
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


def _chunks(log: int) -> Iterator[list[Any]]:
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


class _Entries:
    """Entries as they lie in the database, and whether each is what its leaf says.

    A million of them pass here: keys are fetched for a chunk at once, and a second is written out once.
    """

    def __init__(self, found: Verification) -> None:
        self.found = found
        self.erased = dict(ErasureRow.objects.values_list("entry", "reference"))
        self.openers: dict[str, Callable[[bytes, bytes], bytes]] = {}

    def of(self, log: int) -> Iterator[Any]:
        for rows in _chunks(log):
            self.openers = openers({row[_COMPARTMENT] for row in rows} - {""})
            yield from rows

    def checked(self, row: Any) -> tuple[int | None, bytes]:
        """Look at one entry; its place and leaf."""
        _, id, kind, version, actor, about, compartment, at_ms, body, salt, leaf, tick, place, *filed = row
        self.found.entries += 1
        if kind in ERASURES:
            self.found.erasures[about] = _named(id, leaf)
        if tick is not None and filed != [leaf, about]:
            _fault(self.found, f"{_named(id, leaf)}: it is filed under another leaf or object")
        if id in self.erased:
            self.found.take_away(self.erased[id])
        elif opened := self._opened(id, compartment, body, salt, leaf):
            head, tail = rules.frame(about=about, actor=actor, at=_written(at_ms), schema=f"{kind}/{version}")
            if leaf_hash(opened) != leaf:
                _fault(self.found, f"{_named(id, leaf)}: its bytes do not give its leaf")
            elif not (opened.startswith(head, rules.SALT_SIZE) and opened.endswith(tail)):
                _fault(self.found, f"{_named(id, leaf)}: its columns do not say what its bytes say")
        return place, leaf

    def _opened(self, id: int, compartment: str, body: bytes, salt: bytes, leaf: bytes) -> bytes:
        """Salt and bytes; nothing where they are gone, which is counted, or do not open, which is a fault."""
        if len(salt) != (0 if compartment else rules.SALT_SIZE):
            _fault(self.found, f"{_named(id, leaf)}: its salt is not as long as it must be")
            return b""
        if not compartment:
            return bytes(salt + body)
        try:
            if opener := self.openers.get(compartment):
                return opener(body, context(compartment, seal_context(leaf)))
            return unseal(compartment, body, seal_context(leaf))
        except Erased:
            self.found.take_away(compartment)
        except WeirError:
            _fault(self.found, f"{_named(id, leaf)}: its sealed bytes do not open")
        return b""


def _named(id: int, leaf: bytes) -> str:
    return f"entry {id} ({leaf.hex()[:16]})"


def _written(at_ms: int) -> str:
    return f"{_second(at_ms // 1000)}.{at_ms % 1000:03}Z"


@lru_cache(maxsize=16)
def _second(second: int) -> str:
    return str(moment_of(second * 1000))[:-5]


def _check_batch(batch: BatchRow, taken: dict[int | None, bytes], key: bytes, found: Verification) -> None:
    kept = rules.unpack_places(bytes(batch.places))
    if kept != taken or len(batch.places) != rules.PACKED_SIZE * len(kept):
        differing = sorted(set(kept.items()) ^ set(taken.items())) or [(len(kept), b"")]
        _fault(found, f"batch {batch.tick}: place {differing[0][0]} does not hold the entry that its rows say")
    elif Batch(batch.depth, batch.tick, key, kept).root() != bytes(batch.root):
        _fault(found, f"batch {batch.tick}: its root does not follow from its entries")


class _Tree:
    """The public tree rebuilt leaf by leaf; every tile compared as it fills up."""

    def __init__(self, log: LogRow, found: Verification) -> None:
        self.log, self.found, self.size = log.id, found, 0
        self.signer = reads.notary_of(log.origin).log_key.verifier()
        self.levels: list[list[bytes]] = [[]]
        self.counts: list[int] = [0]
        self.heads = {row.size: row.note for row in CheckpointRow.objects.filter(log=log.id)}

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
        if row is None or bytes(row.hashes) != b"".join(self.levels[level]):
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
        if self.heads or self.size != log.size:
            _fault(self.found, f"log {log.origin}: it says {log.size} ticks and has {self.size}")


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


_ENOUGH = 100
