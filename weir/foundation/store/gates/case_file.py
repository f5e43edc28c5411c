# SPDX-License-Identifier: Apache-2.0
"""`cases.sqlite`: a key's id, and the case key wrapped under the current generation. All of its SQL is here."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from weir.foundation.store.gates.durable import settle, write_new
from weir.foundation.store.gates.wrapping import WrappingKey
from weir.foundation.store.terms import KeyId

BATCH = 10_000
VARIABLES = 1_000

_SCHEMA = (
    """CREATE TABLE case_key
    (id BLOB PRIMARY KEY, generation INTEGER NOT NULL, wrapped BLOB NOT NULL) WITHOUT ROWID""",
    "CREATE TABLE current (one INTEGER PRIMARY KEY CHECK (one = 1), generation INTEGER NOT NULL)",
)


def connect(path: Path) -> sqlite3.Connection:
    """Durable at every commit, readable while somebody writes, and zeroes where something was deleted."""
    if not path.exists():
        _lay_down(path)
    database = _opened(path)
    database.execute("PRAGMA secure_delete=ON")
    return database


def _lay_down(path: Path) -> None:
    """Made beside its place and linked there whole: of two that begin at once the first wins, and both use that one.

    Switching a file to write-ahead logging is the one thing for which SQLite does not wait.
    """
    fresh = path.with_name(f"{secrets.token_hex(4)}.new")
    write_new(fresh, b"")
    try:
        database = _opened(fresh)
        for statement in ("PRAGMA journal_mode=WAL", *_SCHEMA):
            database.execute(statement)
        database.close()
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
    finally:
        fresh.unlink()
    settle(path.parent)


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA synchronous=FULL")
    return database


@contextmanager
def locked(database: sqlite3.Connection) -> Iterator[None]:
    """The write lock of the whole key store, across processes, until the commit."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


def begin(database: sqlite3.Connection, first_wrapping: Callable[[], WrappingKey]) -> None:
    """Enter the first generation. Stop anywhere: there is none yet, and the next opening begins again."""
    if _is_begun(database):
        return
    with locked(database):
        if not _is_begun(database):
            database.execute("INSERT INTO current VALUES (1, ?)", (first_wrapping().generation,))


def _is_begun(database: sqlite3.Connection) -> bool:
    return database.execute("SELECT 1 FROM current").fetchone() is not None


def generation_of(database: sqlite3.Connection) -> int:
    row: tuple[int] = database.execute("SELECT generation FROM current").fetchone()
    return row[0]


def holds(database: sqlite3.Connection, key: KeyId) -> bool:
    return database.execute("SELECT 1 FROM case_key WHERE id = ?", (key.bytes,)).fetchone() is not None


def wrapped_key(database: sqlite3.Connection, key: KeyId) -> tuple[int, bytes] | None:
    row: tuple[int, bytes] | None
    row = database.execute("SELECT generation, wrapped FROM case_key WHERE id = ?", (key.bytes,)).fetchone()
    return row


def wrapped_keys(
    database: sqlite3.Connection, keys: Collection[KeyId], generation: int
) -> Iterator[tuple[KeyId, bytes]]:
    """Those of these that are there under this generation: all that are not erased, unless one was erased just now."""
    asked = [key.bytes for key in keys]
    for some in (asked[first : first + VARIABLES] for first in range(0, len(asked), VARIABLES)):
        marks = ", ".join("?" * len(some))
        many = f"SELECT id, wrapped FROM case_key WHERE generation = ? AND id IN ({marks})"  # noqa: S608 - only marks
        for raw, wrapped in database.execute(many, (generation, *some)):
            yield UUID(bytes=raw), wrapped


def add(database: sqlite3.Connection, keys: Collection[KeyId], wrapping: WrappingKey) -> None:
    rows = [(key.bytes, wrapping.generation, wrapping.wrap(key, os.urandom(32))) for key in keys]
    database.executemany("INSERT INTO case_key VALUES (?, ?, ?)", rows)


def rewrap_without(database: sqlite3.Connection, doomed: Collection[KeyId], old: WrappingKey, new: WrappingKey) -> None:
    """Drop the doomed and put every survivor under the new key, a batch at a time so that memory stays flat."""
    database.executemany("DELETE FROM case_key WHERE id = ?", [(key.bytes,) for key in doomed])
    page, last = "SELECT id, wrapped FROM case_key WHERE id > ? ORDER BY id LIMIT ?", b""
    while rows := database.execute(page, (last, BATCH)).fetchall():
        survivors = [(raw, UUID(bytes=raw), wrapped) for raw, wrapped in rows]
        moved = ((new.generation, new.wrap(key, old.unwrap(key, wrapped)), raw) for raw, key, wrapped in survivors)
        database.executemany("UPDATE case_key SET generation = ?, wrapped = ? WHERE id = ?", moved)
        last = rows[-1][0]
    database.execute("UPDATE current SET generation = ?", (new.generation,))
