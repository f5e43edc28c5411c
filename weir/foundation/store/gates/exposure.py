# SPDX-License-Identifier: Apache-2.0
"""What `weir doctor` says about a key folder from the outside: who may read it, and what lies on the same disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from weir.foundation.store.terms import Concern, Grade

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def exposed(folder: Path) -> Iterator[Concern]:
    """Whatever in the folder somebody else may read or replace."""
    for path in (folder, *sorted(folder.iterdir())):
        if path.exists() and _is_open(path.stat()):  # SQLite's own files come and go
            name = "The key folder" if path == folder else f"{path.name} in the key folder"
            hint = "chown it to the user that Weir runs as, then chmod go= it."
            yield Concern(Grade.FAIL, f"{name} is not for its owner alone.", hint)


def beside(folder: Path, data: Path) -> Iterator[Concern]:
    if folder.stat().st_dev == data.stat().st_dev:
        yield Concern(
            Grade.WARN,
            "Keys and data share a disk: whoever gets the disk gets both.",
            "Point WEIR_KEYS at another disk, and back it up apart from the data, with an end date.",
        )


def _is_open(found: os.stat_result) -> bool:
    return bool(found.st_mode & _FOR_OTHERS) or found.st_uid != os.geteuid()
