# SPDX-License-Identifier: Apache-2.0
"""A small disk of its own that can be filled to the last byte, and emptied again."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

MIB = 1 << 20
_BLOCKS = (MIB, 4096, 1)


@dataclass(frozen=True)
class Disk:
    """Where it is mounted."""

    folder: Path

    @property
    def filler(self) -> Path:
        return self.folder / "somebody-elses-file"

    def fill(self) -> None:
        """To the last byte: what others let go of meanwhile, too."""
        handle = os.open(self.filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            for size in _BLOCKS:
                _write_until_full(handle, bytes(size))
        finally:
            os.close(handle)

    def make_room(self) -> None:
        self.filler.unlink()

    def resize(self, size: int) -> None:
        _run("mount", "-o", f"remount,size={size}", str(self.folder))

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Disk]:
    """A tmpfs. Whoever may not mount one, skips the test and says so."""
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk of its own")
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "weir-test", str(folder))
    except (OSError, subprocess.CalledProcessError) as no:
        pytest.skip(f"this machine does not let us mount a disk: {getattr(no, 'stderr', '') or no}")
    try:
        yield Disk(folder)
    finally:
        _run("umount", "--lazy", str(folder))


def _write_until_full(handle: int, block: bytes) -> None:
    try:
        while True:
            os.write(handle, block)
    except OSError as no:
        if no.errno != errno.ENOSPC:
            raise


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
