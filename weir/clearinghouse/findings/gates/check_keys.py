# SPDX-License-Identifier: Apache-2.0
"""Seeds of the blind check's keys: one file for each epoch, in the folder of all keys and so in none of the data's
backups. Whoever has the data and not this folder cannot try out fingerprints on it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from weir.clearinghouse.findings.terms.checking import NoCheckKey
from weir.foundation.store.gates.durable import settle, shred, write_new

SEED_SIZE = 32
_NAME = re.compile(r"check-(\d+)\.seed")


@dataclass(frozen=True)
class CheckKeyFolder:
    """The seeds of a single host, or of several that share the folder."""

    folder: Path

    def begin(self, epoch: int) -> bytes:
        """Of two that begin one epoch at once the first link wins, and both read the same seed. Stop anywhere: a seed
        that no epoch uses lies there, and whoever begins that epoch takes it.
        """
        path = self._path(epoch)
        fresh = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
        with _told():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_new(fresh, os.urandom(SEED_SIZE))
            with suppress(FileExistsError):
                path.hardlink_to(fresh)
            fresh.unlink()
            settle(self.folder)
        return self.seed(epoch)

    def seed(self, epoch: int) -> bytes:
        with _told():
            seed = self._path(epoch).read_bytes()
        if len(seed) != SEED_SIZE:
            raise NoCheckKey
        return seed

    def forget_before(self, epoch: int) -> None:
        """What was evaluated under them can be evaluated no more, by nobody."""
        with _told():
            found = [(_NAME.fullmatch(path.name), path) for path in self.folder.iterdir()]
            for match, path in found:
                if match and int(match[1]) < epoch:
                    shred(path)

    def _path(self, epoch: int) -> Path:
        return self.folder / f"check-{epoch}.seed"


@contextmanager
def _told() -> Iterator[None]:
    """Whatever the folder does not do: the key is not to be had."""
    try:
        yield
    except OSError as no:
        raise NoCheckKey(f"The key of the blind check cannot be read or made: {no.strerror}.") from no
