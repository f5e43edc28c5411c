# SPDX-License-Identifier: Apache-2.0
"""Looking an output up in an edition of the buckets, on this side and nowhere else."""

from __future__ import annotations

import hmac
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SLOT = 32


def look_up(output: bytes, edition: str, buckets: list[bytes]) -> str:
    """The stage at which it is held; empty where it is not. Every slot is tried, whatever the earlier ones gave."""
    index, key = int.from_bytes(output[:32], "big") % len(buckets), output[32:]
    cipher = AESGCM(hmac.digest(key, b"weir.check.slot/1\n" + edition.encode(), sha256))
    found = ""
    for at in range(0, len(buckets[index]), SLOT):
        try:
            said = cipher.decrypt(bytes(12), buckets[index][at : at + SLOT], index.to_bytes(4, "big"))
        except InvalidTag:
            continue
        found = said.rstrip(b"\0").decode()
    return found


def root_of(buckets: list[bytes]) -> bytes:
    """RFC 9162, section 2.1: the root that the edition's entry in the log commits to."""
    level = [sha256(b"\x00" + bucket).digest() for bucket in buckets]
    while len(level) > 1:
        above = [sha256(b"\x01" + one + other).digest() for one, other in zip(level[::2], level[1::2], strict=False)]
        level = above + level[len(above) * 2 :]
    return level[0]
