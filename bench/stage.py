# SPDX-License-Identifier: Apache-2.0
"""A home and a database for one measurement: an empty SQLite file, or a PostgreSQL that waits for its disk.

Scenes play in processes of their own, so that nothing that one of them warmed up helps another.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tools.postgres import NoPostgres, cluster

DATABASES = ("SQLite", "PostgreSQL")


@contextmanager
def house(database: str) -> Iterator[dict[str, str]]:
    """The environment of an empty house, gone when the work is done. `NoPostgres` where there is none."""
    with _home() as folder, _address(database) as url:
        yield os.environ | {
            "WEIR_HOME": folder,
            "WEIR_DATABASE": url,
            "WEIR_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "weir.shell.settings",
        }


def play(scene: str, environment: Mapping[str, str], *arguments: object) -> Any:
    """The last line that the scene prints, read as JSON."""
    done = subprocess.run(
        command_of(scene, *arguments), env=dict(environment), stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def command_of(scene: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"bench.scenes.{scene}", *map(str, arguments)]


@contextmanager
def _home() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="weir-bench-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _address(database: str) -> Iterator[str]:
    if database == "SQLite":
        yield "sqlite"
    else:
        with cluster(honest=True) as url:
            yield url


__all__ = ["DATABASES", "NoPostgres", "command_of", "house", "play"]
