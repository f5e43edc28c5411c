# SPDX-License-Identifier: Apache-2.0
"""What an entry's bytes are, how they are blinded, and how a batch is packed. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from struct import Struct

from weir.kernel.batch import Batch
from weir.kernel.moments import Moment

SALT_SIZE = 32
READING_WINDOW_MS = 10 * 60 * 1000
_PACKED = Struct(">H32s")
PACKED_SIZE = _PACKED.size
_LOGS = 256


def entry_bytes(*, about: str, actor: str, at: Moment, content: bytes, schema: str) -> bytes:
    """The canonical bytes of an entry. The content is canonical already, so it is set in, not serialized again.

    Names and moments are of our own making and need no escaping; a test holds this against the RFC 8785 library.
    """
    head, tail = frame(about=about, actor=actor, at=at, schema=schema)
    return head + content + tail


def frame(*, about: str, actor: str, at: Moment | str, schema: str) -> tuple[bytes, bytes]:
    """What stands before and after the content: a row whose columns disagree with its bytes is found by this alone."""
    head = f'{{"about":"{about}","actor":"{actor}","at":"{at}","outcome":'
    return head.encode(), f',"schema":"{schema}"}}'.encode()


def content_of(entry: bytes) -> bytes:
    """The outcome inside an entry's bytes."""
    start = entry.index(b'"outcome":') + len(b'"outcome":')
    return entry[start : entry.rindex(b',"schema":"')]


def replay_key(actor: str, verb: str, key: str) -> bytes:
    """Idempotency keys are scoped to actor and verb, and kept as a digest: a key may be a secret of its sender."""
    return sha256(f"{actor}\x1f{verb}\x1f{key}".encode()).digest()


def reading_window(at_ms: int) -> int:
    return at_ms // READING_WINDOW_MS


def origins_of(instance: str) -> tuple[str, ...]:
    """The names that the logs of one instance bear, in their order: its own, then `/2`, `/3`, one for each that went on
    after a restore. Nobody restores so often that these do not suffice.
    """
    return (instance, *(f"{instance}/{number}" for number in range(2, _LOGS + 1)))


def pack_places(places: Mapping[int, bytes]) -> bytes:
    """Places and their leaves in one small row: 34 bytes an entry."""
    return b"".join(_PACKED.pack(place, leaf) for place, leaf in sorted(places.items()))


def unpack_places(packed: bytes) -> dict[int, bytes]:
    """A torn end is left out; whoever verifies compares the length too."""
    return dict(_PACKED.iter_unpack(packed[: len(packed) // PACKED_SIZE * PACKED_SIZE]))


def unpack_between(packed: bytes, first: int, last: int) -> dict[int, bytes]:
    """The places from `first` to before `last`. Places are packed in their order, so the others need not be read."""
    numbers = range(len(packed) // PACKED_SIZE)
    low, high = (bisect_left(numbers, place, key=lambda at: _place_at(packed, at)) for place in (first, last))
    return unpack_places(packed[low * PACKED_SIZE : high * PACKED_SIZE])


def crown_of(batch: Batch) -> bytes:
    """The nodes half-way up a batch, packed like places; nothing where there are so few entries that to hash them
    again is quicker than to read this.
    """
    half = batch.depth // 2
    return pack_places(batch.nodes(half)) if len(batch.places) > 1 << half else b""


def batch_path(batch: Batch, places: bytes, crown: bytes, place: int) -> list[bytes]:
    """The path of one place. `batch` is empty and gives depth, tick and key; with a crown only the leaves under one of
    its nodes are read and hashed, 64 of 4096.
    """
    if not crown:
        return replace(batch, places=unpack_places(places)).path(place)
    half = batch.depth // 2
    first = place >> half << half
    below = replace(batch, places=unpack_between(places, first, first + (1 << half)))
    above = replace(batch, places=unpack_places(crown), base=half)
    return below.path(place)[:half] + above.path(place >> half)


def _place_at(packed: bytes, at: int) -> int:
    return int.from_bytes(packed[at * PACKED_SIZE : at * PACKED_SIZE + 2], "big")
