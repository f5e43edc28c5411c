# SPDX-License-Identifier: Apache-2.0
"""Who else works nearby, out of the index of cells: a few steps down a tree, however many claims there are.

Each kind is looked for in one statement of two branches: by equality for what lies around a place, by a range for what
lies in it. A branch looks at so many rows at most; one's own, which are passed over, are fewer than that. What was not
seen for being beyond it is at worst told as the next weaker kind, and nobody is blocked by any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.db import connections, router
from django.utils.crypto import salted_hmac

from weir.clearinghouse.scanning.models import CellRow
from weir.clearinghouse.scanning.rules import cells
from weir.clearinghouse.scanning.terms import ClaimId, Met, Overlap, Scope
from weir.kernel.moments import EPOCH, MILLISECOND, Moment

MOST_LOOKED_AT = 512
MOST_MET = 20
_COLUMNS = "classes, until_ms, holder"


@cache
def index_key() -> bytes:
    """Of the instance, beside its other keys. Whoever changes it fills the index anew; the sealed words have it all."""
    return salted_hmac("weir.scanning.cells", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()


def keyed(text: str) -> bytes:
    """Instead of a number that must not stand in a column as it is."""
    return salted_hmac("weir.scanning.keyed", text, secret=settings.SECRET_KEY, algorithm="sha256").digest()


def cells_of(scope: Scope) -> list[bytes]:
    return [cells.cell_of(index_key(), scope.target, path) for path in scope.paths]


def nearest(scope: Scope, participant: str, now: Moment) -> Overlap:
    """The nearest kind in which another's live claim overlaps."""
    places = cells_of(scope)
    numbers = [cells.NUMBER_OF[method] for method in scope.methods]
    at = milliseconds(now)
    classes = cells.classes_of(scope.weaknesses)
    if any(_alike(cell, numbers, classes, participant, at) for cell in places):
        return Overlap.SAME
    if any(_here(cell, participant, at) for cell in places):
        return Overlap.OTHER_METHOD
    if any(_beside(cell, participant, at) for cell in places):
        return Overlap.ADJACENT
    return Overlap.NONE


def met(scope: Scope, participant: str, now: Moment) -> tuple[Met, ...]:
    """Those who overlap and wish to be met. Asked only for whoever wishes so too."""
    found: dict[str, Met] = {}
    for cell in cells_of(scope):
        around, beyond = cells.around(cell), cells.beyond(cell)
        rows = CellRow.objects.filter(named=True, until_ms__gt=milliseconds(now)).exclude(holder=participant)
        rows = rows.filter(cell__in=around) | rows.filter(cell__gt=cell, cell__lt=beyond)
        for number, organization in rows.values_list("claim__number", "claim__organization")[:MOST_MET]:
            found[number] = Met(ClaimId(number), organization)
    return tuple(found[number] for number in sorted(found))[:MOST_MET]


def milliseconds(moment: Moment) -> int:
    return (moment - EPOCH) // MILLISECOND


def _alike(cell: bytes, methods: Sequence[int], classes: int, participant: str, at: int) -> bool:
    around = cells.around(cell)
    values: list[int | bytes] = [*methods, *around, MOST_LOOKED_AT, *methods, cell, cells.beyond(cell), MOST_LOOKED_AT]
    rows = _rows(_alike_statement(len(methods), len(around)), values)
    return any(row[0] & classes and _others(row, participant, at) for row in rows)


def _here(cell: bytes, participant: str, at: int) -> bool:
    around = cells.around(cell)
    rows = _rows(_here_statement(len(around)), [*around, MOST_LOOKED_AT, cell, cells.beyond(cell), MOST_LOOKED_AT])
    return any(_others(row, participant, at) for row in rows)


def _beside(cell: bytes, participant: str, at: int) -> bool:
    folder = cells.folder_of(cell)
    if folder == cell:
        return False
    rows = _rows(_BESIDE, [folder, cells.beyond(folder), MOST_LOOKED_AT])
    return any(_others(row, participant, at) for row in rows)


def _others(row: tuple[int, int, str], participant: str, at: int) -> bool:
    """A lapsed claim counts for nothing, whether or not the job has been here."""
    return row[1] > at and row[2] != participant


def _rows(statement: str, values: Sequence[int | bytes]) -> list[tuple[int, int, str]]:
    with connections[router.db_for_read(CellRow) or "default"].cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)


@cache
def _alike_statement(methods: int, around: int) -> str:
    of = f"SELECT {_COLUMNS} FROM scanning_cell WHERE method IN ({_marks(methods)})"  # noqa: S608 - only marks
    return _either(f"{of} AND cell IN ({_marks(around)})", f"{of} AND cell > %s AND cell < %s")


@cache
def _here_statement(around: int) -> str:
    of = f"SELECT {_COLUMNS} FROM scanning_cell WHERE"  # noqa: S608 - names of ours
    return _either(f"{of} cell IN ({_marks(around)})", f"{of} cell > %s AND cell < %s")


def _either(one: str, other: str) -> str:
    # Each branch in a select of its own, so that it stops by itself; nothing is sorted and nothing is made unique.
    return f"SELECT * FROM ({one} LIMIT %s) AS around UNION ALL SELECT * FROM ({other} LIMIT %s) AS within"  # noqa: S608


_BESIDE = f"SELECT {_COLUMNS} FROM scanning_cell WHERE cell > %s AND cell < %s LIMIT %s"  # noqa: S608 - names of ours
