# SPDX-License-Identifier: Apache-2.0
"""Who else works nearby, out of the index of cells: a few steps down a tree, however many claims there are.

One statement for each place, with a branch for each kind: by equality for what lies around it, by a range for what lies
in it or beside it. A branch looks at so many rows at most; one's own, which are passed over, are fewer than that. What
was not seen for being beyond it is at worst told as the next weaker kind, and nobody is blocked by any of them.

Commits and versions part two claims only then, and only where both say some: a second statement opens what the others
said, of at most so many rows a branch. Where all of these lie apart and there are more, the nearer kind is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connections, router
from django.utils.crypto import salted_hmac

from weir.clearinghouse.scanning.models import CellRow
from weir.clearinghouse.scanning.rules import cells
from weir.clearinghouse.scanning.rules.spans import ANYTHING, Span, may_meet, span_of
from weir.clearinghouse.scanning.terms import ClaimId, Met, Overlap, Scope
from weir.kernel.moments import EPOCH, MILLISECOND, Moment

MOST_LOOKED_AT = 512
MOST_OPENED = 32
MOST_MET = 20
_STRENGTH = list(Overlap)
_ON_THE_SAME_CODE = {Overlap.SAME, Overlap.OTHER_METHOD}
_WITHIN = "cell > %s AND cell < %s"
Value = int | str | bytes


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
    asker = _Asker(
        tuple(cells.NUMBER_OF[method] for method in scope.methods),
        cells.classes_of(scope.weaknesses),
        participant,
        milliseconds(now),
    )
    span, found = span_of(scope.commits), Overlap.NONE
    for cell in cells_of(scope):
        near = _nearest_to(cell, asker)
        if near in _ON_THE_SAME_CODE and span != ANYTHING:
            near = _nearest_at(cell, asker, span)
        found = max(found, near, key=_STRENGTH.index)
        if found is Overlap.SAME:
            break
    return found


def met(scope: Scope, participant: str, now: Moment) -> tuple[Met, ...]:
    """Those who overlap and wish to be met. Asked only for whoever wishes so too."""
    found: dict[str, Met] = {}
    span = span_of(scope.commits)
    for cell in cells_of(scope):
        around, beyond = cells.around(cell), cells.beyond(cell)
        rows = CellRow.objects.filter(named=True, until_ms__gt=milliseconds(now)).exclude(holder=participant)
        rows = rows.filter(cell__in=around) | rows.filter(cell__gt=cell, cell__lt=beyond)
        for number, organization, sealed in rows.values_list("claim__number", "claim__organization", "span")[
            :MOST_LOOKED_AT
        ]:
            if may_meet(span, cells.opened_span(index_key(), bytes(sealed or b""))):
                found[number] = Met(ClaimId(number), organization)
    return tuple(found[number] for number in sorted(found))[:MOST_MET]


def milliseconds(moment: Moment) -> int:
    return (moment - EPOCH) // MILLISECOND


@dataclass(frozen=True)
class _Asker:
    """What is asked with, but for the place: methods and weaknesses by their numbers, by whom, and when."""

    methods: tuple[int, ...]
    classes: int
    participant: str
    at: int

    @property
    def others(self) -> list[Value]:
        return [self.at, self.participant]


def _nearest_to(cell: bytes, asker: _Asker) -> Overlap:
    """The nearest kind around one place, in one round trip, at whatever commits."""
    folder = cells.folder_of(cell)
    values = _values(cell, asker)
    if folder != cell:
        values += [folder, cells.beyond(folder), *asker.others]
    statement = _statement(len(asker.methods), len(cells.around(cell)), beside=folder != cell)
    found = _rows(statement, values)
    return _STRENGTH[found[0][0]] if found else Overlap.NONE


def _nearest_at(cell: bytes, asker: _Asker, span: Span) -> Overlap:
    """The same once more, of those who may mean the same commits or versions; the others are beside it."""
    statement = _spans_statement(len(asker.methods), len(cells.around(cell)))
    seen: dict[int, int] = {}
    for strength, branch, sealed in sorted(_rows(statement, _values(cell, asker)), key=_nearest_first):
        seen[branch] = seen.get(branch, 0) + 1
        if seen[branch] == MOST_OPENED or may_meet(span, cells.opened_span(index_key(), bytes(sealed or b""))):
            return _STRENGTH[int(strength)]
    return Overlap.ADJACENT


def _nearest_first(row: tuple[Any, ...]) -> tuple[int, bool]:
    """Whoever names nothing overlaps with everybody, and needs not be opened."""
    return -row[0], bool(row[2])


def _values(cell: bytes, asker: _Asker) -> list[Value]:
    """For the branches on the same code: alike around it, alike in it for each method, then both in any way."""
    around, beyond = cells.around(cell), cells.beyond(cell)
    values: list[Value] = [*asker.methods, *around, *asker.others, asker.classes]
    for method in asker.methods:
        values += [method, cell, beyond, *asker.others, asker.classes]
    return [*values, *around, *asker.others, cell, beyond, *asker.others]


def _rows(statement: str, values: Sequence[Value]) -> list[tuple[Any, ...]]:
    with connections[router.db_for_read(CellRow) or "default"].cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


@cache
def _statement(methods: int, around: int, *, beside: bool) -> str:
    """Each branch stops by itself at its first hit, and after so many rows without one."""
    branches = [_branch(each, "classes, until_ms, holder", str(each.strength), 1) for each in _same(methods, around)]
    if beside:
        near = _Branch(1, f"{_WITHIN} ORDER BY cell", alike=False)
        branches.append(_branch(near, "classes, until_ms, holder", "1", 1))
    return f"{' UNION ALL '.join(branches)} ORDER BY 1 DESC LIMIT 1"


@cache
def _spans_statement(methods: int, around: int) -> str:
    return " UNION ALL ".join(
        _branch(each, "classes, until_ms, holder, span", f"{each.strength}, {number}, span", MOST_OPENED)
        for number, each in enumerate(_same(methods, around))
    )


@dataclass(frozen=True)
class _Branch:
    """Where to look, how near whatever is found there is, and whether it has to share a weakness."""

    strength: int
    where: str
    alike: bool


def _same(methods: int, around: int) -> list[_Branch]:
    # Ordered as the index is, or PostgreSQL would rather read the table than follow it for so few.
    where = f"cell IN ({_marks(around)})"
    return [
        _Branch(3, f"method IN ({_marks(methods)}) AND {where}", alike=True),
        *[_Branch(3, f"method = %s AND {_WITHIN} ORDER BY method, cell", alike=True)] * methods,
        _Branch(2, where, alike=False),
        _Branch(2, f"{_WITHIN} ORDER BY cell", alike=False),
    ]


def _branch(branch: _Branch, looked_at: str, told: str, most: int) -> str:
    # Without the span every column is in the index. A lapsed claim counts for nothing, whether or not the job has been
    # here.
    near = f"SELECT {looked_at} FROM scanning_cell WHERE {branch.where} LIMIT {MOST_LOOKED_AT}"  # noqa: S608
    others = f"until_ms > %s AND holder <> %s{' AND classes & %s <> 0' if branch.alike else ''}"
    return f"SELECT * FROM (SELECT {told} FROM ({near}) AS near WHERE {others} LIMIT {most}) AS found"  # noqa: S608


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)
