# SPDX-License-Identifier: Apache-2.0
"""A log cut into stretches, at the edges of ticks: each is looked through by itself, by any process, in flat memory."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, pairwise
from multiprocessing import get_context
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection, connections, transaction

from weir.foundation.ledger import rules
from weir.foundation.ledger.models import BatchRow, ErasureRow, LogRow
from weir.foundation.ledger.reads.fetched import fetched
from weir.foundation.ledger.reads.found import Verification
from weir.foundation.ledger.reads.growing import notary_of
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
    look,
)
from weir.foundation.ledger.record import seal_context
from weir.foundation.store.reads import open_cases, unseal
from weir.foundation.store.terms import Erased
from weir.kernel.batch import Batch
from weir.kernel.errors import WeirError

CHUNK = 5_000
STRETCH = 25_000
_FROM = " FROM ledger_entry e LEFT JOIN ledger_placement p ON p.entry = e.id WHERE e.log = %s AND "
ROWS_SQLITE = COLUMNS + _FROM + "e.id > %s AND e.id <= %s ORDER BY e.id LIMIT %s"
ROWS_POSTGRESQL = (
    COLUMNS + _FROM + '(e."transaction", e.id) > (%s, %s) AND (e."transaction", e.id) <= (%s, %s)'
    ' ORDER BY e."transaction", e.id LIMIT %s'
)
# The first row after a stretch that is long enough, and the first after that one which is not of its tick.
_ROW = 'SELECT e."transaction", e.id, p.tick' + _FROM
FAR_SQLITE = _ROW + "e.id > %s ORDER BY e.id LIMIT 1"
FAR_POSTGRESQL = _ROW + '(e."transaction", e.id) > (%s, %s) ORDER BY e."transaction", e.id LIMIT 1 OFFSET %s'
EDGE_SQLITE = _ROW + "e.id > %s AND p.tick IS NOT %s ORDER BY e.id LIMIT 1"
EDGE_POSTGRESQL = (
    _ROW + '(e."transaction", e.id) > (%s, %s) AND p.tick IS DISTINCT FROM %s ORDER BY e."transaction", e.id LIMIT 1'
)
WALK_POSTGRESQL = (
    "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off;"
    " SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off"
)


class Key(NamedTuple):
    """Where an entry stands in the order in which the sequencer takes them. On SQLite transactions are all 0."""

    transaction: int
    id: int


class Cut(NamedTuple):
    """The last key of one stretch, and the first tick of the next."""

    after: Key
    tick: int


BEGINNING, END = Key(-1, 0), Key(2**63 - 1, 2**63 - 1)
_inherited: list[object] = []


@dataclass(frozen=True)
class Stretch:
    """The entries after one key up to another, and the ticks that go with them. `size`: of the log, when this began."""

    log: int
    origin: str
    size: int
    begin: Cut
    end: Cut


def stretches_of(log: LogRow) -> list[Stretch]:
    """The whole log, as it is now; the last stretch also has whatever is still to come."""
    cuts = [Cut(BEGINNING, 0)]
    while cut := _next_cut(log, cuts[-1].after):
        cuts.append(cut)
    cuts.append(Cut(END, log.size))
    return [Stretch(log.id, log.origin, log.size, begin, end) for begin, end in pairwise(cuts)]


def look_through_all(stretches: list[Stretch], processes: int) -> Iterator[Verification]:
    """What is found in each, in their order. Several are looked through by so many forked processes."""
    processes = min(processes, len(stretches))
    if processes < 2:
        yield from map(look_through, stretches)
        return
    with ProcessPoolExecutor(processes, get_context("fork"), initializer=_stand_alone) as others:
        yield from others.map(look_through, stretches)


def look_through(stretch: Stretch) -> Verification:
    """Every entry against its leaf, every batch against its entries. Ticks without entries have a batch too: it is
    their sameness that tells nothing.
    """
    found, notary = Verification(), notary_of(stretch.origin)
    rows = BatchRow.objects.filter(log=stretch.log, tick__gte=stretch.begin.tick, tick__lt=stretch.end.tick)
    batches = iter(rows.order_by("tick").iterator(chunk_size=500))
    for tick, entries in groupby(_entries(stretch, found), key=itemgetter(TICK)):
        if tick is None or tick >= stretch.size:
            found.waiting += sum(1 for _ in entries)
            continue
        taken = dict(map(itemgetter(PLACE, LEAF), entries))
        for batch in batches:
            _check_batch(batch, taken if batch.tick == tick else {}, notary.blinding_key(batch.tick), found)
            if batch.tick == tick:
                break
    for batch in batches:
        _check_batch(batch, {}, notary.blinding_key(batch.tick), found)
    return found


def _entries(stretch: Stretch, found: Verification) -> Iterator[Row]:
    for rows in _chunks(stretch):
        numbers = [row[ID] for row in rows]
        erasures = ErasureRow.objects.filter(entry__range=(min(numbers), max(numbers)))
        erased = dict(erasures.values_list("entry", "reference"))
        chunk = Chunk(rows, open_cases({row[COMPARTMENT] for row in rows} - {""}), erased.keys() & set(numbers))
        looked = look(chunk)
        found.entries += len(rows)
        found.erasures |= looked.erasures
        for fault in looked.faults:
            found.fault(fault)
        for id in chunk.emptied:
            found.take_away(erased[id])
        for row in looked.shut:
            _ask_why(row, found)
        yield from rows


def _ask_why(row: Row, found: Verification) -> None:
    """A case that did not open for the many: erased, which is counted, or a fault; or its key is there after all."""
    compartment, body, leaf = row[COMPARTMENT], row[BODY], row[LEAF]
    try:
        for fault in faults_in(row, unseal(compartment, body, seal_context(leaf))):
            found.fault(fault)
    except Erased:
        found.take_away(compartment)
    except WeirError:
        found.fault(does_not_open(row))


def _check_batch(batch: BatchRow, taken: dict[int | None, bytes], key: bytes, found: Verification) -> None:
    kept = rules.unpack_places(bytes(batch.places))
    if kept != taken or len(batch.places) != rules.PACKED_SIZE * len(kept):
        differing = sorted(set(kept.items()) ^ set(taken.items())) or [(len(kept), b"")]
        found.fault(f"batch {batch.tick}: place {differing[0][0]} does not hold the entry that its rows say")
        return
    tree = Batch(batch.depth, batch.tick, key, kept)
    if tree.root() != bytes(batch.root):
        found.fault(f"batch {batch.tick}: its root does not follow from its entries")
    elif rules.crown_of(tree) != bytes(batch.crown):
        found.fault(f"batch {batch.tick}: its middle nodes do not follow from its entries")


def _chunks(stretch: Stretch) -> Iterator[list[Row]]:
    after, until, count = stretch.begin.after, stretch.end.after, CHUNK
    while count == CHUNK:
        with _walking():
            if connection.vendor == "postgresql":
                rows = fetched(ROWS_POSTGRESQL, [stretch.log, *after, *until, CHUNK])
            else:
                rows = fetched(ROWS_SQLITE, [stretch.log, after.id, until.id, CHUNK])
        if count := len(rows):
            after = Key(*rows[-1][:2])
            yield rows


def _next_cut(log: LogRow, after: Key) -> Cut | None:
    """Where a tick ends, not much more than a stretch after this; nothing where less is left, or only what waits."""
    with _walking() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FAR_POSTGRESQL, [log.id, *after, STRETCH])
        else:
            cursor.execute(FAR_SQLITE, [log.id, after.id + STRETCH])
        far = cursor.fetchone()
        if far is None or far[2] is None:
            return None
        transaction, id, tick = far
        if connection.vendor == "postgresql":
            cursor.execute(EDGE_POSTGRESQL, [log.id, transaction, id, tick])
        else:
            cursor.execute(EDGE_SQLITE, [log.id, id, tick])
        edge = cursor.fetchone()
    if edge is None or edge[2] is None:
        return None
    transaction, id, tick = edge
    return Cut(Key(transaction, id - 1), tick) if tick < log.size else None


@contextmanager
def _walking() -> Iterator[Any]:
    """Without fresh statistics PostgreSQL sorts the rest of the log for every few rows, with them it starts workers
    for as many; it is to walk the index.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(WALK_POSTGRESQL)
        yield cursor


def _stand_alone() -> None:
    """In a forked process: what the parent has open is neither used nor closed, and new connections are made."""
    for open_one in connections.all(initialized_only=True):
        _inherited.append(open_one)
        del connections[open_one.alias]
