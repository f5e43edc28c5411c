# SPDX-License-Identifier: Apache-2.0
"""A document read in a process of its own, while this one records what was read so far.

The other process has no database, no keys but those that digests are kept under, and a bound on its memory. It is told
in frames (a kind, a number, a length, bytes) what to read, and answers in frames what it read.

python -m weir.clearinghouse.intake.engines.apart      is that other process
"""

from __future__ import annotations

import json
import os
import queue
import resource
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, BinaryIO, NamedTuple, cast

from weir.clearinghouse.intake.engines.pieces import Piece, TooSlow, packed, pieces, unpacked
from weir.clearinghouse.intake.formats import load_formats, reading
from weir.clearinghouse.intake.formats.streams import Reopened
from weir.clearinghouse.intake.rules.items import Keying
from weir.clearinghouse.intake.terms.items import Trouble
from weir.kernel.errors import Unavailable

MEMORY = 1024 * 1024 * 1024  # of addresses; what lies in memory at once stays far below
SLOWEST = 120.0  # seconds of CPU time in which nothing is read and nothing comes out
PATIENCE = 10.0
TOO_LARGE = Trouble("", "It takes more memory than is given to read a document. Send it in parts.")
TOO_SLOW = Trouble("", "It takes more time than is given to read a document. Send it in parts.")
_FRAME = struct.Struct(">cII")
_TASK, _BYTES, _OPEN, _PIECE, _END = b"t", b"b", b"o", b"p", b"e"

Begin = Callable[[], Iterator[bytes]]


class ReaderEnded(Unavailable):
    """The process that was reading a document ended before the document did."""


class Task(NamedTuple):
    """What to read: in which format, after how many that were read before, and how its items are keyed."""

    format: str
    after: int
    secret: bytes
    sender: str


def read_here(begin: Begin, task: Task) -> Iterator[Piece]:
    """In this process: for a document that is read sooner than a process is started."""
    stream = cast("BinaryIO", Reopened(begin))
    left = reading(load_formats()[task.format], stream)
    yield from pieces(islice(left, task.after, None), Keying(task.secret, task.sender), stream.tell)


def read_apart(begin: Begin, task: Task) -> Iterator[Piece]:
    """In another process. Whoever stops listening ends it."""
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # noqa: S603 - our own
        feeder = _Feeder(cast("BinaryIO", other.stdin))
        try:
            feeder.tell(_TASK, json.dumps(task._replace(secret=task.secret.hex())).encode())  # type: ignore[arg-type]
            feeder.start()
            for kind, number, data in _frames(cast("BinaryIO", other.stdout)):
                if kind == _OPEN:
                    feeder.asked.put((number, begin()))
                elif kind == _PIECE:
                    yield unpacked(data)
                else:
                    return
            raise feeder.failure or ReaderEnded()
        finally:
            other.kill()
            feeder.end()


class _Feeder(threading.Thread):
    """Hands the bytes over. Asked to begin anew, it lets go of what it was handing over."""

    def __init__(self, into: BinaryIO) -> None:
        super().__init__(name="document feeder", daemon=True)
        self._into, self.failure = into, cast("Exception | None", None)
        self.asked: queue.SimpleQueue[tuple[int, Iterator[bytes]] | None] = queue.SimpleQueue()

    def tell(self, kind: bytes, data: bytes, number: int = 0) -> None:
        self._into.write(_FRAME.pack(kind, number, len(data)) + data)
        self._into.flush()

    def run(self) -> None:
        try:
            while (asked := self.asked.get()) is not None:
                self._hand_over(*asked)
        except (BrokenPipeError, ValueError):
            pass  # the other has ended, or was ended
        except Exception as error:  # noqa: BLE001 - kept for the thread that listens, which raises it
            self.failure = error
            with suppress(OSError):
                self._into.close()

    def _hand_over(self, number: int, chunks: Iterator[bytes]) -> None:
        for chunk in chunks:
            self.tell(_BYTES, chunk, number)
            if not self.asked.empty():
                return
        self.tell(_BYTES, b"", number)

    def end(self) -> None:
        self.asked.put(None)
        if self.is_alive():
            self.join(PATIENCE)
        with suppress(OSError):
            self._into.close()


def _frames(source: BinaryIO) -> Iterator[tuple[bytes, int, bytes]]:
    while len(head := source.read(_FRAME.size)) == _FRAME.size:
        kind, number, length = _FRAME.unpack(head)
        data = source.read(length)
        if len(data) < length:
            return
        yield kind, number, data


def main() -> None:
    """The other process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    frames = _frames(source)
    _, _, told = next(frames)
    task = _task(json.loads(told))
    begun = 0

    signal.signal(signal.SIGVTALRM, _too_slow)
    _get_on()

    def answer(kind: bytes, data: bytes = b"", number: int = 0) -> None:
        answers.write(_FRAME.pack(kind, number, len(data)) + data)
        answers.flush()

    def begin() -> Iterator[bytes]:
        nonlocal begun
        begun += 1
        answer(_OPEN, number=begun)
        return _chunks(frames, begun)

    try:
        for piece in read_here(begin, task):
            _get_on()
            answer(_PIECE, packed(piece))
    except MemoryError:
        answer(_PIECE, packed(Piece((), (TOO_LARGE,))))
    except TooSlow:
        answer(_PIECE, packed(Piece((), (TOO_SLOW,))))
    answer(_END)


def _get_on() -> None:
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOWEST)


def _too_slow(_number: int, _frame: object) -> None:
    raise TooSlow


def _chunks(frames: Iterator[tuple[bytes, int, bytes]], number: int) -> Iterator[bytes]:
    """The bytes of this beginning; those of an earlier one may still be on their way."""
    for _, of, data in frames:
        if of == number:
            if not data:
                return
            _get_on()
            yield data
    raise EOFError  # whoever fed us has stopped: what came is not the whole document


def _task(told: list[Any]) -> Task:
    format, after, secret, sender = told
    return Task(format, after, bytes.fromhex(secret), sender)


if __name__ == "__main__":
    main()
