# SPDX-License-Identifier: Apache-2.0
"""Exact keys: what two items have in common, letter by letter, when they are surely one. Pure.

They stand in intake because they are worked out once, while an item is in hand, and kept beside it; findings joins what
has one in common. A key never reaches beyond the code it is about: where an item does not say which package or
repository that is, `scope` stands in for it (the sender), since `src/main.c` is in ten thousand projects.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

from weir.clearinghouse.intake.rules.stacks import frame_of
from weir.clearinghouse.intake.terms.documents import ExactKey, KeyKind
from weir.clearinghouse.intake.terms.items import Grain, Item

MOST_KEYS = 32
# Only these say of themselves which vulnerability they are; an id in plain words may be one that is merely mentioned.
_NAMED = frozenset({Grain.ADVISORY, Grain.STATIC})
# As plain numbers: what an enum does around each costs more than the key.
_ALIAS, _FINGERPRINT, _PLACE, _STACK = (kind.value for kind in KeyKind)
DIGEST_SIZE = 16
_BLOCK = 64
_GLOBAL = re.compile(
    r"(?:CVE|GHSA|PYSEC|RUSTSEC|GO|OSV|GSD|MAL|RSEC|HSEC|DSA|DLA|USN|RHSA|KEV)(?:-[0-9A-Z]{1,20}){1,4}", re.IGNORECASE
)


def exact_keys(item: Item, scope: str) -> tuple[ExactKey, ...]:
    """The keys of one item, each once. An item may have none: then only likeness can tell what it belongs to."""
    about = _code_of(item) or f"scope:{scope}"
    path = item.places[0].path if item.places else ""
    keys = []
    if item.grain in _NAMED:
        keys += [_key(_ALIAS, alias.upper()) for alias in item.aliases if _GLOBAL.fullmatch(alias)]
    for name, value in item.fingerprints:
        keys.append(_key(_FINGERPRINT, about, item.tool.casefold(), item.rule, path, name, value))
    if path and item.grain is Grain.STATIC:
        keys.append(_place_key(item, about, path))
    if item.frames:
        keys.append(_key(_STACK, about, *stack(item.frames)))
    return tuple(dict.fromkeys(keys[:MOST_KEYS]))


def stack(frames: tuple[str, ...]) -> tuple[str, ...]:
    """A stack by the names of its functions."""
    return tuple(name for frame in frames if (name := frame_of(frame)))


def _place_key(item: Item, about: str, path: str) -> ExactKey:
    """Package, path, symbol, rule or weakness, and the code itself; the line only where there is nothing better."""
    place = item.places[0]
    code = " ".join(place.snippet.split())
    kind = item.rule or ",".join(sorted(item.weaknesses))
    return _key(_PLACE, about, path, place.symbol, kind, code, "" if code else str(place.line))


def _code_of(item: Item) -> str:
    """The package or repository that this is about, if it is one."""
    if len(item.affected) != 1:
        return ""
    only = item.affected[0]
    return only.package or only.repository.removesuffix(".git").rstrip("/")


def _key(kind: int, *parts: str) -> ExactKey:
    """Parts are told apart by a character that means nothing in a text; one that has it all the same loses it."""
    joined = "\x1f".join(parts)
    if joined.count("\x1f") >= len(parts):
        joined = "\x1f".join([part.replace("\x1f", " ") for part in parts])
    return ExactKey(kind, joined.encode("utf-8", "surrogatepass"))


class Keyed:
    """What is kept in place of something that others could guess: 128 bits of an HMAC-SHA-256 under the instance's key.

    One such for each purpose, so that what is kept for one tells nothing about another. What hangs on the key alone is
    worked out once (RFC 2104, section 4), since there are millions to make.
    """

    def __init__(self, secret: bytes, *purpose: bytes) -> None:
        framed = b"".join(len(part).to_bytes(4, "big") + part for part in purpose)
        key = hmac.digest(secret, framed, "sha256").ljust(_BLOCK, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in key))

    def __call__(self, words: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(words)
        outer.update(inner.digest())
        return outer.digest()[:DIGEST_SIZE]
