# SPDX-License-Identifier: Apache-2.0
"""The log as files that anyone can mirror: tiles, entry bundles and their names (C2SP tlog-tiles).

A tile holds up to 256 neighbouring hashes of one level; a hash of level L is the root of 256**L leaves. Full tiles
never change, so they can be cached for ever; only the rightmost tile of each level grows. All proofs are computed from
a few tiles, whatever the size of the log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

from weir.kernel import merkle
from weir.kernel.errors import Invalid
from weir.kernel.merkle import HASH_SIZE

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_LEVEL = 63
MAX_INDEX = merkle.MAX_SIZE // WIDTH
MAX_ENTRY = 0xFFFF
ENTRIES = -1  # the "level" of the bundles, which stand below the leaf hashes

TileReader = Callable[[int, int], bytes]
"""(level, index) -> the hashes of that tile: full, or the widest partial one there is."""

_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII)


class BadTile(Invalid):
    """This is not a tile, or not the tile that the tree needs here."""

    hint = "Fetch the tile again from another mirror; a full tile never changes."


class BadTileName(Invalid):
    """This is not the name of a tile."""

    hint = "A name looks like tile/0/x001/234, tile/1/000.p/17 or tile/entries/000."


@dataclass(frozen=True, order=True)
class TileName:
    """Which tile (or, at level ENTRIES, which bundle), and how many hashes it has."""

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not (ENTRIES <= self.level <= MAX_LEVEL and 0 <= self.index <= MAX_INDEX and 1 <= self.width <= WIDTH):
            raise BadTileName(f"There is no tile {self.index} of width {self.width} at level {self.level}.")

    def path(self) -> str:
        """Where it is served, relative to the log: thousands become folders, so that no folder grows large."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number}{partial}"

    @classmethod
    def parse(cls, path: str) -> Self:
        """Read a name. Each tile has exactly one spelling; anything else is refused, so no path leads elsewhere."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise BadTileName
        level, number, width = match.groups()
        digits = number.replace("x", "").replace("/", "")
        name = cls(ENTRIES if level == "entries" else int(level), int(digits), int(width) if width else WIDTH)
        if name.path() != path:
            raise BadTileName
        return name


def width_at(size: int, level: int, index: int) -> int:
    """How many hashes the tile has in a tree of `size` leaves; 0 if there is none yet. For bundles, ask for level 0."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def append(read: TileReader, size: int, leaf_hashes: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """The new content of every tile that changes when these leaves follow the first `size`.

    A partial tile that already holds more than `size` needs (left by a run that stopped before its checkpoint) is cut
    back first, so that writing the same leaves again gives the same tiles.
    """
    changed: dict[tuple[int, int], bytes] = {}
    level, added = 0, list(leaf_hashes)
    while added:
        first, kept = divmod(size >> HEIGHT * level, WIDTH)
        hashes = [*(_hashes(read, size, level, first) if kept else ()), *added]
        tiles = [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]
        for offset, tile in enumerate(tiles):
            changed[level, first + offset] = b"".join(map(_one_hash, tile))
        added = [merkle.root(tile) for tile in tiles if len(tile) == WIDTH]
        level += 1
    return changed


def root(read: TileReader, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return _range_roots(read, size, [(0, size)])[0] if size else merkle.EMPTY_ROOT


def inclusion_proof(read: TileReader, index: int, size: int) -> list[bytes]:
    """The proof that leaf `index` is in the tree of the first `size` leaves."""
    return _range_roots(read, size, merkle.inclusion_ranges(index, size))


def consistency_proof(read: TileReader, old: int, new: int) -> list[bytes]:
    """The proof that the tree of the first `old` leaves is the beginning of the tree of the first `new`."""
    return _range_roots(read, new, merkle.consistency_ranges(old, new))


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as a bundle: each behind its length, two bytes, big-endian."""
    entries = list(entries)
    if not 1 <= len(entries) <= WIDTH:
        raise BadTile(f"A bundle holds 1 to {WIDTH} entries, not {len(entries)}.")
    if max(map(len, entries)) > MAX_ENTRY:
        raise BadTile(f"An entry of a bundle has at most {MAX_ENTRY} bytes.")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(bundle: bytes) -> list[bytes]:
    """The entries of a bundle, refused if a length points past its end or one byte is left over."""
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start], "big")
        if at > len(bundle) or len(entries) == WIDTH:
            raise BadTile("The bundle is cut off, or holds too much.")
        entries.append(bundle[start:at])
    return entries


def _range_roots(read: TileReader, size: int, ranges: Sequence[merkle.Range]) -> list[bytes]:
    """The root of each range, every tile read at most once."""

    @cache
    def hashes(level: int, index: int) -> list[bytes]:
        return _hashes(read, size, level, index)

    def subtree(height: int, index: int) -> bytes:
        level, below = divmod(height, HEIGHT)
        tile, first = divmod(index << below, WIDTH)
        return merkle.root(hashes(level, tile)[first : first + (1 << below)])

    return [merkle.fold(subtree(*which) for which in merkle.complete_subtrees(low, high)) for low, high in ranges]


def _hashes(read: TileReader, size: int, level: int, index: int) -> list[bytes]:
    """The hashes that the tile has in a tree of `size` leaves; later ones, if there, are left out."""
    width = width_at(size, level, index)
    content = read(level, index)
    if len(content) < width * HASH_SIZE or len(content) % HASH_SIZE:
        found = len(content) // HASH_SIZE
        raise BadTile(f"Tile {index} of level {level} holds {found} hashes; a tree of {size} leaves needs {width}.")
    return [content[at : at + HASH_SIZE] for at in range(0, width * HASH_SIZE, HASH_SIZE)]


def _one_hash(given: bytes) -> bytes:
    if len(given) != HASH_SIZE:
        raise BadTile(f"A leaf hash has {HASH_SIZE} bytes, not {len(given)}.")
    return given
