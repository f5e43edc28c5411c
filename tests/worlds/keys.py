# SPDX-License-Identifier: Apache-2.0
"""A second provider of case keys, in memory, behind the real seam: what one keeps, any can."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Collection
from pathlib import Path
from uuid import UUID

from weir.foundation.store.terms import Concern, DestroyedKey, Erased, Grade, KeyId, KeysUnavailable
from weir.kernel.moments import Moment


class MemoryKeyStore:
    """Keys that end with the process, which its concerns say loudly. `unreachable` plays a provider that is away."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._keys: dict[KeyId, bytes] = {}
        self._journal: list[DestroyedKey] = []
        self._lock = threading.Lock()
        self.unreachable = False

    def take(self) -> KeyId:
        self._reach()
        with self._lock:
            key = UUID(int=next(self._numbers))
            self._keys[key] = os.urandom(32)
            return key

    def give_back(self, key: KeyId) -> None:
        with self._lock:
            del self._keys[key]

    def open_key(self, key: KeyId) -> bytes:
        self._reach()
        if any(line.key == key for line in self._journal):
            raise Erased
        if key not in self._keys:
            raise KeysUnavailable
        return self._keys[key]

    def open_keys(self, keys: Collection[KeyId]) -> dict[KeyId, bytes]:
        self._reach()
        return {key: self._keys[key] for key in keys if key in self._keys}

    def destroy(self, keys: Collection[KeyId], now: Moment) -> None:
        self._reach()
        with self._lock:
            for key in keys:
                if self._keys.pop(key, None) is not None:
                    self._journal.append(DestroyedKey(key, now))

    def journal(self) -> tuple[DestroyedKey, ...]:
        return tuple(self._journal)

    def concerns(self, data: Path) -> tuple[Concern, ...]:
        return (Concern(Grade.FAIL, "Keys lie in memory and end with this process.", "For tests only."),)

    def _reach(self) -> None:
        if self.unreachable:
            raise KeysUnavailable
