# SPDX-License-Identifier: Apache-2.0
"""A disk that is full to the last byte: what is new is refused in a sentence, what is kept is read, and it passes."""

from __future__ import annotations

import json
import sqlite3
import uuid
from contextlib import closing

import pytest
from pyrage.x25519 import Identity  # type: ignore[import-untyped]  # it ships no types

from tests.worlds.cluster import unattended
from tests.worlds.filled import MIB, small_disk
from tests.worlds.load import flowing
from tests.worlds.troubled import Troubled, report
from weir.kernel.errors import Unavailable
from weir.shell.exits import EXIT

ENOUGH = 300 * MIB
LARGE = 150_000
MOST_THAT_STILL_FIT = 500  # SQLite writes into what its log already has


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", ENOUGH) as there:
        yield there


def posted(instance, key, size=LARGE):
    body = json.dumps(report(f"Report {key}", size)).encode()
    headers = {"Authorization": instance.bearer("finder"), "Content_Type": "application/json", "Idempotency_Key": key}
    return instance.asked("POST", "/api/v1/intake/receive-report", body, **headers)


def room(instance):
    told = instance.weir("doctor", "--json")
    rows = {row["name"]: row for row in json.loads(told.stdout)["rows"]}
    return rows["room: data"], told.returncode


@pytest.mark.prove
def test_a_full_disk_under_load(disk, tmp_path):
    with unattended(disk.folder / "home", "sqlite", tmp_path) as instance:
        instance.until(instance.is_up, "it answers")
        processes = instance.processes()
        with flowing([instance.tokens["finder"]], [instance.address]) as journal:
            instance.until(lambda: len(journal.acknowledged) >= 5, "reports are taken in")
            disk.fill()
            kept, refused = until_refused(instance, disk)
            is_told_clearly(refused)
            reading_works(instance)
            assert (room(instance)[0]["state"], room(instance)[1]) == ("fail", 1)
            no_half_backup(instance, disk)
            disk.make_room()
            again = answered(instance, refused.key)
            seen, told = len(set(journal.heads)), len(journal.acknowledged)
            instance.until(lambda: len(set(journal.heads)) > seen + 1, "the log grows on")
            instance.until(lambda: len(journal.acknowledged) > told + 5, "reports are taken in again")
        assert journal.faults == []
        assert instance.processes() == processes, "something had to be started anew"
        instance.until(lambda: is_done(instance.look()), "the worker goes on where it stood")
        everything_is_there_once(instance, journal, [*kept, again])
        assert room(instance)[0]["state"] != "fail"
        assert instance.weir("backup", str(disk.folder / "backup.weir")).returncode == 0


class Refused:
    """The first that was not taken in, and its key."""

    def __init__(self, key, told):
        self.key, self.told = key, told


def until_refused(instance, disk):
    """Whatever is acknowledged until then is acknowledged for good."""
    kept: list[str] = []
    for _ in range(MOST_THAT_STILL_FIT):
        key = str(uuid.uuid4())
        told = posted(instance, key)
        if told.status != 200:
            return kept, Refused(key, told)
        kept.append(json.loads(told.text)["answer"]["id"])
        disk.fill()
    raise AssertionError("a full disk takes in everything")


def is_told_clearly(refused):
    told = refused.told
    assert (told.status, told.kind, bool(told.again)) == (503, "application/problem+json", True), told
    read = json.loads(told.text)
    assert read["type"] == "urn:weir:problem:unavailable"
    assert read["hint"]
    assert "Traceback" not in told.text


def reading_works(instance):
    """But for what was sealed: whoever reads that is noted first, and where no note can be kept, nothing is shown."""
    asked = [
        instance.asked("GET", "/api/v1/identity/myself", Authorization=instance.bearer("finder")),
        instance.asked("GET", "/api/v1/ledger/head"),
        instance.asked("GET", "/log/checkpoint"),
        instance.asked("GET", "/log/", Accept="text/html"),
        instance.asked("GET", "/", Accept="text/html"),
    ]
    assert [told.status for told in asked] == [200] * len(asked), asked
    sealed = instance.asked("GET", "/api/v1/intake/list-reports", Authorization=instance.bearer("finder"))
    assert sealed.status in {200, 503}, sealed  # a note is small, and now and then there is room for one
    if sealed.status == 503:
        assert json.loads(sealed.text)["type"] == "urn:weir:problem:unavailable"


def no_half_backup(instance, disk):
    before = disk.names()
    told = instance.weir("backup", str(disk.folder / "backup.weir"))
    assert told.returncode != 0
    assert "could not be" in told.stderr
    assert "Traceback" not in told.stderr
    assert disk.names() == before


def answered(instance, key):
    """The client that was told to wait comes again with its key."""
    instance.until(lambda: posted(instance, key).status == 200, "it is taken in after all")
    return json.loads(posted(instance, key).text)["answer"]["id"]


def is_done(found):
    return found["settled"] and not found["waiting"] and found["correlated"] == len(found["reports"])


def everything_is_there_once(instance, journal, others):
    found = instance.look()
    assert found["reports"] == sorted([each.number for each in journal.acknowledged] + others)
    assert [number for number, _ in found["received"]] == found["reports"]
    assert found["found"] == found["reports"]
    verified = instance.weir("ledger", "verify")
    assert verified.returncode == 0, verified.stdout


@pytest.fixture(scope="module")
def prepared():
    instance = Troubled().prepared()
    assert instance.posted(then=report("Kept", LARGE))[0][0] == 200
    return instance


@pytest.mark.parametrize("share", [0.5, pytest.param(1.5, marks=pytest.mark.prove)])
def test_a_backup_that_runs_out_of_room_leaves_nothing(prepared, disk, share):
    """It fails while the database is copied, or while the copy is put into the file."""
    disk.resize(int(database_size(prepared) * share))
    told = prepared.weir("backup", str(disk.folder / "backup.weir"))
    assert told.returncode == EXIT[Unavailable], told
    assert "could not be" in told.stderr
    assert "room" in told.stderr
    assert "Traceback" not in told.stderr
    assert disk.names() == []


def test_a_backup_of_the_keys_that_runs_out_of_room_leaves_nothing(prepared, disk):
    disk.resize(16384)
    told = prepared.weir("backup-keys", str(disk.folder / "keys.age"), "--to", str(Identity.generate().to_public()))
    assert told.returncode == EXIT[Unavailable], told
    assert "Traceback" not in told.stderr
    assert disk.names() == []


def database_size(prepared):
    """Without the log beside it, which no copy holds."""
    with closing(sqlite3.connect(prepared.home / "weir.sqlite")) as database:
        pages, size = (database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size)
