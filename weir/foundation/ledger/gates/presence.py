# SPDX-License-Identifier: Apache-2.0
"""Who runs on this database right now: web and worker processes hold a lock together for as long as they live.

Nobody has to say that they ended, and nobody can forget to: on SQLite the kernel takes the lock back with the process,
on PostgreSQL the server does with its connection. `alone` is for what must not happen beside them.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, connection

from weir.foundation.ledger.terms import StillRunning

LOOKS_EVERY = 0.5
BACK_WITHIN = 2.0
_KEY = 0x57454952  # "WEIR"; advisory locks of PostgreSQL are numbers, and each database has its own
_WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()
    WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND objsubid = 1 AND NOT granted
"""
_held: list[int] = []


def stay(on_return: Callable[[], object]) -> None:
    """This process runs from here to its end; to be called before it knows which log grows.

    It waits while somebody is `alone`. On PostgreSQL a lost connection loses the lock: it is taken again at once, and
    `on_return` is called, since nobody can tell what was done meanwhile.
    """
    if connection.vendor != "postgresql":
        if not _held:
            _held.append(_locked_folder(fcntl.LOCK_SH))
        return
    Presence(on_return).begin()


@contextmanager
def alone() -> Iterator[None]:
    """Nobody runs on this database meanwhile; refused if somebody does. Whoever starts now waits until this is over."""
    with _alone_on_server() if connection.vendor == "postgresql" else _alone_in_folder():
        yield


class Presence(threading.Thread):
    """A thread with a connection of its own, which does nothing but hold the lock and see that it is held."""

    def __init__(self, on_return: Callable[[], object]) -> None:
        super().__init__(name="presence", daemon=True)
        self.on_return = on_return
        self._tried = threading.Event()
        self._failure: DatabaseError | None = None

    def begin(self) -> None:
        """Start, and come back once the lock is held."""
        self.start()
        self._tried.wait()
        if self._failure is not None:
            raise self._failure

    def run(self) -> None:
        while self._failure is None:
            try:
                self._hold()
            except DatabaseError as no:
                connection.close()
                if not self._tried.is_set():
                    self._failure = no
                    self._tried.set()
            time.sleep(LOOKS_EVERY)

    def _hold(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock_shared(%s)", [_KEY])
            if self._tried.is_set():
                self.on_return()
            self._tried.set()
            while True:
                time.sleep(LOOKS_EVERY)
                cursor.execute("SELECT 1")


@contextmanager
def _alone_on_server() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_KEY])
        if not cursor.fetchone()[0]:
            raise StillRunning
        try:
            # Who lost their connection a moment ago, in a restart of the server perhaps, comes back and waits for us.
            for _ in range(round(BACK_WITHIN / LOOKS_EVERY)):
                time.sleep(LOOKS_EVERY)
                cursor.execute(_WAITING, [_KEY])
                if cursor.fetchone()[0]:
                    raise StillRunning
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_KEY])


@contextmanager
def _alone_in_folder() -> Iterator[None]:
    try:
        folder = _locked_folder(fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StillRunning from None
    try:
        yield
    finally:
        os.close(folder)


def _locked_folder(how: int) -> int:
    """The folder of the database: unlike a file made for this, nobody removes it while the database is in it."""
    folder = os.open(Path(connection.settings_dict["NAME"]).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, how)
    except OSError:
        os.close(folder)
        raise
    return folder
