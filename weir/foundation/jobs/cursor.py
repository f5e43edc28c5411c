# SPDX-License-Identifier: Apache-2.0
"""The relay: entries of the ledger become items of jobs, each exactly once per station, in the ledger's own order.

A named direct writer. A station's cursor and the batches that come of what it passed are one transaction, so there is
no moment at which an entry was passed and nobody knows of it, or the other way round. What is still in flight is not
passed: `lines_after` sees to that. Any number of workers may relay: a station that another one holds is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from weir.foundation.jobs import progress
from weir.foundation.jobs.models import CursorRow
from weir.foundation.jobs.terms import Item, Station
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.terms import Cursor, Line
from weir.foundation.transactions import writing
from weir.kernel.moments import Moment

READ_AT_ONCE = 1_000


def relay(stations: Sequence[Station], now: Moment) -> int:
    """Read on from where each station stands; how many batches came of it."""
    if not _anything_new(stations):
        return 0
    by_name = {station.name: station for station in stations}
    batches = 0
    with writing():
        held = CursorRow.objects.select_for_update(skip_locked=True).filter(station__in=by_name)
        for cursor, rows in _by_place(held).items():
            lines, moved = _read_on(cursor)
            for row in rows:
                station = by_name[row.station]
                items = [_item(station, line) for line in lines if line.kind == station.kind]
                batches += progress.create(station.job, items, now)
                _move(row, moved)
        # Stop here, or anywhere above: no cursor has moved and no batch is there. The next pulse reads the same
        # entries.
    # Stop here: the batches are there and the queue has not heard of them. `progress.send_due` tells it in the next
    # pulse.
    return batches


def begin(stations: Iterable[Station]) -> None:
    """A station that is new begins at the first entry there ever was: what happened before it came concerns it too."""
    names = [station.name for station in stations]
    if len(set(names)) < len(names):
        msg = f"stations have one cursor each, and so one name each: {sorted(names)}"
        raise RuntimeError(msg)
    CursorRow.objects.bulk_create((CursorRow(station=name) for name in names), ignore_conflicts=True)


def _anything_new(stations: Sequence[Station]) -> bool:
    """A look without a lock, since mostly nothing is new."""
    rows = CursorRow.objects.filter(station__in=[station.name for station in stations])
    return any(_read_on(cursor, limit=1)[1] != cursor for cursor in {_place(row) for row in rows})


def _read_on(cursor: Cursor, limit: int = READ_AT_ONCE) -> tuple[list[Line], Cursor]:
    """What comes next, and where it ends. A log that has ended and is read to its end gives way to the one after it."""
    lines = ledger.lines_after(cursor, limit)
    if lines:
        return lines, lines[-1].cursor
    following = ledger.log_after(cursor.log)
    return _read_on(Cursor(following), limit) if following is not None else ([], cursor)


def _item(station: Station, line: Line) -> Item:
    """Keyed by the entry: the same wake-up is the same act, and another entry about the same thing is another one."""
    return Item(line.about, f"{station.name}:{line.leaf.hex()}")


def _move(row: CursorRow, to: Cursor) -> None:
    row.log, row.transaction, row.entry = to.log, to.transaction, to.id
    row.save(update_fields=["log", "transaction", "entry"])


def _by_place(held: Iterable[CursorRow]) -> dict[Cursor, list[CursorRow]]:
    """Stations mostly stand at the same place, so the ledger is read once for all that do."""
    places: dict[Cursor, list[CursorRow]] = {}
    for row in held:
        places.setdefault(_place(row), []).append(row)
    return places


def _place(row: CursorRow) -> Cursor:
    return Cursor(row.log, row.transaction, row.entry)
