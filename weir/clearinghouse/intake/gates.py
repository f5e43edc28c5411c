# SPDX-License-Identifier: Apache-2.0
"""Files as browsers send them: sealed while they come, so that no readable byte of them ever lies on a disk.

The server's reader of forms hands over pieces; the store wants to draw them. A thread stands between the two, with a
few pieces in its hands, so that memory does not grow with the file.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from weir.foundation.store.blobs import discard, receive
from weir.foundation.store.terms import Received
from weir.kernel.errors import Invalid, WeirError

PIECES = 8
_END, _BROKEN = b"", None


class TooManyAtOnce(Invalid):
    """One file at a time."""

    hint = "Attach the next one after this one."


class BrokenOff(Invalid):
    """The file did not come whole."""

    hint = "Send it again; nothing was kept."


class SealedFile(UploadedFile):  # type: ignore[type-arg]  # at run time it takes none
    """What came: its name as its sender calls it, and the sealed bytes, which belong to no case yet."""

    def __init__(self, name: str, received: Received) -> None:
        super().__init__(file=None, name=name, size=received.size)
        self.received = received


class Sealing(FileUploadHandler):
    """Takes one file of a form. What was received and not taken with `take` is thrown away by `close`."""

    chunk_size = 64 * 1024

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.received: Received | None = None
        self.failure: WeirError | None = None
        self._pieces: queue.Queue[bytes | None] = queue.Queue(PIECES)
        self._thread: threading.Thread | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if self._thread is not None:
            raise TooManyAtOnce
        super().new_file(*args, **kwargs)
        self._thread = threading.Thread(target=self._receive, name="a file is sealed", daemon=True)
        self._thread.start()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if raw_data:
            self._pieces.put(raw_data)

    def file_complete(self, file_size: int) -> SealedFile:
        self._end(_END)
        if self.received is None:
            raise self.failure or BrokenOff()
        return SealedFile(self.file_name or "", self.received)

    def upload_interrupted(self) -> None:
        self._end(_BROKEN)

    def take(self) -> Received:
        """What came, for a verb that keeps it; from here on it is the verb's."""
        if self.received is None:
            raise BrokenOff
        received, self.received = self.received, None
        return received

    def close(self) -> None:
        """Whatever was not taken goes."""
        self._end(_BROKEN)
        if self.received is not None:
            discard(self.received)
            self.received = None

    def _end(self, last: bytes | None) -> None:
        if self._thread is not None and self._thread.is_alive():
            self._pieces.put(last)
            self._thread.join()

    def _receive(self) -> None:
        """In the thread. It draws to the end even when the store has had enough, so that nobody waits for it."""
        pieces = iter(self._drawn())
        try:
            self.received = receive(pieces, limit=self.limit)
        except WeirError as failure:
            self.failure = failure
        finally:
            with suppress(BrokenOff):
                for _ in pieces:
                    pass

    def _drawn(self) -> Iterator[bytes]:
        while (piece := self._pieces.get()) != _END:
            if piece is _BROKEN:
                raise BrokenOff
            yield piece
