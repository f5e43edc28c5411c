# SPDX-License-Identifier: Apache-2.0
"""What the house itself asks about entries of long ago, for rooms above that asked policy before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from weir.foundation.ledger import rules
from weir.foundation.ledger.models import EntryRow, PlacementRow
from weir.foundation.ledger.reads import entries_on, opened, unfiled
from weir.foundation.ledger.terms import Cursor, Line, NoSuchEntry
from weir.kernel.canonical import own_object

AT_ONCE = 500


def actors_on(about: str) -> frozenset[str]:
    """Everybody who ever did something to an object, by the numbers that the ledger keeps of them."""
    return frozenset(entries_on(about).values_list("actor", flat=True))


def outcome_of(line: Line) -> Mapping[str, Any]:
    """What a verb gave, as its entry says; nothing once that was erased."""
    row = EntryRow.objects.filter(id=line.cursor.id, leaf=line.leaf).first()
    entry = opened(row)[1] if row else b""
    return own_object(rules.content_of(entry)) if entry else {}


def outcomes_about(numbers: Collection[str], kinds: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """What these verbs gave about these numbers, at any time, as far as nobody erased it."""
    for number in sorted(numbers):
        for row in entries_on(number).filter(kind__in=kinds):
            if entry := opened(row)[1]:
                yield own_object(rules.content_of(entry))


def known_leaves(leaves: Collection[str]) -> frozenset[str]:
    """Which of these this database has an entry of."""
    asked = [bytes.fromhex(leaf) for leaf in leaves]
    found: set[bytes] = set()
    for first in range(0, len(asked), AT_ONCE):
        some = asked[first : first + AT_ONCE]
        for rows in (PlacementRow.objects.filter(leaf__in=some), unfiled().filter(leaf__in=some)):
            found |= {bytes(leaf) for leaf in rows.values_list("leaf", flat=True)}
    return frozenset(leaf.hex() for leaf in found)


def line_of(leaf: str) -> Line:
    """An entry that was just made, as `lines_after` will give it."""
    row = unfiled().filter(leaf=bytes.fromhex(leaf)).first()
    if row is None:
        raise NoSuchEntry
    return Line(Cursor(row.log, row.transaction, row.id), row.kind, row.about, bytes(row.leaf))
