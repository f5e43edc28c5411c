# SPDX-License-Identifier: Apache-2.0
"""The key folder: keys that are there, keys that are gone, and nothing in between, wherever somebody stops."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import sqlite3
import threading
from datetime import UTC
from pathlib import Path
from uuid import UUID

import pytest

from tests.worlds.crashes import GONE, gone_after, gone_before, in_child
from weir.foundation.store.gates import FileKeyStore, case_file
from weir.foundation.store.gates.journal import Journal
from weir.foundation.store.gates.wrapping import WrappingFolder
from weir.foundation.store.terms import DestroyedKey, Erased, Grade, KeysUnavailable
from weir.kernel.moments import Moment

NOW = Moment(2026, 11, 20, 12, tzinfo=UTC)
LATER = Moment(2026, 11, 21, 12, tzinfo=UTC)
NOBODY = 65534


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def opened(folder):
    """Opens key stores over the folder, and closes them after the test."""
    stores = []

    def open_one(**options) -> FileKeyStore:
        stores.append(FileKeyStore(folder, **options))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))}


def test_a_key_is_the_same_in_every_process(opened):
    key = opened().take()
    data_key = opened().open_key(key)
    assert len(data_key) == 32
    assert opened().open_key(key) == data_key


def test_no_two_takers_get_the_same_key(opened):
    stores = [opened(pool=4), opened(pool=4)]
    taken: list[UUID] = []
    threads = [
        threading.Thread(target=lambda store=store: taken.extend(store.take() for _ in range(25)))
        for store in stores * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 100
    assert len({stores[0].open_key(key) for key in taken}) == 100


def test_a_forked_child_does_not_get_its_parents_spare_keys(opened):
    store = opened()
    store.take()
    ours, theirs = multiprocessing.Pipe()

    def child() -> None:
        theirs.send([store.take() for _ in range(3)])

    assert in_child(child) == 0
    assert not set(ours.recv()) & {store.take() for _ in range(63)}


def test_a_key_given_back_is_given_out_again(opened):
    store = opened()
    key = store.take()
    store.give_back(key)
    assert store.take() == key


def test_an_erased_key_stops_working_in_every_process_at_once(opened):
    here, there = opened(), opened()
    doomed, survivor = here.take(), here.take()
    before = (there.open_key(doomed), there.open_key(survivor), here.open_key(doomed))
    here.destroy([doomed], NOW)
    for store in (here, there, opened()):
        with pytest.raises(Erased):
            store.open_key(doomed)
        assert store.open_key(survivor) == before[1]
    assert here.journal() == (DestroyedKey(doomed, NOW),)


def test_many_keys_are_those_that_one_by_one_can_be_had(opened, monkeypatch):
    monkeypatch.setattr(case_file, "VARIABLES", 3)
    store, other = opened(), opened()
    keys = [store.take() for _ in range(8)]
    assert store.open_keys(keys) == {key: store.open_key(key) for key in keys}
    other.destroy(keys[2:4], NOW)
    survivors = keys[:2] + keys[4:]
    assert store.open_keys([*keys, UUID(int=1)]) == {key: store.open_key(key) for key in survivors}
    assert store.open_keys([]) == {}


def test_a_copy_of_the_old_case_keys_opens_no_more(opened, folder):
    store = opened()
    doomed = store.take()
    store.close()
    stolen = (folder / "cases.sqlite").read_bytes()
    store.destroy([doomed], NOW)
    store.close()
    (folder / "cases.sqlite").write_bytes(stolen)
    with pytest.raises(KeysUnavailable, match="wrapping key of generation 1"):
        opened().open_key(doomed)


def test_the_old_wrapping_key_is_gone_and_the_new_one_is_another(opened, folder):
    store = opened()
    doomed = store.take()
    first = (folder / "wrapping-1.key").read_bytes()
    store.destroy([doomed], NOW)
    assert files(folder) == {"cases.sqlite", "wrapping-2.key", "erased.journal"}
    assert (folder / "wrapping-2.key").read_bytes() != first


def test_erasing_twice_is_erasing_once(opened, folder):
    store = opened()
    doomed = store.take()
    store.destroy([doomed], NOW)
    store.destroy([doomed], LATER)
    assert store.journal() == (DestroyedKey(doomed, NOW),)
    assert "wrapping-2.key" in files(folder)


STOPS = [
    (gone_before, Journal, "append"),
    (gone_after, Journal, "append"),
    (gone_before, WrappingFolder, "make"),
    (gone_after, WrappingFolder, "make"),
    (gone_before, case_file, "rewrap_without"),
    (gone_after, case_file, "rewrap_without"),
    (gone_before, WrappingFolder, "destroy_before"),
    (gone_after, WrappingFolder, "destroy_before"),
]


@pytest.mark.parametrize(("stop", "owner", "name"), STOPS)
def test_wherever_an_erasure_stops_no_survivor_is_lost_and_it_can_be_finished(opened, folder, stop, owner, name):
    store = opened()
    doomed, survivor = store.take(), store.take()
    survives = store.open_key(survivor)

    def act() -> None:
        with stop(owner, name):
            FileKeyStore(folder).destroy([doomed], NOW)

    assert in_child(act) == GONE
    assert store.open_key(survivor) == survives  # in the process that was there all along
    again = opened()
    assert again.open_key(survivor) == survives  # in one that starts now
    again.destroy([doomed], LATER)
    with pytest.raises(Erased):
        store.open_key(doomed)
    assert again.open_key(survivor) == survives
    assert files(folder) == {"cases.sqlite", "wrapping-2.key", "erased.journal"}
    assert [line.key for line in again.journal()] == [doomed]


@pytest.mark.parametrize(("stop", "owner", "name"), STOPS[1:])
def test_once_it_is_in_the_journal_an_erasure_finishes_by_itself(opened, folder, stop, owner, name):
    store = opened()
    doomed = store.take()

    def act() -> None:
        with stop(owner, name):
            FileKeyStore(folder).destroy([doomed], NOW)

    assert in_child(act) == GONE
    with pytest.raises(Erased):
        opened().open_key(doomed)


@pytest.mark.parametrize("stop", [gone_before, gone_after])
def test_a_folder_that_was_half_begun_begins_again(opened, folder, stop):
    def act() -> None:
        with stop(WrappingFolder, "make"):
            FileKeyStore(folder).take()

    assert in_child(act) == GONE
    store = opened()
    assert store.open_key(store.take())


def test_a_restored_older_folder_with_the_newest_journal_keeps_the_erased_erased(opened, folder, tmp_path):
    store = opened()
    doomed, survivor = store.take(), store.take()
    survives = store.open_key(survivor)
    store.close()
    shutil.copytree(folder, tmp_path / "backup")
    store.destroy([doomed], NOW)
    store.close()
    journal = (folder / "erased.journal").read_bytes()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    (folder / "erased.journal").write_bytes(journal)
    restored = opened()
    with pytest.raises(Erased):
        restored.open_key(doomed)
    assert restored.open_key(survivor) == survives
    assert "wrapping-1.key" not in files(folder)


def test_a_torn_line_at_the_end_of_the_journal_was_no_erasure_yet(opened, folder):
    store = opened()
    doomed, spared = store.take(), store.take()
    store.destroy([doomed], NOW)
    with (folder / "erased.journal").open("a") as file:
        file.write(f"{LATER} {spared}"[:-3])
    again = opened()
    assert again.open_key(spared)
    again.destroy([spared], LATER)
    assert opened().journal() == (DestroyedKey(doomed, NOW), DestroyedKey(spared, LATER))


def test_an_unreadable_line_within_the_journal_stops_everything(opened, folder):
    store = opened()
    store.destroy([store.take()], NOW)
    (folder / "erased.journal").write_bytes(b"\xff\n" + (folder / "erased.journal").read_bytes())
    with pytest.raises(KeysUnavailable, match="Line 1"):
        opened().take()


def test_a_lost_key_does_not_look_like_an_erasure(opened, tmp_path):
    elsewhere = FileKeyStore(tmp_path / "elsewhere")
    key = elsewhere.take()
    elsewhere.close()
    with pytest.raises(KeysUnavailable, match="nobody erased it"):
        opened().open_key(key)


@pytest.mark.parametrize("lost", ["cases.sqlite", "wrapping-1.key"])
def test_half_a_folder_is_refused_and_not_begun_anew(opened, folder, lost):
    store = opened()
    store.take()
    store.close()
    (folder / lost).unlink()
    left = files(folder)
    with pytest.raises(KeysUnavailable):
        opened().take()
    assert files(folder) - {"cases.sqlite"} == left - {"cases.sqlite"}
    assert (lost == "cases.sqlite") == ("cases.sqlite" not in files(folder))


def test_few_keys_stay_in_memory(opened):
    store = opened(cached=3)
    keys = [store.take() for _ in range(10)]
    data_keys = [store.open_key(key) for key in keys]
    assert len(store._opened) == 3
    assert [store.open_key(key) for key in keys] == data_keys


def test_reading_goes_on_while_another_process_writes(opened, folder):
    store = opened()
    key = store.take()
    data_key = store.open_key(key)
    writer = sqlite3.connect(folder / "cases.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE current SET generation = 7")
    assert opened().open_key(key) == store.open_key(key) == data_key
    writer.close()


def test_an_erasure_that_failed_holds_up_nobody_and_can_be_called_again(opened, monkeypatch):
    store = opened(pool=1)
    doomed, survivor = store.take(), store.take()
    survives = store.open_key(survivor)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as broken, pytest.raises(KeysUnavailable, match="disk I/O error"):
        broken.setattr(case_file, "rewrap_without", fail)
        store.destroy([doomed], NOW)
    assert store.take() != opened().take()
    store.destroy([doomed], NOW)
    with pytest.raises(Erased):
        store.open_key(doomed)
    assert store.open_key(survivor) == survives


def test_a_full_disk_loses_nothing_and_is_said(opened, folder):
    store = opened()
    doomed, survivor = store.take(), store.take()
    survives = store.open_key(survivor)
    store.close()

    def on_a_full_disk() -> None:
        # The file's own limit stands for the disk's: every write beyond it fails.
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
        full = FileKeyStore(folder)
        with pytest.raises(KeysUnavailable) as no:
            full.destroy([doomed], NOW)
        assert "WEIR_KEYS" in no.value.hint
        with pytest.raises(KeysUnavailable):
            full.take()

    assert in_child(on_a_full_disk) == 0
    assert opened().open_key(survivor) == survives


def test_a_folder_that_may_not_be_written_is_said_and_left_as_it_is(opened, folder):
    store = opened()
    store.take()
    store.close()
    for path in (folder, *folder.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = files(folder)

    def as_somebody_who_may_not() -> None:
        os.chdir(folder.parent)  # whose own parents may be closed to others
        if os.geteuid() == 0:
            os.setuid(NOBODY)
        with pytest.raises(KeysUnavailable):
            FileKeyStore(Path(folder.name)).take()

    assert in_child(as_somebody_who_may_not) == 0
    assert files(folder) == before


def test_a_sound_folder_on_another_disk_raises_no_concern(opened):
    store = opened()
    store.take()
    assert store.concerns(Path("/proc")) == ()


def test_keys_beside_the_data_are_a_warning(opened, tmp_path):
    concerns = opened().concerns(tmp_path)
    assert [(concern.grade, concern.sentence.split(":")[0]) for concern in concerns] == [
        (Grade.WARN, "Keys and data share a disk")
    ]


@pytest.mark.parametrize("name", ["", "wrapping-1.key", "cases.sqlite"])
def test_what_others_may_read_is_a_failure(opened, folder, name):
    store = opened()
    store.take()
    (folder / name).chmod(0o750)
    (concern,) = store.concerns(Path("/proc"))
    assert concern.grade is Grade.FAIL
    assert (name or "The key folder") in concern.sentence


def test_a_folder_that_cannot_be_read_is_a_failure(opened, folder):
    folder.mkdir()
    (folder / "cases.sqlite").write_bytes(b"this is no database" * 100)
    (concern,) = opened().concerns(Path("/proc"))
    assert concern.grade is Grade.FAIL
