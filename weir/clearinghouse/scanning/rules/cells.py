# SPDX-License-Identifier: Apache-2.0
"""Where a claim lies, in bytes that keep the order of folders and tell no name.

A cell is one keyed digest for the target and one for each folder on the way, each over the whole way so far. So what
lies in a folder begins with the folder's cell: what contains a place is found by equality, what it contains by a range.
Whoever has the table and not the key sees which claims are neighbours, and not where.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from weir.clearinghouse.scanning.rules.locators import within
from weir.clearinghouse.scanning.rules.spans import ANYTHING, Span, may_meet, span_of
from weir.clearinghouse.scanning.terms import Method, Overlap, Scope

TARGET, FOLDER = 8, 6
DEEPEST = 14
ANY = 0x7FFFFFFF
NONCE, _PADDED = 12, 64
_SPAN = b"weir.scanning.span/1"
_BITS = 31
NUMBER_OF = {method: number for number, method in enumerate(Method, start=1)}
METHOD_OF = {number: method for method, number in NUMBER_OF.items()}


def cell_of(key: bytes, target: str, path: str) -> bytes:
    """The cell of a path, which is spelled as `path_of` does. What lies deeper than fourteen folders lies there."""
    way, cell = target, _digest(key, target, TARGET)
    for part in path.split("/")[:DEEPEST] if path else ():
        way += f"\0{part}"
        cell += _digest(key, way, FOLDER)
    return cell


def around(cell: bytes) -> list[bytes]:
    """The cell itself and those of every folder that it lies in, up to all of the code."""
    return [cell[:end] for end in range(TARGET, len(cell) + 1, FOLDER)]


def beyond(cell: bytes) -> bytes:
    """The first bytes after all that begin with these."""
    number = int.from_bytes(cell, "big") + 1
    return number.to_bytes(len(cell), "big") if number < 1 << 8 * len(cell) else cell + b"\xff" * FOLDER * DEEPEST


def folder_of(cell: bytes) -> bytes:
    """The folder around it; all of the code has none around it."""
    return cell[:-FOLDER] if len(cell) > TARGET else cell


def classes_of(weaknesses: Iterable[str]) -> int:
    """Weaknesses as bits: those that share none are different. None named is any."""
    bits = 0
    for weakness in weaknesses:
        bits |= 1 << int(weakness.partition("-")[2]) % _BITS
    return bits or ANY


def sealed_span(key: bytes, commits: str, nonce: bytes) -> bytes:
    """At which commits or versions, beside the cell: what parts two claims has to be read of many, and quickly. Nothing
    where it can be anything.
    """
    if span_of(commits) == ANYTHING:
        return b""
    words = commits.encode()
    return nonce + _cipher(key).encrypt(nonce, words.ljust(-(-len(words) // _PADDED) * _PADDED), _SPAN)


def opened_span(key: bytes, sealed: bytes) -> Span:
    if not sealed:
        return ANYTHING
    return span_of(_cipher(key).decrypt(sealed[:NONCE], sealed[NONCE:], _SPAN).decode())


@cache
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, _SPAN, "sha256"))


def overlap_between(mine: Scope, other: Scope) -> Overlap:
    """What the index answers, said once more without it: how another's claim lies to mine. For tests and readers."""
    if mine.target != other.target:
        return Overlap.NONE
    pairs = [(here, there) for here in mine.paths for there in other.paths]
    if any(within(here, there) or within(there, here) for here, there in pairs):
        if not may_meet(span_of(mine.commits), span_of(other.commits)):
            return Overlap.ADJACENT
        alike = set(mine.methods) & set(other.methods) and classes_of(mine.weaknesses) & classes_of(other.weaknesses)
        return Overlap.SAME if alike else Overlap.OTHER_METHOD
    beside = any(within(there, here.rpartition("/")[0]) for here, there in pairs)
    return Overlap.ADJACENT if beside else Overlap.NONE


def _digest(key: bytes, way: str, length: int) -> bytes:
    return hmac.digest(key, way.encode(), "sha256")[:length]
