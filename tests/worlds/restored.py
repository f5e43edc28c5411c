# SPDX-License-Identifier: Apache-2.0
"""An instance that is backed up here and put back by a process of its own, with the same keys and nothing else."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from tests.worlds.house import House
from weir.foundation.ledger import reads
from weir.foundation.ledger.gates import KeyFolder
from weir.foundation.ledger.models import LogRow
from weir.foundation.store.gates import FileKeyStore
from weir.foundation.store.reads import bind_key_store
from weir.shell import wiring


class KeptHouse(House):
    """A house with one key folder for everything, as an instance has it, and new for each test."""

    keys: Path
    before: Path

    def __post_init__(self) -> None:
        super().__post_init__()
        self.before = settings.KEYS  # a test may point the setting at its own folder, and that ends after this house
        self.keys = settings.HOME / f"keys-{secrets.token_hex(4)}"
        self.keys.mkdir(mode=0o700)
        (self.keys / "session.key").touch(mode=0o600)
        (self.keys / "session.key").write_text(settings.SECRET_KEY)
        reads.bind_notary(lambda origin: KeyFolder(self.keys, origin))
        bind_key_store(FileKeyStore(self.keys))
        LogRow.objects.all().delete()
        wiring.begin()
        LogRow.objects.update(next_tick_at=self.now)

    def close(self) -> None:
        reads.bind_notary(lambda origin: KeyFolder(self.before, origin))
        bind_key_store(FileKeyStore(self.before))


@dataclass(frozen=True)
class Elsewhere:
    """Another machine: an empty home, an empty database, and the key folder put there by hand."""

    home: Path
    keys: Path
    database: str

    def weir(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        known = {name: value for name, value in os.environ.items() if not name.startswith("WEIR_")}
        here = {"WEIR_HOME": str(self.home), "WEIR_KEYS": str(self.keys), "WEIR_DATABASE": self.database}
        command = [sys.executable, "-m", "weir.shell", *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, env=known | here, timeout=120)

    def answer(self, *arguments: str) -> Any:
        """What a command says in JSON."""
        done = self.weir(*arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def asked(self, code: str) -> str:
        """What a few lines print that run there, with everything bound."""
        start = "import django; django.setup()\n"
        known = {name: value for name, value in os.environ.items() if not name.startswith("WEIR_")}
        here = {"WEIR_HOME": str(self.home), "WEIR_KEYS": str(self.keys), "WEIR_DATABASE": self.database}
        done = subprocess.run(
            [sys.executable, "-c", start + code],
            check=False,
            capture_output=True,
            text=True,
            env=known | here | {"DJANGO_SETTINGS_MODULE": "weir.shell.settings"},
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def elsewhere(tmp_path: Path, keys: Path) -> Iterator[Elsewhere]:
    if connection.vendor == "sqlite":
        yield Elsewhere(tmp_path / f"home-{secrets.token_hex(4)}", keys, "sqlite")
        return
    name = f"elsewhere_{secrets.token_hex(4)}"
    at = connection.settings_dict
    server = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{name}"
            yield Elsewhere(tmp_path / f"home-{secrets.token_hex(4)}", keys, url)
        finally:
            with suppress(psycopg.Error):
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
