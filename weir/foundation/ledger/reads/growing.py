# SPDX-License-Identifier: Apache-2.0
"""The log as it grows: who signs it, what it has taken, what waits, and whether it may go on."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.db.models import Q, QuerySet

from weir.foundation.ledger import rules
from weir.foundation.ledger.models import EntryRow, LogRow, PlacementRow
from weir.foundation.ledger.record import moment_of
from weir.foundation.ledger.terms import Cursor, Line, Notary
from weir.kernel import notes
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
