# SPDX-License-Identifier: Apache-2.0
"""Two ways to touch the database: `writing`, one short transaction that a verb owns, and `reading`, which never waits.

On SQLite a write transaction takes the file's only write lock at once (IMMEDIATE), so a read inside one would wait for
every writer: reads go to a second, read-only connection of their own. On PostgreSQL both use one connection, and tell
row security, for this transaction only, which keys the reader holds; without that, row security shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connections, transaction

from weir.foundation.actor import Actor, ActorKind

READER = "reading"
_reading: ContextVar[str | None] = ContextVar("reading", default=None)


@contextmanager
def writing() -> Iterator[bool]:
    """One transaction; stop anywhere inside it and nothing has happened. Yields whether it is the outermost one, which
    commits when it ends.
    """
    token = _reading.set(None)
    outermost = not connections["default"].in_atomic_block
    try:
        with transaction.atomic():
            tell_row_security(beat="writing", keys=frozenset())
            yield outermost
    finally:
        _reading.reset(token)


@contextmanager
def reading(actor: Actor) -> Iterator[None]:
    """One consistent view of the data for this actor; it can neither write nor wait for a writer."""
    connection = connections["default"]
    if connection.in_atomic_block and _reading.get() is None:
        # Inside a verb: its own rows must be visible to it, and its transaction is already open.
        yield
        return
    alias = READER if connection.vendor == "sqlite" else "default"
    token = _reading.set(alias)
    try:
        with transaction.atomic(using=alias):
            # The house itself holds no keys and sees all rows: its jobs look for what is due.
            whole = actor.kind is ActorKind.SYSTEM
            tell_row_security(beat="writing" if whole else "reading", keys=actor.keys)
            yield
    finally:
        _reading.reset(token)


def tell_row_security(*, beat: str, keys: frozenset[str]) -> None:
    """One round trip, valid for this transaction only. SQLite has no second wall (docs/decisions)."""
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('weir.beat', %s, true), set_config('weir.keys', %s, true)",
            [beat, "\x1f".join(sorted(keys))],
        )


class ReadingRouter:
    """Sends queries inside `reading` to the reading connection."""

    def db_for_read(self, model: object, **hints: object) -> str | None:
        return _reading.get()

    def db_for_write(self, model: object, **hints: object) -> str | None:
        return "default"

    def allow_relation(self, one: object, other: object, **hints: object) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == "default"
