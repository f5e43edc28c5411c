# SPDX-License-Identifier: Apache-2.0
"""What everyone may see: the published head, its tiles and the leaves that it covers."""

from __future__ import annotations

from weir.foundation.actor import Actor
from weir.foundation.ledger.models import BatchRow, CheckpointRow
from weir.foundation.ledger.reads.fetched import fetched
from weir.foundation.ledger.reads.growing import notary, open_log
from weir.foundation.ledger.terms import Head, NoSuchEntry, NotYetProvable
from weir.foundation.question import question
from weir.kernel import notes, tiles
from weir.kernel.batch import public_leaf_data
from weir.kernel.merkle import HASH_SIZE

TILE = 'SELECT hashes FROM ledger_tile WHERE log = %s AND level = %s AND "index" = %s'


def tile_reader(log: int) -> tiles.TileReader:
    """Tiles of one log as the kernel reads them; each is read once per reader."""
    seen: dict[tuple[int, int], bytes] = {}

    def read(level: int, index: int) -> bytes:
        if (level, index) not in seen:
            found = fetched(TILE, [log, level, index])
            seen[level, index] = found[0][0] if found else b""
        return seen[level, index]

    return read


@question("ledger.head", filtered=True)
def head(actor: Actor) -> Head:
    """The published checkpoint and the key that verifies it."""
    checkpoint, note = published_head()
    key = notary().log_key.vkey()
    return Head(checkpoint.origin, checkpoint.size, checkpoint.root.hex(), note, key)


def published_sizes() -> dict[int, int]:
    """How many leaves of each log outsiders can see."""
    return dict(CheckpointRow.objects.filter(published=True).order_by("size").values_list("log", "size"))


def published_head(log: int = 0) -> tuple[notes.Checkpoint, str]:
    """What outsiders see of the log that grows, or of one that ended."""
    row = CheckpointRow.objects.filter(log=log or open_log().id, published=True).order_by("-size").first()
    if row is None:
        sentence = "The log has no published checkpoint yet."
        raise NotYetProvable(sentence)
    return checkpoint_of(row.note), row.note


def checkpoint_of(note: str) -> notes.Checkpoint:
    """What a note says that we signed ourselves and kept."""
    return notes.Checkpoint.parse(note.split("\n\n", 1)[0] + "\n")


def recent_batches(count: int) -> list[BatchRow]:
    """The newest published leaves of the public tree, newest first."""
    size = published_head()[0].size
    return list(BatchRow.objects.filter(log=open_log().id, tick__lt=size).order_by("-tick")[:count])


def tile(name: tiles.TileName) -> bytes:
    """One tile, exactly as wide as asked, and never wider than what is published."""
    size = published_head()[0].size
    log = open_log().id
    if name.level == tiles.ENTRIES:
        return _bundle(log, name, size)
    if name.width > tiles.width_at(size, name.level, name.index):
        raise NoSuchEntry("There is no such tile yet.")
    return tile_reader(log)(name.level, name.index)[: name.width * HASH_SIZE]


def _bundle(log: int, name: tiles.TileName, size: int) -> bytes:
    first = name.index * tiles.WIDTH
    if first + name.width > size:
        raise NoSuchEntry("There is no such tile yet.")
    roots = BatchRow.objects.filter(log=log, tick__gte=first, tick__lt=first + name.width).order_by("tick")
    return tiles.encode_bundle(
        public_leaf_data(bytes(root), depth) for root, depth in roots.values_list("root", "depth")
    )
