# SPDX-License-Identifier: Apache-2.0
"""Who else works nearby, out of the index of cells: a few steps down a tree, however many claims there are.

One statement for each place, with a branch for each kind: by equality for what lies around it, by a range for what lies
in it or beside it. A branch looks at so many rows at most; one's own, which are passed over, are fewer than that. What
was not seen for being beyond it is at worst told as the next weaker kind, and nobody is blocked by any of them.
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
_STRENGTH = list(Overlap)
_WITHIN = "cell > %s AND cell < %s"


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
    numbers = [cells.NUMBER_OF[method] for method in scope.methods]
    classes, at = cells.classes_of(scope.weaknesses), milliseconds(now)
    found = Overlap.NONE
    for cell in cells_of(scope):
        found = max(found, _nearest_to(cell, numbers, classes, participant, at), key=_STRENGTH.index)
        if found is Overlap.SAME:
            break
    return found


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


def _nearest_to(cell: bytes, methods: Sequence[int], classes: int, participant: str, at: int) -> Overlap:
    """The nearest kind around one place, in one round trip."""
    around, beyond, folder = cells.around(cell), cells.beyond(cell), cells.folder_of(cell)
    others: list[int | str | bytes] = [at, participant]
    values: list[int | str | bytes] = [*methods, *around, *others, classes]
    for method in methods:
        values += [method, cell, beyond, *others, classes]
    values += [*around, *others, cell, beyond, *others]
    if folder != cell:
        values += [folder, cells.beyond(folder), *others]
    statement = _statement(len(methods), len(around), beside=folder != cell)
    with connections[router.db_for_read(CellRow) or "default"].cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    return _STRENGTH[found[0]] if found else Overlap.NONE


@cache
def _statement(methods: int, around: int, *, beside: bool) -> str:
    """Each branch stops by itself at its first hit, and after so many rows without one."""
    where = f"cell IN ({_marks(around)})"
    branches = [
        _branch(3, f"method IN ({_marks(methods)}) AND {where}", alike=True),
        *[_branch(3, f"method = %s AND {_WITHIN} ORDER BY method, cell", alike=True)] * methods,
        _branch(2, where),
        _branch(2, f"{_WITHIN} ORDER BY cell"),
        *([_branch(1, f"{_WITHIN} ORDER BY cell")] if beside else []),
    ]
    return f"{' UNION ALL '.join(branches)} ORDER BY 1 DESC LIMIT 1"


def _branch(strength: int, where: str, *, alike: bool = False) -> str:
    # Ordered as the index is, or PostgreSQL would rather read the table than follow it for so few. Every column is
    # in the index. A lapsed claim counts for nothing, whether or not the job has been here.
    looked_at = f"SELECT classes, until_ms, holder FROM scanning_cell WHERE {where} LIMIT {MOST_LOOKED_AT}"  # noqa: S608
    others = f"until_ms > %s AND holder <> %s{' AND classes & %s <> 0' if alike else ''}"
    return f"SELECT * FROM (SELECT {strength} FROM ({looked_at}) AS near WHERE {others} LIMIT 1) AS found"  # noqa: S608


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)
