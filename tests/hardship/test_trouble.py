# SPDX-License-Identifier: Apache-2.0
"""Trouble that machines have: what is acknowledged is kept, what is not is refused in a sentence, and it passes."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.worlds.troubled import Troubled, report

# A file may grow no further than it has: every write beyond is refused as on a full disk, for this process alone.
FULL = """
import glob, os, resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
"""
ROOM_AGAIN = "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))"
# Root passes through the modes of files, so whoever is root becomes somebody else first.
READ_ONLY = """
import os
from django.conf import settings
from django.db import connections
from weir.foundation.store.reads import key_store
connections.close_all()
home = str(settings.HOME)
def modes(file, folder):
    for name in ("weir.sqlite", "weir.sqlite-wal", "weir.sqlite-shm"):
        if os.path.exists(f"{home}/{name}"):
            os.chmod(f"{home}/{name}", file)
    os.chmod(home, folder)
modes(0o444, 0o555)
"".encode("unicode_escape")  # what is loaded late could not be, by somebody who may not read our libraries
if os.geteuid() == 0:
    os.seteuid(65534)
"""
WRITABLE = """
connections.close_all()
if os.getuid() == 0:
    os.seteuid(0)
modes(0o644, 0o755)
"""
NO_KEYS = """
import os
from django.conf import settings
from weir.foundation.store.reads import key_store
key_store().close()
os.rename(settings.KEYS, str(settings.KEYS) + ".away")
open(settings.KEYS, "w").close()  # nothing can be made in its place
"""
KEYS_AGAIN = """
os.unlink(settings.KEYS)
os.rename(str(settings.KEYS) + ".away", settings.KEYS)
"""
WRAPPING_GONE = """
import os
from django.conf import settings
from weir.foundation.store.gates import FileKeyStore
from weir.foundation.store.reads import bind_key_store
os.rename(settings.KEYS / "wrapping-1.key", settings.KEYS / "away")
bind_key_store(FileKeyStore(settings.KEYS))
"""
WRAPPING_AGAIN = 'os.rename(settings.KEYS / "away", settings.KEYS / "wrapping-1.key")'


@pytest.fixture(scope="module")
def prepared():
    return Troubled().prepared()


def kept(instance: Troubled) -> int:
    with closing(sqlite3.connect(instance.home / "weir.sqlite")) as database:
        return int(database.execute("SELECT count(*) FROM intake_report").fetchone()[0])


@pytest.mark.parametrize(
    ("trouble", "relief"),
    [
        pytest.param(FULL, ROOM_AGAIN, id="full disk"),
        pytest.param(READ_ONLY, WRITABLE, id="read-only database"),
        pytest.param(NO_KEYS, KEYS_AGAIN, id="no key folder"),
        pytest.param(WRAPPING_GONE, WRAPPING_AGAIN, id="unreadable wrapping key"),
    ],
)
def test_trouble_is_said_nothing_is_lost_and_it_passes(prepared, request, trouble, relief):
    name = request.node.callspec.id
    before = kept(prepared)
    # The one in trouble is sent again afterwards under its own key, as a client does that was told to wait.
    asked = report(f"in {name}", 150_000)
    first, then, after = prepared.posted(
        first=report(f"before {name}"), trouble=trouble, then=asked, relief=relief, after=asked
    )
    assert first[0] == 200
    assert (then[0], then[1] != "", then[2]) == (503, True, "application/problem+json"), then
    assert then[3]["type"] == "urn:weir:problem:unavailable"
    assert then[3]["title"].endswith(".")
    assert then[3]["hint"]
    assert after[0] == 200, after
    assert kept(prepared) == before + 2
    verified = prepared.weir("ledger", "verify")
    assert verified.returncode == 0, verified.stdout


def test_a_key_folder_that_is_lost_is_told_by_the_doctor(prepared):
    away = prepared.home / "away"
    (prepared.home / "keys" / "wrapping-1.key").rename(away)
    try:
        told = prepared.weir("doctor")
    finally:
        away.rename(prepared.home / "keys" / "wrapping-1.key")
    assert told.returncode == 1
    assert "wrapping key of generation 1" in told.stdout
