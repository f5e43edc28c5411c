# SPDX-License-Identifier: Apache-2.0
"""A connection that notices when the server has stopped: frozen with its machine, say, and not gone.

Its kernel then still takes what we send, so the network sees nothing wrong, and a limit on the server is stopped with
the server. So whoever waits longer than usual knocks at the server's door, as a new client would. If it answers, a long
statement is being worked on, and the wait goes on; if not, the connection is given up, as if it had been cut.
"""

from __future__ import annotations

import socket
import struct
from types import ModuleType, SimpleNamespace
from typing import Any, TypeVar, cast

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout  # given to whoever waits with a bound; psycopg has no public name for it

T = TypeVar("T")

# Seconds. Together with `connect_timeout` they bound how long a request waits for a server that has stopped.
QUIET = 5.0
KNOCK = 3.0
_ASKS_FOR_TLS = struct.pack("!II", 8, 80877103)  # SSLRequest: answered with one byte, before anybody says who they are
_LOOKS_EVERY = 0.1


class NoAnswer(psycopg.OperationalError):
    """The server has stopped: it answers neither what was asked nor a knock."""


class Connection(psycopg.Connection[Any]):
    """As psycopg's own, except that it knocks."""

    def wait(self, gen: PQGen[T], interval: float = _LOOKS_EVERY, timeout: float | None = None) -> T:
        """Whoever names a bound has it. Without one, the same answer is waited for again after each knock."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        while True:
            try:
                return super().wait(gen, interval, QUIET)
            except _WaitTimeout:
                if not self._somebody_is_there():
                    self.pgconn.finish()
                    raise NoAnswer(str(NoAnswer.__doc__)) from None

    def _somebody_is_there(self) -> bool:
        try:
            with self._door() as door:
                door.sendall(_ASKS_FOR_TLS)
                return bool(door.recv(1))
        except OSError:
            return False

    def _door(self) -> socket.socket:
        if not self.info.host.startswith("/"):
            return socket.create_connection((self.info.hostaddr or self.info.host, self.info.port), timeout=KNOCK)
        door = socket.socket(socket.AF_UNIX)
        door.settimeout(KNOCK)
        door.connect(f"{self.info.host}/.s.PGSQL.{self.info.port}")
        return door


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, which connects with what it finds here under `connect`."""

    Database = cast("ModuleType", SimpleNamespace(**(vars(psycopg) | {"connect": Connection.connect})))
