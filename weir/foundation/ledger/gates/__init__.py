# SPDX-License-Identifier: Apache-2.0
"""What the ledger keeps outside the database: its signing keys, the key of its empty places, and its last published
word.

The last published checkpoint lies beside the keys and not in backups: a database that was restored from an older backup
is recognized by it, instead of signing a second history.
"""

from __future__ import annotations

import hmac
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from weir.kernel.errors import Unavailable
from weir.kernel.notes import NoteKey

_SEED_SIZE = 32


class NoLogKeys(Unavailable):
    """The keys of the log cannot be read or made."""

    hint = "See that WEIR_KEYS is there, writable, and has room; `weir doctor` says which it is not."


@dataclass(frozen=True)
class KeyFolder:
    """The notary of a single host: 32-byte seeds in files that only their owner reads."""

    folder: Path
    origin: str

    @cached_property
    def log_key(self) -> NoteKey:
        return NoteKey.from_seed(self.origin, self._seed("log.seed"))

    @cached_property
    def receipt_key(self) -> NoteKey:
        return NoteKey.from_seed(f"{self.origin}/receipts", self._seed("receipts.seed"))

    def blinding_key(self, tick: int) -> bytes:
        # The origin is in it: a log that continues another starts again at tick 0, and must not fill alike.
        return hmac.digest(self._blinding_seed, f"{self.origin}\n{tick}".encode(), "sha256")

    @cached_property
    def _blinding_seed(self) -> bytes:
        return self._seed("blinding.seed")

    def last_published(self) -> str:
        with suppress(FileNotFoundError):
            return self._published.read_text()
        return ""

    def remember(self, note: str) -> None:
        try:
            _write_durably(self._published, note.encode())
        except OSError as error:
            raise NoLogKeys(f"The published checkpoint cannot be kept: {error.strerror}.") from error

    @property
    def _published(self) -> Path:
        return self.folder / f"published-{sha256(self.origin.encode()).hexdigest()[:12]}.checkpoint"

    def _seed(self, name: str) -> bytes:
        path = self.folder / name
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                _create_once(path, os.urandom(_SEED_SIZE))
            return path.read_bytes()
        except OSError as error:
            raise NoLogKeys(f"The key {name} cannot be read or made: {error.strerror}.") from error


def _create_once(path: Path, content: bytes) -> None:
    """Two processes may start at once: the first link wins, and both read the same key."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    _write_durably(fresh, content)
    with suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()


def _write_durably(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
