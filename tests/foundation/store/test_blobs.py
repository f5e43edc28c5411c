# SPDX-License-Identifier: Apache-2.0
"""Sealing and keeping, inside transactions that may not come to pass and on disks that may be full."""

from __future__ import annotations

import hashlib
import os
import resource
import threading
import tracemalloc
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds.crashes import in_child
from tests.worlds.keys import MemoryKeyStore
from weir.foundation.store import blobs, reads, rules
from weir.foundation.store.blobs import discard, keep, put, receive, seal, sweep
from weir.foundation.store.formats import age
from weir.foundation.store.models import BlobRow, CompartmentRow
from weir.foundation.store.reads import blob_of, open_blob, unseal
from weir.foundation.store.terms import Damaged, NoRoom, TooLarge
from weir.kernel.errors import Missing, Unavailable
from weir.kernel.moments import Moment

pytestmark = pytest.mark.django_db(transaction=True)

CASE, OTHER_CASE = "F-2026-7K3QM-X", "F-2026-XXXXX-X"
MEGABYTE = 1024 * 1024
PLENTY = 100 * MEGABYTE


class Undone(Exception):
    """The verb did not come through."""


def files(home) -> list[str]:
    return sorted(path.name for path in (home / "blobs").rglob("*") if path.is_file())


def put_text(compartment: str, text: bytes):
    return put(compartment, [text], media_type="text/plain", limit=PLENTY)


@pytest.mark.both_databases
def test_what_was_sealed_for_a_case_is_read_again(keys):
    sealed = seal(CASE, b"a length is trusted", "report/body")
    assert b"trusted" not in sealed
    assert unseal(CASE, sealed, "report/body") == b"a length is trusted"


def test_it_is_read_in_no_other_case_and_as_nothing_else(keys):
    sealed = seal(CASE, b"a length is trusted", "report/body")
    seal(OTHER_CASE, b"", "report/body")
    with pytest.raises(Damaged):
        unseal(OTHER_CASE, sealed, "report/body")
    with pytest.raises(Damaged):
        unseal(CASE, sealed, "report/title")


def test_a_case_that_nobody_opened_is_missing(keys):
    with pytest.raises(Missing):
        unseal(CASE, b"", "report/body")


@pytest.mark.both_databases
def test_a_new_case_costs_one_insert_and_a_known_one_nothing(keys, django_assert_num_queries):
    with transaction.atomic():
        with django_assert_num_queries(1):
            seal(CASE, b"one", "report/body")
        with django_assert_num_queries(0):
            seal(CASE, b"two", "ledger/entry")
    with django_assert_num_queries(0):
        unseal(CASE, seal(CASE, b"three", "report/body"), "report/body")


@pytest.mark.both_databases
def test_a_case_whose_verb_was_undone_is_opened_anew(keys):
    with pytest.raises(Undone), transaction.atomic():
        seal(CASE, b"never", "report/body")
        raise Undone
    assert not CompartmentRow.objects.exists()
    sealed = seal(CASE, b"now", "report/body")
    reads.forget()
    assert unseal(CASE, sealed, "report/body") == b"now"


@pytest.mark.both_databases
def test_a_case_whose_savepoint_was_undone_is_opened_anew(keys):
    with transaction.atomic():
        with pytest.raises(Undone), transaction.atomic():
            seal(CASE, b"never", "report/body")
            raise Undone
        sealed = seal(CASE, b"now", "report/body")
    reads.forget()
    assert unseal(CASE, sealed, "report/body") == b"now"


@pytest.mark.both_databases
def test_an_undone_case_is_not_remembered_by_what_outlives_the_verb(keys):
    with pytest.raises(Undone), transaction.atomic():
        seal(CASE, b"never", "report/body")
        outlives = reads._fresh[CASE]
        raise Undone
    assert outlives.name == CASE
    assert reads.remembered(CASE) is None


@pytest.mark.both_databases
def test_a_case_seen_and_opened_in_one_verb_is_forgotten_with_it(keys):
    with pytest.raises(Undone), transaction.atomic():
        seal(CASE, b"never", "report/body")
        reads._fresh.clear()
        reads.key_of(CASE)
        raise Undone
    assert reads.remembered(CASE) is None


@pytest.mark.both_databases
def test_a_case_that_another_process_opened_keeps_its_key_and_wastes_none(keys):
    sealed = seal(CASE, b"one", "report/body")
    reads.forget()
    spare = keys.take()
    keys.give_back(spare)
    unseal(CASE, seal(CASE, b"two", "report/body"), "report/body")
    assert unseal(CASE, sealed, "report/body") == b"one"
    if not isinstance(keys, MemoryKeyStore):
        assert keys.take() == spare


@pytest.mark.both_databases
def test_two_verbs_that_open_one_case_at_once_share_one_key(keys):
    barrier, sealed = threading.Barrier(4), []

    def act(text: bytes) -> None:
        barrier.wait()
        with transaction.atomic():
            sealed.append((text, seal(CASE, text, "report/body")))
        connection.close()

    threads = [threading.Thread(target=act, args=(bytes([65 + number]),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reads.forget()
    assert len(sealed) == 4
    assert all(unseal(CASE, bytes_, "report/body") == text for text, bytes_ in sealed)


def test_without_keys_nothing_is_sealed_or_read(keys):
    if not isinstance(keys, MemoryKeyStore):
        pytest.skip("the key folder's own refusals are tested beside it")
    sealed = seal(CASE, b"one", "report/body")
    keys.unreachable = True
    for act in (lambda: unseal(CASE, sealed, "report/body"), lambda: seal(OTHER_CASE, b"two", "report/body")):
        with pytest.raises(Unavailable):
            act()
    assert not CompartmentRow.objects.filter(name=OTHER_CASE).exists()


@pytest.mark.both_databases
def test_a_large_thing_comes_back(keys, home):
    data = os.urandom(3 * rules.CHUNK_SIZE + 17)
    blob = put(CASE, [data[:70_000], data[70_000:]], media_type="application/zip", limit=PLENTY)
    assert blob.digest == hashlib.sha256(data).hexdigest()
    assert b"".join(open_blob(CASE, blob.name)) == data
    assert blob_of(CASE, blob.name) == blob
    assert files(home) == [blob.name]
    assert data[:100] not in reads.path_of(blob.name).read_bytes()


def test_the_same_bytes_twice_in_a_case_are_one_blob(keys, home):
    assert put_text(CASE, b"same") == put_text(CASE, b"same")
    assert BlobRow.objects.count() == 1
    assert b"".join(open_blob(CASE, put_text(CASE, b"same").name)) == b"same"


def test_the_same_bytes_in_two_cases_share_nothing(keys, home):
    one, other = put_text(CASE, b"same"), put_text(OTHER_CASE, b"same")
    assert one.name != other.name
    contents = [path.read_bytes() for path in (reads.path_of(one.name), reads.path_of(other.name))]
    pieces = [[content[start : start + 16] for start in range(0, len(content) - 15, 16)] for content in contents]
    assert not set(pieces[0]) & set(pieces[1])
    with pytest.raises(Missing) as there:
        open_blob(OTHER_CASE, one.name)
    with pytest.raises(Missing) as nowhere:
        open_blob(OTHER_CASE, "0" * 64)
    assert str(there.value) == str(nowhere.value)


def test_storing_what_another_case_holds_takes_the_same_steps(keys, home):
    def queries(compartment: str, text: bytes) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            put_text(compartment, text)
        return [query["sql"].split("VALUES")[0] for query in seen.captured_queries]

    put_text(CASE, b"held elsewhere")
    steps = queries(OTHER_CASE, b"held elsewhere")
    assert steps == queries("F-2026-YYYYY-Y", b"held nowhere")
    assert sum("INSERT" in step for step in steps) == 2


def test_a_name_with_a_path_in_it_is_missing(keys, home):
    put_text(CASE, b"same")
    for name in ("../../weir.sqlite", "/etc/passwd", "", "\0"):
        with pytest.raises(Missing):
            open_blob(CASE, name)


def test_memory_stays_flat_however_large_the_stream(keys, home):
    piece = os.urandom(MEGABYTE)
    tracemalloc.start()
    blob = put(CASE, (piece for _ in range(32)), media_type="application/zip", limit=PLENTY)
    read = sum(len(chunk) for chunk in open_blob(CASE, blob.name))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == 32 * MEGABYTE
    assert peak < 6 * MEGABYTE


def test_too_much_is_refused_before_all_of_it_came(keys, home):
    def far_too_much():
        for _ in range(64):
            yield bytes(MEGABYTE)
        pytest.fail("everything was taken")

    with pytest.raises(TooLarge, match="More than 3000000 bytes"):
        put(CASE, far_too_much(), media_type="application/zip", limit=3_000_000)
    assert files(home) == []
    assert not BlobRow.objects.exists()


def test_a_sender_who_breaks_off_leaves_nothing(keys, home):
    def broken():
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        put(CASE, broken(), media_type="text/plain", limit=PLENTY)
    assert files(home) == []


def test_a_verb_that_was_undone_leaves_a_file_that_the_next_one_replaces(keys, home):
    with pytest.raises(Undone), transaction.atomic():
        put_text(CASE, b"kept")
        raise Undone
    assert not BlobRow.objects.exists()
    blob = put_text(CASE, b"kept")
    assert b"".join(open_blob(CASE, blob.name)) == b"kept"


def test_what_was_received_can_be_discarded(keys, home):
    received = receive([b"x" * 100], limit=PLENTY)
    assert len(files(home)) == 1
    assert "x" * 10 not in repr(received)
    discard(received)
    assert files(home) == []


def test_a_slow_sender_holds_up_no_other_verb(keys, home, django_assert_num_queries):
    with django_assert_num_queries(0):
        received = receive([b"slow"], limit=PLENTY)
    blob = keep(CASE, received, media_type="text/plain")
    assert b"".join(open_blob(CASE, blob.name)) == b"slow"


@pytest.mark.parametrize("piece", ["header", "first chunk", "last byte"])
def test_a_changed_file_does_not_open(keys, home, piece):
    blob = put_text(CASE, b"a" * (rules.CHUNK_SIZE + 10))
    path = reads.path_of(blob.name)
    content = bytearray(path.read_bytes())
    content[{"header": 20, "first chunk": rules.HEADER_SIZE + 9, "last byte": len(content) - 1}[piece]] ^= 1
    path.write_bytes(content)
    with pytest.raises(Damaged):
        list(open_blob(CASE, blob.name))


def test_a_bad_beginning_is_said_before_the_first_byte(keys, home):
    blob = put_text(CASE, b"a")
    reads.path_of(blob.name).write_bytes(b"")
    with pytest.raises(Damaged):
        open_blob(CASE, blob.name)


def test_one_file_put_in_place_of_another_does_not_open(keys, home):
    one, other = put_text(CASE, b"one"), put_text(CASE, b"other")
    reads.path_of(one.name).write_bytes(reads.path_of(other.name).read_bytes())
    with pytest.raises(Damaged):
        open_blob(CASE, one.name)


def test_a_lost_file_is_damage_and_not_missing(keys, home):
    blob = put_text(CASE, b"one")
    reads.path_of(blob.name).unlink()
    with pytest.raises(Damaged, match="not there"):
        open_blob(CASE, blob.name)


@given(st.binary(max_size=300), st.integers(1, 50))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_in_whatever_pieces_comes_back(keys, home, data, step):
    pieces = [data[start : start + step] for start in range(0, len(data), step)]
    blob = put(CASE, pieces, media_type="text/plain", limit=300)
    assert (b"".join(open_blob(CASE, blob.name)), blob.size) == (data, len(data))


def test_what_the_sender_encrypted_is_marked_and_kept_as_it_came(keys, home):
    import pyrage  # type: ignore[import-untyped]  # it ships no types

    reader = pyrage.x25519.Identity.generate()
    proof = age.encrypt_to((str(reader.to_public()),), b"#!/bin/sh")
    blob = put_text(CASE, proof)
    assert blob.sender_sealed
    assert blob_of(CASE, blob.name).sender_sealed
    assert pyrage.decrypt(b"".join(open_blob(CASE, blob.name)), [reader]) == b"#!/bin/sh"
    assert not put_text(CASE, b"#!/bin/sh").sender_sealed


def test_a_sweep_takes_what_no_row_names_once_it_is_a_day_old(keys, home):
    kept = put_text(CASE, b"kept")
    receive([b"never kept"], limit=PLENTY)
    with pytest.raises(Undone), transaction.atomic():
        put_text(CASE, b"undone")
        raise Undone
    then = Moment.of(Moment.fromtimestamp(reads.path_of(kept.name).stat().st_mtime, UTC))
    assert sweep(Moment.of(then + timedelta(hours=23))).files == 0
    swept = sweep(Moment.of(then + timedelta(hours=25)))
    assert swept.files == 2
    assert swept.bytes > 2 * rules.HEADER_SIZE
    assert files(home) == [kept.name]


def test_a_full_disk_is_said_and_nothing_is_lost(keys, home):
    before = put_text(CASE, b"kept")

    def on_a_full_disk() -> None:
        # The file's own limit stands for the disk's: every write beyond it fails.
        resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, MEGABYTE))
        with pytest.raises(NoRoom) as no:
            receive([bytes(rules.CHUNK_SIZE)] * 32, limit=PLENTY)
        assert "WEIR_HOME" in no.value.hint

    assert in_child(on_a_full_disk) == 0
    assert files(home) == [before.name]
    assert b"".join(open_blob(CASE, before.name)) == b"kept"


def test_a_folder_that_may_not_be_written_is_said_and_nothing_is_lost(keys, home, monkeypatch):
    before = put_text(CASE, b"kept")
    monkeypatch.setattr(blobs, "blobs_folder", lambda: Path("/proc/blobs"))  # where not even root may make a file
    with pytest.raises(Unavailable):
        receive([b"more"], limit=PLENTY)
    assert b"".join(open_blob(CASE, before.name)) == b"kept"
