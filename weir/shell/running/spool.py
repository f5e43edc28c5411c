# SPDX-License-Identifier: Apache-2.0
"""Where a large body waits until all of it is here: in a file without a name, under a key that only this process has.

It is read once, from its beginning, and is gone when it is closed or the process ends, however that ends. Nobody but us
can write into a file without a name, so that its bytes are hidden and not vouched for.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

_BLOCK = 64 * 1024


class Spool:
    """Bytes in their order: added while they come, then given back."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - `close` is ours
        # A key for each spool, so that a counter from zero is never used twice under one.
        self._cipher = Cipher(AES(secrets.token_bytes(32)), CTR(bytes(16)))
        self._seals = self._cipher.encryptor()
        self.size = 0

    def add(self, data: bytes) -> None:
        """A disk that is nearly full takes a part and says so only by its count."""
        sealed = memoryview(self._seals.update(data))
        while sealed:
            sealed = sealed[os.write(self._file.fileno(), sealed) :]
        self.size += len(data)

    def pieces(self) -> Iterator[bytes]:
        opens, at = self._cipher.decryptor(), 0
        while block := os.pread(self._file.fileno(), _BLOCK, at):
            at += len(block)
            yield opens.update(block)

    def close(self) -> None:
        self._file.close()
