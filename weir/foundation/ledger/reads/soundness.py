# SPDX-License-Identifier: Apache-2.0
"""What an entry's row must say of itself. Pure: nothing here touches the database or the key store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from weir.foundation.ledger import rules
from weir.foundation.ledger.record import moment_of, seal_context
from weir.foundation.store.rules import opener
from weir.foundation.store.terms import Damaged
from weir.kernel.merkle import leaf_hash

COLUMNS = (
    'SELECT e."transaction", e.id, e.kind, e.version, e.actor, e.about, e.compartment, e.at_ms, e.body, e.salt, e.leaf,'
    " p.tick, p.place, p.leaf = e.leaf AND p.about = e.about"
)
ID, COMPARTMENT, BODY, LEAF, TICK, PLACE = 1, 6, 8, 10, 11, 12
ERASURES = {
    "ledger.erase_entries",
    "ledger.repeat_erasure",
    "store.erase_compartment",
    "store.repeat_erasure",
}

Row = tuple[Any, ...]


class Chunk(NamedTuple):
    """Rows, the keys of their cases, and which of the rows were emptied, as the database says."""

    rows: Sequence[Row]
    keys: Mapping[str, bytes]
    emptied: Collection[int] = frozenset()


@dataclass
class Looked:
    """What was found in some rows. `shut` are those whose case key was not at hand, for whoever can ask why."""

    faults: list[str] = field(default_factory=list)
    shut: list[Row] = field(default_factory=list)
    erasures: dict[str, str] = field(default_factory=dict)


def look(chunk: Chunk) -> Looked:
    """Whether each row is what its leaf says, opened with the keys of its cases."""
    looked, openers = Looked(), {name: opener(key, name) for name, key in chunk.keys.items()}
    for row in chunk.rows:
        _, id, kind, _, _, about, compartment, _, body, salt, leaf, tick, _, is_filed_so = row
        if kind in ERASURES:
            looked.erasures[about] = named(id, leaf)
        if tick is not None and not is_filed_so:
            looked.faults.append(f"{named(id, leaf)}: it is filed under another leaf or object")
        if id in chunk.emptied:
            continue
        if len(salt) != (0 if compartment else rules.SALT_SIZE):
            looked.faults.append(f"{named(id, leaf)}: its salt is not as long as it must be")
        elif not compartment:
            looked.faults += faults_in(row, bytes(salt + body))
        elif compartment not in openers:
            looked.shut.append(row)
        else:
            try:
                looked.faults += faults_in(row, openers[compartment](body, seal_context(leaf)))
            except Damaged:
                looked.faults.append(does_not_open(row))
    return looked


def faults_in(row: Row, opened: bytes) -> tuple[str, ...]:
    """Whether salt and bytes give the leaf, and the columns say what the bytes say."""
    _, id, kind, version, actor, about, _, at_ms, _, _, leaf, *_ = row
    if leaf_hash(opened) != leaf:
        return (f"{named(id, leaf)}: its bytes do not give its leaf",)
    head, tail = rules.frame(about=about, actor=actor, at=_written(at_ms), schema=f"{kind}/{version}")
    if not (opened.startswith(head, rules.SALT_SIZE) and opened.endswith(tail)):
        return (f"{named(id, leaf)}: its columns do not say what its bytes say",)
    return ()


def does_not_open(row: Row) -> str:
    return f"{named(row[ID], row[LEAF])}: its sealed bytes do not open"


def named(id: int, leaf: bytes) -> str:
    return f"entry {id} ({leaf.hex()[:16]})"


def _written(at_ms: int) -> str:
    return f"{_second(at_ms // 1000)}.{at_ms % 1000:03}Z"


@lru_cache(maxsize=16)
def _second(second: int) -> str:
    return str(moment_of(second * 1000))[:-5]
