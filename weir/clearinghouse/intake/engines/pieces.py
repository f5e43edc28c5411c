# SPDX-License-Identifier: Apache-2.0
"""What was read of a document, in pieces that are recorded at once, and as bytes between two processes. Pure.

The bytes are lengths and texts and nothing else: whoever reads them runs nothing that a stranger wrote.
"""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from weir.clearinghouse.intake.rules.items import Keying
from weir.clearinghouse.intake.terms.documents import KeyedItem
from weir.clearinghouse.intake.terms.items import Item, Trouble

# A piece ends at whichever of these comes first: recorded, it is to hold the write lock for a fraction of a second.
MOST_ITEMS = 5_000
MOST_BYTES = 8 * 1024 * 1024
MOST_SECONDS = 1.0
# What a document says may be so many times as long as the document, and so many bytes in any case.
MOST_TIMES = 20
LONGEST = 256 * 1024 * 1024

_HEAD = struct.Struct(">II")
_ITEM = struct.Struct(">16sHI")


class TooSlow(BaseException):
    """Reading gets nowhere. No `Exception`, so that no reader takes it for something wrong in its document."""


class Piece(NamedTuple):
    """Items and troubles that follow each other in a document."""

    items: tuple[KeyedItem, ...]
    troubles: tuple[Trouble, ...]


def pieces(left: Iterator[Item | Trouble], keying: Keying, place: Callable[[], int] = lambda: 0) -> Iterator[Piece]:
    """What is left, keyed and cut; nothing at the end. `place` tells how far the document was read: what is said many
    times by naming it briefly is not written out without end.
    """
    length = furthest = 0
    for piece in _cut(left, keying):
        yield piece
        length, furthest = length + sum(len(each.words) for each in piece.items), max(furthest, place())
        if length > LONGEST + MOST_TIMES * furthest:
            yield Piece(
                (), (Trouble("", f"Written out it is more than {MOST_TIMES} times as long. Send it in parts."),)
            )
            return


def _cut(left: Iterator[Item | Trouble], keying: Keying) -> Iterator[Piece]:
    """Whatever ends the reading, what was read until then comes out first."""
    while True:
        items: list[KeyedItem] = []
        troubles: list[Trouble] = []
        try:
            _fill(items, troubles, left, keying)
        except (MemoryError, TooSlow):
            yield Piece(tuple(items), tuple(troubles))
            raise
        if not items and not troubles:
            return
        yield Piece(tuple(items), tuple(troubles))


def _fill(items: list[KeyedItem], troubles: list[Trouble], left: Iterator[Item | Trouble], keying: Keying) -> None:
    size, until = 0, time.monotonic() + MOST_SECONDS
    for each in left:
        if isinstance(each, Item):
            items.append(kept := keying(each))
            size += len(kept.words)
        else:
            troubles.append(each)
        count = len(items) + len(troubles)
        if count >= MOST_ITEMS or size >= MOST_BYTES or (not count % 256 and time.monotonic() > until):
            break


def packed(piece: Piece) -> bytes:
    told = json.dumps(piece.troubles).encode()
    parts = [_HEAD.pack(len(piece.items), len(told)), told]
    for digest, keys, words in piece.items:
        parts += (_ITEM.pack(digest, len(keys), len(words)), keys, words)
    return b"".join(parts)


def unpacked(data: bytes) -> Piece:
    count, told = _HEAD.unpack_from(data)
    at = _HEAD.size + told
    troubles = tuple(Trouble(*each) for each in json.loads(data[_HEAD.size : at]))
    items = []
    for _ in range(count):
        digest, keys, words = _ITEM.unpack_from(data, at)
        at += _ITEM.size
        middle, end = at + keys, at + keys + words
        items.append(KeyedItem(digest, data[at:middle], data[middle:end]))
        at = end
    return Piece(tuple(items), troubles)
