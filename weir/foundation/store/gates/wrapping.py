# SPDX-License-Identifier: Apache-2.0
"""Wrapping keys: one file each, numbered by generation, which only grows. Only the current one opens anything."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from weir.foundation.store.gates.durable import shred, write_new
from weir.foundation.store.terms import KeyId, KeysUnavailable

_NAME = re.compile(r"wrapping-(\d+)\.key")


class WrappingKey:
    """Wraps case keys. Each wrapped key is bound to its id and generation: it opens in no other place."""

    def __init__(self, generation: int, secret: bytes) -> None:
        self.generation = generation
        self._cipher = AESGCM(secret)

    def wrap(self, key: KeyId, data_key: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, data_key, self._about(key))

    def unwrap(self, key: KeyId, wrapped: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:12], wrapped[12:], self._about(key))
        except InvalidTag:
            raise KeysUnavailable(
                "A case key does not open under the wrapping key beside it.",
                hint="wrapping-*.key and cases.sqlite must come from the same backup of the key folder.",
            ) from None

    def _about(self, key: KeyId) -> bytes:
        return b"weir/case-key" + self.generation.to_bytes(8, "big") + key.bytes


class WrappingFolder:
    """The wrapping keys of one key folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def generations(self) -> set[int]:
        return {int(match[1]) for path in self.folder.iterdir() if (match := _NAME.fullmatch(path.name))}

    def make(self, generation: int) -> WrappingKey:
        """A new key, durable when this returns. What lies there was made by somebody who stopped, and wraps nothing."""
        shred(self._path(generation))
        secret = AESGCM.generate_key(256)
        write_new(self._path(generation), secret)
        return WrappingKey(generation, secret)

    def load(self, generation: int) -> WrappingKey | None:
        try:
            return WrappingKey(generation, self._path(generation).read_bytes())
        except (FileNotFoundError, ValueError):  # ValueError: its length is no key's
            return None

    def destroy_before(self, generation: int) -> None:
        """Never a later one: while we were held up, others may have moved on, and theirs is the one that opens."""
        for dead in sorted(number for number in self.generations() if number < generation):
            shred(self._path(dead))

    def _path(self, generation: int) -> Path:
        return self.folder / f"wrapping-{generation}.key"
