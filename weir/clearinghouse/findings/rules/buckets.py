# SPDX-License-Identifier: Apache-2.0
"""Buckets: what is held, sealed so that only whoever already knows a fingerprint, and had it evaluated, can read it.

An output of the function is cut in two: one half says which bucket, the other is the key of the entry. A bucket has
a fixed number of slots. An entry fills one with its stage, sealed; noise fills the rest, and nobody without a key can
tell the one from the other. Every edition is sealed and mixed anew, so that two cannot be compared slot by slot.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from weir.clearinghouse.findings.terms.checking import Shape, Stage
from weir.kernel import merkle

STAGE_SIZE = 16
SLOT_SIZE = STAGE_SIZE + 16
_LABEL = b"weir.check.slot/1\n"
_NONCE = bytes(12)  # each key seals one text: it is derived anew for every edition, and an output fills one slot


@dataclass(frozen=True)
class Filled:
    """All buckets of an edition, one after the other; and how many entries found their bucket full."""

    data: bytes
    left_out: int


def place_of(output: bytes, buckets: int) -> int:
    """Which bucket."""
    return int.from_bytes(output[:32], "big") % buckets


def fill(held: Mapping[bytes, Stage], edition: str, shape: Shape, random: Callable[[int], bytes]) -> Filled:
    """Seal every entry into a random slot of its bucket, with noise in all others."""
    by_bucket: dict[int, list[tuple[bytes, Stage]]] = {}
    for output, stage in held.items():
        by_bucket.setdefault(place_of(output, shape.buckets), []).append((output, stage))
    data, left_out = bytearray(random(shape.buckets * shape.slots * SLOT_SIZE)), 0
    for bucket, entries in by_bucket.items():
        # Mixed before it is cut: which entry is left out of a bucket that is full must not follow from its age.
        mixed = sorted(entries, key=lambda _: random(16))
        left_out += max(0, len(mixed) - shape.slots)
        slots = sorted(range(shape.slots), key=lambda _: random(16))
        for (output, stage), slot in zip(mixed, slots, strict=False):
            at = (bucket * shape.slots + slot) * SLOT_SIZE
            data[at : at + SLOT_SIZE] = seal(output, stage, edition, bucket)
    return Filled(bytes(data), left_out)


def seal(output: bytes, stage: Stage, edition: str, bucket: int) -> bytes:
    said = stage.encode().ljust(STAGE_SIZE, b"\0")
    return _cipher(output, edition).encrypt(_NONCE, said, bucket.to_bytes(4, "big"))


def find(output: bytes, edition: str, bucket: int, data: bytes) -> Stage | None:
    """What a client does with a bucket: try every slot."""
    cipher, about = _cipher(output, edition), bucket.to_bytes(4, "big")
    found = None
    for at in range(0, len(data), SLOT_SIZE):
        try:
            found = Stage(cipher.decrypt(_NONCE, data[at : at + SLOT_SIZE], about).rstrip(b"\0").decode())
        except InvalidTag:
            continue
    return found


def cut(data: bytes, shape: Shape) -> list[bytes]:
    """The buckets, each on its own."""
    size = shape.slots * SLOT_SIZE
    return [data[at : at + size] for at in range(0, len(data), size)]


def root_of(buckets: list[bytes]) -> bytes:
    return merkle.root([merkle.leaf_hash(bucket) for bucket in buckets])


def path_to(index: int, buckets: list[bytes]) -> list[bytes]:
    return merkle.inclusion_path(index, [merkle.leaf_hash(bucket) for bucket in buckets])


def _cipher(output: bytes, edition: str) -> AESGCM:
    return AESGCM(hmac.digest(output[32:], _LABEL + edition.encode(), sha256))
