# SPDX-License-Identifier: Apache-2.0
"""The key store that comes with Weir: a folder with a SQLite file of wrapped case keys, and the wrapping key beside it.

`cases.sqlite` maps a key's id to the case key, wrapped under `wrapping-<generation>.key`. The current generation stands
in the same file, so one commit moves every key and the generation together. To erase is to wrap all survivors anew and
to destroy the old wrapping key: a copy of an erased key in a free page, a log or a backup of that file opens no more.

It serves any number of processes on one machine. Several hosts need a provider that they can share (SQLite's locks do
not hold on network file systems): bind another `KeyStore`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakSet

from weir.foundation.store.gates import case_file
from weir.foundation.store.gates.exposure import beside, exposed
from weir.foundation.store.gates.journal import Journal
from weir.foundation.store.gates.wrapping import WrappingFolder, WrappingKey
from weir.foundation.store.terms import Concern, DestroyedKey, Erased, Grade, KeyId, KeysUnavailable
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

FIRST_POOL = 8
POOL = 256
CACHED = 4096

_stores: WeakSet[FileKeyStore] = WeakSet()


class FileKeyStore:
    """Case keys in a folder. Threads and processes may share it; after a fork the child starts with nothing in hand."""

    def __init__(self, folder: Path, *, pool: int = POOL, cached: int = CACHED) -> None:
        self.folder, self._pool_size, self._cached = folder, pool, cached
        self._wrapping, self._journal = WrappingFolder(folder), Journal(folder / "erased.journal")
        self._inherited: list[sqlite3.Connection | None] = []
        self._reader: sqlite3.Connection | None = None
        self._writer: sqlite3.Connection | None = None
        self._start_empty()
        _stores.add(self)

    def _start_empty(self) -> None:
        # A child must neither use nor close what its parent opened (SQLite, "How To Corrupt An SQLite Database File",
        # 2.6), nor give out the parent's spare keys: two cases under one key would be erased together.
        self._inherited += [self._reader, self._writer]
        self._reader = self._writer = None
        self._reading, self._writing = threading.Lock(), threading.Lock()
        self._spare: list[KeyId] = []
        self._next_pool = min(FIRST_POOL, self._pool_size)
        self._opened: OrderedDict[KeyId, bytes] = OrderedDict()
        self._current: WrappingKey | None = None

    def close(self) -> None:
        """For tests and short commands; a process that ends needs no closing."""
        with self._reading, self._writing:
            for connection in (self._reader, self._writer):
                if connection is not None:
                    connection.close()
            self._reader = self._writer = None

    def __del__(self) -> None:
        """Another store was bound in its place. What a parent process opened is not among what is closed."""
        if hasattr(self, "_writing"):
            self.close()

    def take(self) -> KeyId:
        """A key nobody has, durable before this returns. A spare that is never used harms nobody."""
        with self._writing:
            if not self._spare:
                self._spare = self._make_pool()
            return self._spare.pop()

    def give_back(self, key: KeyId) -> None:
        with self._writing:
            self._spare.append(key)

    def open_key(self, key: KeyId) -> bytes:
        with self._reading, _told():
            database = self._reader = self._reader or self._connect()
            wrapping = self._wrapping_key(database)
            if (known := self._opened.get(key)) is not None:
                self._opened.move_to_end(key)
                return known
            opened = self._unwrapped(database, key, wrapping)
            self._opened[key] = opened
            if len(self._opened) > self._cached:
                self._opened.popitem(last=False)
            return opened

    def open_keys(self, keys: Collection[KeyId]) -> dict[KeyId, bytes]:
        with self._reading, _told():
            database = self._reader = self._reader or self._connect()
            wrapping = self._wrapping_key(database)
            wrapped = case_file.wrapped_keys(database, keys, wrapping.generation)
            return {key: wrapping.unwrap(key, each) for key, each in wrapped}

    def destroy(self, keys: Collection[KeyId], now: Moment) -> None:
        """Erase. Whatever is stopped here goes on when a store is next opened, or when this is called again."""
        with self._writing, _told():
            self._writer = self._writer or self._connect()
            self._destroy(self._writer, {key: DestroyedKey(key, now) for key in keys})

    def journal(self) -> tuple[DestroyedKey, ...]:
        with _told():
            return self._journal.read()

    def concerns(self, data: Path) -> tuple[Concern, ...]:
        """What the operator should know about this folder, `data` being where the database and blobs lie."""
        try:
            with self._reading, _told():
                self._reader = self._reader or self._connect()
                self._wrapping_key(self._reader)
        except KeysUnavailable as no:
            return (Concern(Grade.FAIL, no.sentence, no.hint),)
        return (*exposed(self.folder), *beside(self.folder, data))

    def _make_pool(self) -> list[KeyId]:
        """Many at once, since each commit waits for the disk; few at first, since a short command leaves them idle.

        Stop before the commit: there is no pool. Stop after it: idle keys, which are wrapped again with the others.
        """
        with _told():
            database = self._writer = self._writer or self._connect()
            with case_file.locked(database):
                wrapping = self._held(case_file.generation_of(database))
                now = Moment.of(datetime.now(UTC))
                keys = [uuid7(now, os.urandom) for _ in range(self._next_pool)]
                case_file.add(database, keys, wrapping)
            self._next_pool = min(2 * self._next_pool, self._pool_size)
            return keys

    def _wrapping_key(self, database: sqlite3.Connection) -> WrappingKey:
        """The current one. A generation that moved means that somewhere something was erased: forget every open key."""
        while self._current is None or self._current.generation != case_file.generation_of(database):
            self._opened.clear()
            self._current = None
            generation = case_file.generation_of(database)
            loaded = self._wrapping.load(generation)
            # While we looked, others may have destroyed that very file: then what was read is void, as is its absence.
            if generation != case_file.generation_of(database):
                continue
            if loaded is None:
                raise _without_wrapping(generation)
            self._current = loaded
        return self._current

    def _unwrapped(self, database: sqlite3.Connection, key: KeyId, wrapping: WrappingKey) -> bytes:
        while row := case_file.wrapped_key(database, key):
            generation, wrapped = row
            if generation == wrapping.generation:
                return wrapping.unwrap(key, wrapped)
            wrapping = self._wrapping_key(database)  # an erasure was committed between the two reads
        raise self._gone(key)

    def _gone(self, key: KeyId) -> Erased | KeysUnavailable:
        """A lost key folder must not look like an erasure that somebody decided on."""
        if any(line.key == key for line in self._journal.read()):
            return Erased()
        return KeysUnavailable(
            "A case key is not in the key store, and nobody erased it.",
            hint="Put back the key folder (WEIR_KEYS) that belongs to this database.",
        )

    def _destroy(self, database: sqlite3.Connection, lines: Mapping[KeyId, DestroyedKey]) -> None:
        with case_file.locked(database):
            generation = case_file.generation_of(database)
            doomed = {key for key in lines if case_file.holds(database, key)}
            if doomed:
                known = {line.key for line in self._journal.read()}
                self._journal.append(lines[key] for key in sorted(doomed - known))
                # Stop here: nothing is erased, and the journal makes the next opening erase it.
                old, generation = self._held(generation), generation + 1
                new = self._wrapping.make(generation)
                # Stop here: a wrapping key lies there that wraps nothing; the next erasure replaces it.
                case_file.rewrap_without(database, doomed, old, new)
                # Stop here: SQLite undoes what was not committed; the old wrapping key still opens everything.
        # Stop here: survivors open under the new wrapping key. The old one lies there until the next opening.
        self._wrapping.destroy_before(generation)
        # The write-ahead log still holds old pages. They open no more, and need not lie about either.
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _held(self, generation: int) -> WrappingKey:
        """The wrapping key of this generation, under the write lock: nobody moves it on."""
        if (loaded := self._wrapping.load(generation)) is None:
            raise _without_wrapping(generation)
        return loaded

    def _connect(self) -> sqlite3.Connection:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / "cases.sqlite"
        # The wrapping key is looked for first: whoever begins a folder makes it last.
        if self._wrapping.generations() and not path.exists():
            raise KeysUnavailable(
                "The key folder has a wrapping key and no case keys (cases.sqlite).",
                hint="Put back the key folder (WEIR_KEYS) as one whole.",
            )
        database = case_file.connect(path)
        try:
            case_file.begin(database, lambda: self._wrapping.make(1))
            self._finish_what_was_stopped(database)
        except BaseException:
            database.close()
            raise
        return database

    def _finish_what_was_stopped(self, database: sqlite3.Connection) -> None:
        """Also what makes a restored, older key folder safe: the newest journal, put beside it, is carried out here."""
        doomed = {line.key: line for line in self._journal.read() if case_file.holds(database, line.key)}
        if doomed or any(dead < case_file.generation_of(database) for dead in self._wrapping.generations()):
            self._destroy(database, doomed)


def _without_wrapping(generation: int) -> KeysUnavailable:
    return KeysUnavailable(
        f"The wrapping key of generation {generation} is not in the key folder.",
        hint="Put back the key folder (WEIR_KEYS) as one whole; without that key nothing sealed opens.",
    )


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as no:
        raise KeysUnavailable(f"The key store cannot be used: {no}.") from no


def _forget_in_child() -> None:
    for store in _stores:
        store._start_empty()  # noqa: SLF001 - the class above; a fork is nobody else's business


os.register_at_fork(after_in_child=_forget_in_child)
