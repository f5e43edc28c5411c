# SPDX-License-Identifier: Apache-2.0
"""The group ristretto255 (RFC 9496), by libsodium: elements and scalars are 32 bytes, and nothing is done with them
here but what a prime-order group is for.

Scalars are little-endian and reduced. libsodium works in constant time, so secrets may go in. `rbcl` brings libsodium
along and hands every pointer on unseen, so lengths are looked at here, before it is called.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

from weir.kernel.errors import Invalid

SIZE = 32
ORDER = 2**252 + 27742317777372353535851937790883648493


class BadElement(Invalid):
    """This is no element of the group, or the one that says nothing."""

    hint = "Elements are 32 bytes as RFC 9496 encodes them; whatever else was sent is not one."


def from_hash(uniform: bytes) -> bytes:
    """The element that 64 uniform bytes stand for; nobody knows its logarithm."""
    return bytes(_library().crypto_core_ristretto255_from_hash(_of_size(uniform, 2 * SIZE)))


def times(scalar: bytes, element: bytes) -> bytes:
    """The element so many times. Refuses what is no element, and what comes out as the identity."""
    try:
        return bytes(_library().crypto_scalarmult_ristretto255(_of_size(scalar, SIZE), _of_size(element, SIZE)))
    except RuntimeError:
        raise BadElement from None


def base_times(scalar: bytes) -> bytes:
    """The generator so many times."""
    return bytes(_library().crypto_scalarmult_ristretto255_base(_of_size(scalar, SIZE)))


def plus(one: bytes, other: bytes) -> bytes:
    try:
        return bytes(_library().crypto_core_ristretto255_add(_of_size(one, SIZE), _of_size(other, SIZE)))
    except RuntimeError:
        raise BadElement from None


def scalar_from(uniform: bytes) -> bytes:
    """64 bytes, read as a number and reduced by the order."""
    return bytes(_library().crypto_core_ristretto255_scalar_reduce(_of_size(uniform, 2 * SIZE)))


def scalar_inverse(scalar: bytes) -> bytes:
    return bytes(_library().crypto_core_ristretto255_scalar_invert(_of_size(scalar, SIZE)))


def scalar_less_product(start: bytes, one: bytes, other: bytes) -> bytes:
    """What is left of `start` after one times the other, as numbers modulo the order."""
    library = _library()
    product = library.crypto_core_ristretto255_scalar_mul(_of_size(one, SIZE), _of_size(other, SIZE))
    return bytes(library.crypto_core_ristretto255_scalar_sub(_of_size(start, SIZE), product))


def is_scalar(data: bytes) -> bool:
    """Whether these bytes spell a number below the order; no number is spelled twice."""
    return len(data) == SIZE and int.from_bytes(data, "little") < ORDER


def _of_size(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise BadElement(f"Here are {len(data)} bytes where {size} are wanted.")
    return data


@cache
def _library() -> Any:
    """Loaded when first needed: most processes never do. It comes as a file that rbcl writes for each process and
    leaves behind; once loaded it needs no name any more.
    """
    import rbcl  # noqa: PLC0415 - see above

    Path(sys.modules["rbcl._sodium"].lib_path).unlink(missing_ok=True)
    return rbcl
