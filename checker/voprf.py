# SPDX-License-Identifier: Apache-2.0
"""The client's half of RFC 9497, VOPRF(ristretto255, SHA-512): blind, check the proof, unblind."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from hashlib import sha512
from pathlib import Path

import rbcl

# rbcl writes libsodium to a file for each process and leaves it; loaded, it needs no name any more.
with suppress(OSError):
    Path(sys.modules["rbcl._sodium"].lib_path).unlink()

CONTEXT = b"OPRFV1-\x01-ristretto255-SHA512"
ORDER = 2**252 + 27742317777372353535851937790883648493


class NotProved(Exception):
    """What came back was not evaluated under the key that was published."""


def blind(text: bytes) -> tuple[bytes, bytes]:
    """The blind, which stays here, and the element to send (section 3.3.2)."""
    secret = rbcl.crypto_core_ristretto255_scalar_reduce(os.urandom(64))
    element = rbcl.crypto_core_ristretto255_from_hash(expand(text, b"HashToGroup-" + CONTEXT))
    return bytes(secret), times(bytes(secret), bytes(element))


def unblind(text: bytes, secret: bytes, evaluated: bytes) -> bytes:
    """The output of the function (section 3.3.2, Finalize)."""
    inverse = rbcl.crypto_core_ristretto255_scalar_invert(secret)
    element = times(bytes(inverse), evaluated)
    return sha512(sized(text) + sized(element) + b"Finalize").digest()


def check(public: bytes, sent: list[bytes], evaluated: list[bytes], proof: bytes) -> None:
    """VerifyProof (section 2.2.2). Before this has passed, nothing that came back means anything."""
    c, s = proof[:32], proof[32:]
    if len(sent) != len(evaluated) or len(proof) != 64 or max(number(c), number(s)) >= ORDER:
        raise NotProved("The answer or its proof has the wrong size.")
    try:
        m, z = composites(public, sent, evaluated)
        t2 = plus(rbcl.crypto_scalarmult_ristretto255_base(s), times(c, public))
        t3 = plus(times(s, m), times(c, z))
    except (ValueError, RuntimeError):
        raise NotProved("The answer holds something that is no element of the group.") from None
    if to_scalar(b"".join(map(sized, (public, m, z, t2, t3))) + b"Challenge") != c:
        raise NotProved("The proof does not fit: this was not evaluated under the published key.")


def composites(public: bytes, sent: list[bytes], evaluated: list[bytes]) -> tuple[bytes, bytes]:
    """ComputeComposites (section 2.2.2)."""
    seed = sha512(sized(public) + sized(b"Seed-" + CONTEXT)).digest()
    m = z = b""
    for i, (c, d) in enumerate(zip(sent, evaluated, strict=True)):
        weight = to_scalar(sized(seed) + i.to_bytes(2, "big") + sized(c) + sized(d) + b"Composite")
        m = plus(m, times(weight, c)) if m else times(weight, c)
        z = plus(z, times(weight, d)) if z else times(weight, d)
    return m, z


def times(scalar: bytes, element: bytes) -> bytes:
    """The library hands on whatever it is given, so the length is looked at here."""
    if len(element) != 32:
        raise ValueError("an element has 32 bytes")
    return bytes(rbcl.crypto_scalarmult_ristretto255(scalar, element))


def plus(one: bytes, other: bytes) -> bytes:
    return bytes(rbcl.crypto_core_ristretto255_add(one, other))


def to_scalar(data: bytes) -> bytes:
    return bytes(rbcl.crypto_core_ristretto255_scalar_reduce(expand(data, b"HashToScalar-" + CONTEXT)))


def expand(message: bytes, tag: bytes) -> bytes:
    """expand_message_xmd (RFC 9380, section 5.3.1), 64 bytes by SHA-512."""
    tag += bytes([len(tag)])
    first = sha512(bytes(128) + message + b"\x00\x40\x00" + tag).digest()
    return sha512(first + b"\x01" + tag).digest()


def sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def number(scalar: bytes) -> int:
    return int.from_bytes(scalar, "little")
