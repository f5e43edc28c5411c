# SPDX-License-Identifier: Apache-2.0
"""Items as bytes, and back. One line of JSON that says what the item says, then where in its document it stood. Pure.

By the standard library's encoder, because a document may hold a million of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from weir.clearinghouse.intake.rules.keys import DIGEST_SIZE, Keyed, exact_keys
from weir.clearinghouse.intake.terms.documents import KeyedItem, KeyKind
from weir.clearinghouse.intake.terms.items import Affected, Grain, Item, Place

_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def words_of(item: Item) -> tuple[bytes, bytes]:
    """What it says, and where. Of two items that say the same the first part is the same."""
    said = _ENCODE(item[1:])
    try:
        return said.encode(), item.where.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which a reader should not have let through
        return said.encode("utf-8", "replace"), item.where.encode("utf-8", "replace")


def item_of(words: bytes) -> Item:
    """The item that these words say."""
    said, _, where = words.partition(b"\n")
    grain, title, description, aliases, affected, *rest = json.loads(said)
    weaknesses, severity, references, published, tool, rule, places, flow, prints, frames, status, reason = rest
    return Item(
        where.decode(),
        Grain(grain),
        title,
        description,
        tuple(aliases),
        tuple(Affected(*map(_frozen, each)) for each in affected),
        tuple(weaknesses),
        severity,
        tuple(references),
        published,
        tool,
        rule,
        tuple(Place(*each) for each in places),
        tuple(Place(*each) for each in flow),
        tuple((name, value) for name, value in prints),
        tuple(frames),
        status,
        reason,
    )


class Keying:
    """How one sender's items are named and keyed. `secret` is the instance's."""

    def __init__(self, secret: bytes, sender: str) -> None:
        self._scope = sender
        self._name = Keyed(secret, b"item", sender.encode())
        # By kind: the byte that says it, and how such keys are made.
        self._kinds = {
            kind.value: (kind.to_bytes(1, "big"), Keyed(secret, b"key", kind.name.encode())) for kind in KeyKind
        }

    def __call__(self, item: Item) -> KeyedItem:
        """An item as it is kept: named by what it says among all that its sender sent, with its exact keys."""
        said, where = words_of(item)
        keys: list[bytes] = []
        for kind, words in exact_keys(item, self._scope):
            byte, keyed = self._kinds[kind]
            keys += (byte, keyed(words))
        return KeyedItem(self._name(said), b"".join(keys), said + b"\n" + where)


def each_key(keys: bytes) -> Iterator[tuple[int, bytes]]:
    """The kind and the digest of every key in the piece."""
    for place in range(0, len(keys), 1 + DIGEST_SIZE):
        yield keys[place], keys[place + 1 : place + 1 + DIGEST_SIZE]


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
