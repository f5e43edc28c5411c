# SPDX-License-Identifier: Apache-2.0
"""gunicorn's worker with threads, with a door where nobody can keep others waiting.

A thread is given a request only when all of it is here, and leaves behind its answer: it never waits for a client. So
one that sends half a request and stalls, or takes no answer, holds a connection and a little memory, for a bounded
time, and no thread. A body that is larger than what is held in memory waits in a file that only this process can read.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from itertools import chain
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

from django.conf import settings
from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from weir.foundation.store.terms import NoRoom
from weir.kernel.errors import WeirError
from weir.shell import bodies, problems
from weir.shell.running.spool import Spool

# What a client may take for sending a request, in seconds: for its head as a whole, for a pause in its body, and for
# its body as a whole what it takes at the slowest speed, in bytes a second. It has as long for taking the answer.
HEAD_WITHIN = 10.0
LONGEST_PAUSE = 10.0
SLOWEST = 16 * 1024
LINGERS = 2.0
# Where too many come at once, the one goes that has been at it longest: whoever is quick gets through.
MOST_CONNECTIONS = 512
LEAST_ROOM = 64 << 20  # bytes of all requests that are on their way; twice the largest body, if that is more
MOST_FIELDS, LONGEST_FIELD = 64, 8190
_LONGEST_HEAD = (MOST_FIELDS + 2) * (LONGEST_FIELD + 2)  # a little more than gunicorn takes, which then says so
_BLOCK = 64 * 1024
_LOOKS_EVERY = 0.5
_HEAD_ENDS = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)", re.IGNORECASE)
_MOST_DIGITS = 15
_IN_CHUNKS = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_FIRST_LINE = re.compile(rb"([A-Z]{1,20}) ([!-~]+) ")
_NAMED = re.compile(rb"\r\n(?:authorization|cookie)[ \t]*:", re.IGNORECASE)
_ASKS_FIRST = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
_GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


class Arrival:
    """A request on its way in: what came of it, and until when more has to come.

    `end` is where it ends, once its head is here. `whole` says that it has one end that both sides agree on, so that
    another request may follow it. A body in chunks, or one that is larger than we take, is not waited for: it is
    refused by its head. `spool` holds a body that is too large for memory, of which so many bytes are `missing`.
    """

    def __init__(self, at: float, largest: int) -> None:
        self.data = bytearray()
        self.largest = largest
        self.end = self.missing = 0
        self.spool: Spool | None = None
        self.whole = self.asks_first = False
        self.until = self._whole_until = at + HEAD_WITHIN

    def add(self, block: bytes, at: float) -> bool:
        """Take what came; whether that is all that is waited for."""
        searched = max(0, len(self.data) - len(_HEAD_ENDS) + 1)
        self._keep(block)
        if not self.end:
            found = self.data.find(_HEAD_ENDS, searched)
            if found < 0:
                return len(self.data) > _LONGEST_HEAD
            self._read_head(found + len(_HEAD_ENDS), at)
        self.until = min(self._whole_until, at + LONGEST_PAUSE)
        return len(self.data) >= self.end and not self.missing

    def pieces(self) -> Iterator[bytes]:
        """The request as it is handed on; what came behind it stays."""
        end = self.end if self.whole else len(self.data)
        here = (bytes(self.data[at : min(at + _BLOCK, end)]) for at in range(0, end, _BLOCK))
        return chain(here, self.spool.pieces()) if self.spool else here

    @property
    def spilt(self) -> int:
        """Bytes that lie on the disk."""
        return self.spool.size if self.spool else 0

    def close(self) -> None:
        if self.spool:
            self.spool.close()
            self.spool = None

    def _keep(self, block: bytes) -> None:
        """In memory, but for the body that has a spool; what comes behind that is in memory again."""
        if self.spool and self.missing:
            self.spool.add(block[: self.missing])
            self.missing, block = max(0, self.missing - len(block)), block[self.missing :]
        self.data += block

    def _read_head(self, end: int, at: float) -> None:
        head = bytes(self.data[:end])
        self.end = end
        length = _length_of(head)
        if length is None or (length > self.largest and length > _largest_by(head)):
            return
        self.whole = True
        self._whole_until = at + LONGEST_PAUSE + length / SLOWEST
        self.asks_first = len(self.data) < end + length and _ASKS_FIRST.search(head) is not None
        if self.asks_first:  # we tell it to go on; gunicorn, which would do that too late, need not know
            kept = _ASKS_FIRST.sub(b"", head)
            self.data[:end] = kept
            self.end = len(kept)
        if length <= self.largest:
            self.end += length
            return
        self.spool, self.missing = Spool(settings.HOME), length
        behind = bytes(self.data[self.end :])
        del self.data[self.end :]
        self._keep(behind)


def _length_of(head: bytes) -> int | None:
    """How long the body is, where that is said once and plainly. None: gunicorn and the doors refuse it unread."""
    lengths = _LENGTH.findall(head) or [b"0"]
    plain = len(lengths) == 1 and lengths[0].isdigit() and len(lengths[0]) <= _MOST_DIGITS
    return int(lengths[0]) if plain and not _IN_CHUNKS.search(head) else None


def _largest_by(head: bytes) -> int:
    """How large a body may be that comes with this head."""
    first = _FIRST_LINE.match(head)
    if first is None:
        return 0
    return bodies.largest_body(first[1].decode(), first[2].decode(), named=bool(_NAMED.search(head)))


class Line(socket.socket):
    """A connection that takes a whole answer at once; what the client is slow to take, the main loop sends later."""

    def __init__(self, fileno: int) -> None:
        super().__init__(fileno=fileno)
        self.unsent = bytearray()

    def sendall(self, data: Any, _flags: int = 0) -> None:
        self.unsent += data
        self.flush()

    def flush(self) -> None:
        """Send what there is room for on the way."""
        while self.unsent:
            try:
                sent = self.send(self.unsent, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            del self.unsent[:sent]


class Doorkeeper(ThreadWorker):  # type: ignore[misc]  # gunicorn comes without types
    """gunicorn's worker with threads, but that its main loop takes requests in, and lets connections go, by itself."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.max_keepalived = self.worker_connections // 2
        self.largest = int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        self.most_held = max(LEAST_ROOM, 2 * self.largest)
        self.most_spilt = 2 * int(settings.DOCUMENT_BYTES)
        self.held = self.spilt = 0
        self.arriving: dict[Any, Arrival] = {}  # the one that has been at it longest comes first
        self.taking: dict[Any, float] = {}  # until when the rest of the answer has to be taken
        self.leaving: dict[Any, float] = {}
        self._looks_at = 0.0

    def accept(self, listener: Any) -> None:
        """Take a connection in; what it has to say is read in the main loop."""
        try:
            taken, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        line = Line(taken.detach())
        self.enqueue_req(TConn(self.cfg, line, address, listener.getsockname()))
        while self.nr_conns >= self.worker_connections and (self.leaving or self.taking or self.arriving):
            if self.leaving or self.taking:
                self._close(next(iter(self.leaving or self.taking)))
            else:
                self._give_up(next(iter(self.arriving)), problems.TooMany())

    def enqueue_req(self, conn: Any) -> None:
        """Where gunicorn would give the connection to a thread, wait for the request first."""
        self._wait_for_request(conn)

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """What a thread is done with, goes on when its client has taken the answer; nobody is waited for here."""
        self.held -= len(conn.arrival.data)
        self._empty(conn.arrival)
        if conn.sock.unsent and conn.sock.fileno() >= 0:
            self.held += len(conn.sock.unsent)
            self.taking[conn] = time.monotonic() + LONGEST_PAUSE + len(conn.sock.unsent) / SLOWEST
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, EVENT_WRITE, partial(self._give, conn, fs))
            self._keep_within_room()
        else:
            self._go_on(conn, fs)

    def murder_pending(self) -> None:
        """In every round of the main loop: end what waits too long."""
        at = time.monotonic()
        if at < self._looks_at:
            return
        self._looks_at = at + _LOOKS_EVERY
        for conn, arrival in list(self.arriving.items()):
            if arrival.until <= at or not (self.alive or arrival.data):
                self._give_up(conn, problems.TooSlow())
        late = [conn for conn, until in chain(self.taking.items(), self.leaving.items()) if until <= at]
        for conn in late:
            self._close(conn)

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:  # noqa: FBT001 - gunicorn's signature
        """Where we cannot know at what byte the next request begins, there is none."""
        return keepalive and bool(conn.arrival.whole)

    def _wait_for_request(self, conn: Any, begun: bytes = b"") -> None:
        conn.arrival = self.arriving[conn] = Arrival(time.monotonic(), self.largest)
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, EVENT_READ, partial(self._take, conn))
        if begun:
            self._add(conn, begun)
        else:
            self._take(conn)  # most have sent it by now

    def _take(self, conn: Any, _sock: object = None) -> None:
        if conn not in self.arriving:  # it was turned away between two events of one round
            return
        if block := _read(conn.sock):
            self._add(conn, block)
        elif block is not None:
            self._close(conn)

    def _add(self, conn: Any, block: bytes) -> None:
        arrival = self.arriving[conn]
        asked, before, spilt = arrival.asks_first, len(arrival.data), arrival.spilt
        full = complete = False
        try:
            complete = arrival.add(block, time.monotonic())
        except OSError:
            full = True
        self.held += len(arrival.data) - before
        self.spilt += arrival.spilt - spilt
        if full:
            self._give_up(conn, NoRoom())
            return
        if complete:
            self._hand_on(conn)
        elif arrival.asks_first and not asked:
            with suppress(OSError):
                conn.sock.send(_GO_ON)
        self._keep_within_room()

    def _hand_on(self, conn: Any) -> None:
        """To a thread, which finds the request in memory and, behind it, the end."""
        self.poller.unregister(conn.sock)
        arrival = self.arriving.pop(conn)
        conn.parser = get_parser(self.cfg, arrival.pieces(), conn.client)
        conn.initialized = conn.data_ready = True
        super().enqueue_req(conn)

    def _give(self, conn: Any, fs: Future[Any], _sock: object = None) -> None:
        if conn not in self.taking:
            return
        before = len(conn.sock.unsent)
        try:
            conn.sock.flush()
        except OSError:
            self._close(conn)
            return
        self.held -= before - len(conn.sock.unsent)
        if not conn.sock.unsent:
            self._forget(conn)
            self._go_on(conn, fs)

    def _go_on(self, conn: Any, fs: Future[Any]) -> None:
        arrival = conn.arrival
        if fs.cancelled() or fs.exception() or not fs.result():
            self._let_go(conn)
        elif len(arrival.data) > arrival.end:
            self._wait_for_request(conn, bytes(arrival.data[arrival.end :]))
        else:
            conn.arrival, conn.parser = None, get_parser(self.cfg, (), conn.client)  # so that it keeps no request
            super().finish_request(conn, fs)

    def _keep_within_room(self) -> None:
        """Of those that hold more than a little, the oldest goes; first one that is slow to take its answer."""
        if self.spilt > self.most_spilt and (spilt := next((c for c, a in self.arriving.items() if a.spilt), None)):
            self._give_up(spilt, problems.TooMany())
        if self.held <= self.most_held:
            return
        if slow := next((conn for conn in self.taking if len(conn.sock.unsent) > _BLOCK), None):
            self._close(slow)
        elif large := next((conn for conn, arrival in self.arriving.items() if len(arrival.data) > _BLOCK), None):
            self._give_up(large, problems.TooMany())

    def _give_up(self, conn: Any, why: WeirError) -> None:
        """Whoever said nothing is told nothing."""
        if not self.arriving[conn].data:
            self._close(conn)
            return
        with suppress(OSError):
            conn.sock.send(problems.bare(why))
        self._forget(conn)
        self._let_go(conn)

    def _let_go(self, conn: Any) -> None:
        """Say that no more comes, and read a moment longer: cut at once, the client might not see its answer."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError):
            self.nr_conns -= 1
            conn.close()
        else:
            self.leaving[conn] = time.monotonic() + LINGERS

    def _drain(self, conn: Any, _sock: object = None) -> None:
        if conn in self.leaving and _read(conn.sock) == b"":
            self._close(conn)

    def _close(self, conn: Any) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()

    def _forget(self, conn: Any) -> None:
        """Wait no longer for what it sends."""
        self.poller.unregister(conn.sock)
        if arrival := self.arriving.pop(conn, None):
            self.held -= len(arrival.data)
            self._empty(arrival)
        if self.taking.pop(conn, None):
            self.held -= len(conn.sock.unsent)
        self.leaving.pop(conn, None)

    def _empty(self, arrival: Arrival) -> None:
        """What lies on the disk is needed no more."""
        self.spilt -= arrival.spilt
        arrival.close()


def _read(sock: socket.socket) -> bytes | None:
    """What is there; nothing at the end; None as long as nothing is there."""
    try:
        return sock.recv(_BLOCK)
    except BlockingIOError:
        return None
    except OSError:
        return b""
