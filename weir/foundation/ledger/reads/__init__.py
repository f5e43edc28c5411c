# SPDX-License-Identifier: Apache-2.0
"""Questions to the ledger: who may see an entry gets its proof; everyone gets tiles and the published head."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from weir.foundation.actor import Actor
from weir.foundation.ledger import rules
from weir.foundation.ledger.models import (
    BatchRow,
    CheckpointRow,
    EntryRow,
    ErasureRow,
    LogRow,
    PlacementRow,
    TileRow,
)
from weir.foundation.ledger.record import moment_of, open_body
from weir.foundation.ledger.terms import (
    PROOF_FORMAT,
    RECEIPT_FORMAT,
    Cursor,
    EntryLine,
    EntryState,
    EntryView,
    Head,
    Line,
    NoSuchEntry,
    Notary,
    NotYetProvable,
    ProofBundle,
)
from weir.foundation.policy.reads import may_see
from weir.foundation.question import Page, question
from weir.foundation.store.reads import unseal
from weir.foundation.store.terms import Erased
from weir.foundation.verb import Entry
from weir.kernel import envelopes, notes, tiles
from weir.kernel.batch import Batch, public_leaf_data
from weir.kernel.canonical import canonical
from weir.kernel.merkle import HASH_SIZE
from weir.kernel.moments import Moment

LINES = 'SELECT log, "transaction", id, kind, about, leaf FROM ledger_entry WHERE log = %s AND '
# On SQLite rows come in the order in which they were committed, and that is the order of their keys.
LINES_SQLITE = LINES + "id > %s ORDER BY id LIMIT %s"
# Nothing can still appear in a log that has ended; after a restore its transaction ids are those of another cluster.
SETTLED = '("transaction" < %s OR (SELECT ended FROM ledger_log WHERE id = %s))'
LINES_POSTGRESQL = LINES + f'("transaction", id) > (%s, %s) AND {SETTLED} ORDER BY "transaction", id LIMIT %s'


_bound: list[Callable[[str], Notary]] = []


def bind_notary(of: Callable[[str], Notary]) -> None:
    """Called by the shell: who signs for a log of this origin."""
    _bound[:] = [of]


def notary() -> Notary:
    """Who signs for this instance."""
    return notary_of(open_log().origin)


def notary_of(origin: str) -> Notary:
    """Who signs, or signed, for the log of this origin. A log that ended keeps the keys it had."""
    return _bound[0](origin)


def open_log() -> LogRow:
    """The log that is growing."""
    return LogRow.objects.get(ended=False)


def log_after(log: int) -> int | None:
    """The log that follows this one; of 0, the first. A reader moves on once it has read the one before to its end."""
    return LogRow.objects.filter(id__gt=log).order_by("id").values_list("id", flat=True).first()


def cursor_of(log: LogRow) -> Cursor:
    return Cursor(log.id, log.transaction, log.entry)


def lines_after(cursor: Cursor, limit: int) -> list[Line]:
    """Entries after a cursor, in an order in which nothing can still appear before what was given.

    Transactions below the horizon are all finished when the second statement reads, so whatever they wrote is visible
    to it; those at or above it wait, even if they have committed.
    """
    with connection.cursor() as sql:
        if connection.vendor == "postgresql":
            sql.execute(LINES_POSTGRESQL, [cursor.log, cursor.transaction, cursor.id, horizon(), cursor.log, limit])
        else:
            sql.execute(LINES_SQLITE, [cursor.log, cursor.id, limit])
        rows = sql.fetchall()
    return [Line(Cursor(log, xid, id), kind, about, bytes(leaf)) for log, xid, id, kind, about, leaf in rows]


def horizon() -> int:
    """The oldest transaction still running, cluster-wide, on PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def waiting() -> int:
    """Entries that no tick has taken yet: the lag that doctor watches."""
    return unfiled().count()


def entry_count() -> int:
    """How many entries there are, for whoever watches all of them being checked."""
    return EntryRow.objects.count()


def newest_moment() -> Moment | None:
    """The moment that the newest entry bears."""
    at_ms = EntryRow.objects.order_by("-id").values_list("at_ms", flat=True).first()
    return None if at_ms is None else moment_of(at_ms)


def unfiled(log: LogRow | None = None) -> QuerySet[EntryRow]:
    """Entries that the sequencer has not filed yet: never more than a few ticks' worth."""
    log = log or open_log()
    rows = EntryRow.objects.filter(log=log.id)
    if connection.vendor != "postgresql":
        return rows.filter(id__gt=log.entry)
    return rows.filter(Q(transaction__gt=log.transaction) | Q(transaction=log.transaction, id__gt=log.entry))


def entries_on(about: str) -> QuerySet[EntryRow]:
    """Every entry about an object, filed or not."""
    filed = list(PlacementRow.objects.filter(about=about).values_list("entry", flat=True))
    fresh = list(unfiled().filter(about=about).values_list("id", flat=True))
    return EntryRow.objects.filter(id__in=[*filed, *fresh])


def tile_reader(log: int) -> tiles.TileReader:
    """Tiles of one log as the kernel reads them; each is read once per reader."""
    seen: dict[tuple[int, int], bytes] = {}

    def read(level: int, index: int) -> bytes:
        if (level, index) not in seen:
            row = TileRow.objects.filter(log=log, level=level, index=index).values_list("hashes", flat=True).first()
            seen[level, index] = bytes(row or b"")
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


def why_continue(instance: str) -> str:
    """Why this database must not go on with its log: a sentence, or nothing. Asked after a restore."""
    log = open_log()
    if (outside := _outside(log.origin)) > log.size:
        return f"The database knows {log.size} ticks of {log.origin}, and {outside} were published."
    known = set(LogRow.objects.values_list("origin", flat=True))
    later = [origin for origin in rules.origins_of(instance) if origin not in known and _outside(origin)]
    if later:
        return f"{later[-1]} was published, and the database does not know it."
    if connection.vendor != "postgresql":
        return ""
    newest = EntryRow.objects.filter(log=log.id).order_by("-transaction").values_list("transaction", flat=True).first()
    if newest and newest >= horizon():
        return "The entries are numbered by the transactions of another PostgreSQL cluster."
    return ""


def unused_origin(instance: str) -> str:
    """The first name under which no log of this instance ever published anything, here or before a restore."""
    known = set(LogRow.objects.values_list("origin", flat=True))
    return next(origin for origin in rules.origins_of(instance) if origin not in known and not _outside(origin))


def _outside(origin: str) -> int:
    """How many ticks of this log were published, as the file beside the keys says."""
    signer = notary_of(origin)
    note = signer.last_published()
    if not note:
        return 0
    return notes.Checkpoint.parse(notes.open_note(note, [signer.log_key.verifier()]).text).size


def published_head(log: int = 0) -> tuple[notes.Checkpoint, str]:
    """What outsiders see of the log that grows, or of one that ended."""
    row = CheckpointRow.objects.filter(log=log or open_log().id, published=True).order_by("-size").first()
    if row is None:
        sentence = "The log has no published checkpoint yet."
        raise NotYetProvable(sentence)
    return notes.Checkpoint.parse(row.note.split("\n\n", 1)[0] + "\n"), row.note


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


@question("ledger.read_entry", filtered=True)
def read_entry(actor: Actor, leaf: str) -> EntryView:
    """One entry, for whoever did it or may see what it is about."""
    row = visible_entry(actor, leaf)
    erased = ErasureRow.objects.filter(entry=row.id).first()
    state = EntryState.PROVABLE if PlacementRow.objects.filter(entry=row.id).exists() else EntryState.WAITING
    content = "" if erased else _content(row)
    return EntryView(
        leaf=leaf,
        schema=f"{row.kind}/{row.version}",
        at=moment_of(row.at_ms),
        actor=row.actor,
        about=row.about,
        state=state if content else EntryState.ERASED,
        content=content,
        erased_by=erased.reference if erased else "",
    )


@question("ledger.prove_entry", filtered=True)
def prove_entry(actor: Actor, leaf: str) -> ProofBundle:
    """The small file that proves an entry to anybody, with `verifier/` and without us."""
    row = visible_entry(actor, leaf)
    salt, entry = opened(row)
    if not entry:
        return proof_of(row, {"leaf": _b64(bytes(row.leaf))})
    return proof_of(row, {"schema": f"{row.kind}/{row.version}", "bytes": _b64(entry), "salt": _b64(salt)})


@question("ledger.entries_about", filtered=True)
def entries_about(actor: Actor, about: str, after: str = "") -> Page[EntryLine]:
    """What was done to one object, newest first; kinds and moments, not contents.

    Who opened it is for the staff. Everybody else who may see the object is told, last of all and without a leaf, on
    which day somebody first opened it.
    """
    if not may_see(actor, about):
        raise NoSuchEntry
    rows = _known_to(actor, about).order_by("-id")
    if after:
        rows = rows.filter(id__lt=visible_entry(actor, after).id)
    found = list(rows[: _PAGE + 1])
    lines = _lines(found[:_PAGE])
    if len(found) > _PAGE:
        return Page(lines, after=lines[-1].leaf)
    return Page(lines + _first_opened(actor, about))


@question("ledger.first_entry_about", filtered=True)
def first_entry_about(actor: Actor, about: str, kind: str) -> EntryLine:
    """The entry with which something began: where its receipt and its proof hang."""
    row = _known_to(actor, about).filter(kind=kind).order_by("id").first()
    if row is None or not (row.actor == actor.id != "anonymous" or may_see(actor, about)):
        raise NoSuchEntry
    return _lines([row])[0]


_PAGE = 50
_READING = "ledger.note_reading"


def _known_to(actor: Actor, about: str) -> QuerySet[EntryRow]:
    """Entries about an object, without those that say who else opened it, unless the actor is of the staff."""
    rows = entries_on(about)
    return rows if actor.staff else rows.exclude(~Q(actor=actor.id), kind=_READING)


def _first_opened(actor: Actor, about: str) -> tuple[EntryLine, ...]:
    """That somebody else opened it, with the day and no more: hours and numbers would tell who works on it, and when.

    The first day only: one line says that it is seen; a line a day would say how much it matters.
    """
    if actor.staff:
        return ()
    rows = entries_on(about).filter(kind=_READING).exclude(actor=actor.id)
    first = rows.order_by("id").values_list("at_ms", flat=True).first()
    if first is None:
        return ()
    day = moment_of(first).replace(hour=0, minute=0, second=0, microsecond=0)
    return (EntryLine("", _READING, Moment.of(day), "", provable=False),)


def _lines(rows: list[EntryRow]) -> tuple[EntryLine, ...]:
    sizes = published_sizes()
    placed = PlacementRow.objects.filter(entry__in=[row.id for row in rows]).values_list("entry", "log", "tick")
    provable = {entry for entry, log, tick in placed if tick < sizes.get(log, 0)}
    return tuple(
        EntryLine(bytes(row.leaf).hex(), row.kind, moment_of(row.at_ms), row.actor, row.id in provable) for row in rows
    )


def visible_entry(actor: Actor, leaf: str) -> EntryRow:
    """The row, or the same answer as for a leaf that never was."""
    try:
        row = _entry_of(bytes.fromhex(leaf))
    except ValueError:
        row = None
    if row is None or not (row.actor == actor.id != "anonymous" or (row.about and may_see(actor, row.about))):
        raise NoSuchEntry
    if row.kind == _READING and row.actor != actor.id and not actor.staff:
        raise NoSuchEntry
    return row


def _entry_of(leaf: bytes) -> EntryRow | None:
    filed = PlacementRow.objects.filter(leaf=leaf).values_list("entry", flat=True).first()
    return EntryRow.objects.get(id=filed) if filed else unfiled().filter(leaf=leaf).first()


def opened(row: EntryRow) -> tuple[bytes, bytes]:
    """Salt and canonical bytes; both empty once they were erased, or the key that sealed them was dropped."""
    try:
        return open_body(unseal, row.compartment, bytes(row.body), bytes(row.salt), bytes(row.leaf))
    except Erased:
        return b"", b""


def _content(row: EntryRow) -> str:
    entry = opened(row)[1]
    return rules.content_of(entry).decode() if entry else ""


def proof_of(row: EntryRow, entry: dict[str, str]) -> ProofBundle:
    """Batch path and log path to the published head. Reads one batch and O(log n) tiles, however long the log is."""
    placement = PlacementRow.objects.filter(entry=row.id).first()
    if placement is None:
        raise NotYetProvable
    head_now, note = published_head(placement.log)
    if placement.tick >= head_now.size:
        raise NotYetProvable
    batch = BatchRow.objects.get(log=placement.log, tick=placement.tick)
    blinding = notary_of(head_now.origin).blinding_key(batch.tick)
    tree = Batch(batch.depth, batch.tick, blinding, {})
    inner = rules.batch_path(tree, bytes(batch.places), bytes(batch.crown), placement.place)
    path = tiles.inclusion_proof(tile_reader(placement.log), placement.tick, head_now.size)
    return ProofBundle(
        PROOF_FORMAT,
        entry,
        {
            "tick": placement.tick,
            "depth": batch.depth,
            "place": placement.place,
            "path": [_b64(node) for node in inner],
        },
        {"index": placement.tick, "size": head_now.size, "path": [_b64(node) for node in path]},
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
