# SPDX-License-Identifier: Apache-2.0
"""The journal of destroyed keys: lines of text, only ever added to. It holds no secret and may lie on many disks.

A backup of the key folder that is older than an erasure still holds the erased key. Whoever restores it puts the newest
journal beside it, and the key store destroys those keys again before it opens any.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from weir.foundation.store.gates.durable import settle
from weir.foundation.store.terms import DestroyedKey, KeysUnavailable
from weir.kernel.errors import Invalid
from weir.kernel.moments import Moment


class Journal:
    """One line per destroyed key: the moment, a space, the key's id."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[DestroyedKey, ...]:
        try:
            whole, _, _torn = self.path.read_bytes().rpartition(b"\n")
        except FileNotFoundError:
            return ()
        # What follows the last line end was being written when we stopped: that destruction had not begun.
        return tuple(
            _line(line, number) for number, line in enumerate(whole.decode("ascii", errors="replace").splitlines(), 1)
        )

    def append(self, destroyed: Iterable[DestroyedKey]) -> None:
        """Durable when this returns. The caller holds the key store's write lock, so that two never write at once."""
        lines = "".join(f"{line.at} {line.key}\n" for line in destroyed)
        with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            file.seek(file.read().rfind(b"\n") + 1)
            file.truncate()
            file.write(lines.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        settle(self.path.parent)


def _line(line: str, number: int) -> DestroyedKey:
    at, _, key = line.partition(" ")
    try:
        return DestroyedKey(UUID(key), Moment.parse(at))
    except (ValueError, Invalid) as no:
        # Going on without this line might bring an erased case back.
        raise KeysUnavailable(
            f"Line {number} of the journal of destroyed keys cannot be read.",
            hint="Put back an intact copy of erased.journal.",
        ) from no
