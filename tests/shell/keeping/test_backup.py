# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import tarfile
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest
from django.contrib.sessions.models import Session
from django.db import connection, connections, transaction

from tests.worlds.identity import World
from tests.worlds.restored import KeptHouse, elsewhere
from weir.foundation.identity import verbs as identity
from weir.foundation.ledger import reads
from weir.foundation.ledger.models import EntryRow, LogRow
from weir.foundation.store import blobs
from weir.foundation.store.models import BlobRow, CompartmentRow
from weir.foundation.store.reads import key_store, path_of
from weir.shell.keeping.archive import BrokenBackup, ForeignBackup, Reader
from weir.shell.keeping.backup import FileIsThere, NotBackedUp, backup, backup_keys
from weir.shell.keeping.endings import Endings

both = pytest.mark.both_databases


@pytest.fixture
def house(transactional_db):
    house = KeptHouse()
    yield house
    house.close()


@pytest.fixture
def there(tmp_path, house):
    with elsewhere(tmp_path, house.keys) as place:
        yield place


def with_a_blob(house) -> str:
    """A report with something large in its case; the name of the case."""
    number = str(house.report().outcome.id)
    with transaction.atomic():
        blobs.put(number, [b"a proof of concept"] * 1000, media_type="text/plain", limit=1_000_000)
    return number


@both
def test_what_was_backed_up_while_somebody_wrote_comes_back_whole(house, there, tmp_path):
    case = with_a_blob(house)
    house.tick()
    stop, written = threading.Event(), []

    def write():
        while not stop.is_set():
            written.append(str(house.report().outcome.id))
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    while len(written) < 3:
        writer.join(0.01)
    made = backup(tmp_path / "b.tar", house.now)
    stop.set()
    writer.join()
    restored = there.answer("restore", str(tmp_path / "b.tar"))
    assert restored["faults"] == []
    # The migration notes nothing; what is added is the house's own word about what it ended again.
    assert made.entries >= 4
    found = there.answer("ledger", "verify")
    assert found["faults"] == []
    opened = there.asked(
        "from weir.foundation.store.models import BlobRow\n"
        "from weir.foundation.store.reads import open_blob\n"
        f"row = BlobRow.objects.get(); print(b''.join(open_blob({case!r}, row.name))[:18].decode())"
    )
    assert opened == "a proof of concept"


def test_a_whole_instance_that_was_stopped_keeps_its_log(house, there, tmp_path):
    house.report()
    house.tick()
    backup(tmp_path / "b.tar", house.now)
    restored = there.answer("restore", str(tmp_path / "b.tar"))
    assert (restored["log"], restored["because"]) == ("", "")


@both
def test_a_restore_behind_the_published_head_goes_on_under_a_new_name_that_names_the_old_one(house, there, tmp_path):
    proved = house.report()
    house.tick()
    waiting = house.report()
    backup(tmp_path / "b.tar", house.now)
    house.tick()
    published = reads.notary().last_published()
    restored = there.answer("restore", str(tmp_path / "b.tar"))
    origin = LogRow.objects.get().origin
    assert restored["log"] == f"{origin}/2"
    said = json.loads(
        there.asked(
            "import json\n"
            "from weir.foundation.ledger import reads\n"
            "from weir.foundation.ledger.models import EntryRow, LogRow\n"
            "from weir.foundation.ledger.sequencer import Sequencer\n"
            "from datetime import timedelta\n"
            "from weir.shell.clock import now\n"
            "from tests.worlds.house import FINDER\n"
            "Sequencer(reads.notary(), timedelta(seconds=5), 12).tick(now())\n"
            f"proofs = [reads.prove_entry(FINDER, leaf) for leaf in ({proved.entry.id!r}, {waiting.entry.id!r})]\n"
            "new = LogRow.objects.get(ended=False)\n"
            "print(json.dumps({'continues': new.continues,"
            " 'first': list(EntryRow.objects.filter(log=new.id).order_by('id').values_list('kind', flat=True))[:2],"
            " 'origins': [p.checkpoint.partition(chr(10))[0] for p in proofs]}))"
        )
    )
    assert said["continues"] == published
    assert said["first"] == ["intake.receive_report", "ledger.note_continuation"]
    # What the database still knows of the old log stays provable there; what waited is proved in the new one.
    assert said["origins"] == [origin, f"{origin}/2"]
    assert there.answer("ledger", "verify")["faults"] == []


@both
def test_restoring_the_same_backup_again_takes_a_name_that_was_never_used(house, tmp_path):
    house.report()
    house.tick()
    backup(tmp_path / "b.tar", house.now)
    house.tick()
    grow = (
        "from weir.foundation.ledger import reads\n"
        "from weir.foundation.ledger.sequencer import Sequencer\n"
        "from datetime import timedelta\n"
        "from weir.shell.clock import now\n"
        "Sequencer(reads.notary(), timedelta(seconds=5), 12).tick(now())"
    )
    logs = []
    for _ in range(2):
        with elsewhere(tmp_path, house.keys) as place:
            logs.append(place.answer("restore", str(tmp_path / "b.tar"))["log"].rpartition("/")[2])
            place.asked(grow)
    assert logs == ["2", "3"]


@both
def test_entries_numbered_by_another_cluster_go_into_a_new_log_and_lose_no_order(house):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite numbers no transactions")
    house.report()
    house.tick()
    house.report()
    EntryRow.objects.update(transaction=2**40)
    LogRow.objects.update(transaction=2**40)
    assert "another PostgreSQL cluster" in reads.why_continue("weir.invalid")


@both
def test_an_erased_case_stays_erased_after_an_older_backup_came_back(house, there, tmp_path):
    case = with_a_blob(house)
    house.tick()
    backup(tmp_path / "b.tar", house.now)
    key = CompartmentRow.objects.get(name=case).id
    key_store().destroy([key], house.now)
    restored = there.answer("restore", str(tmp_path / "b.tar"))
    assert restored["erased_again"] == 1
    told = there.asked(
        "from weir.foundation.store.models import CompartmentRow, BlobRow, PendingDestructionRow\n"
        f"row = CompartmentRow.objects.get(name={case!r})\n"
        "print(row.erased_at is not None, BlobRow.objects.count(), PendingDestructionRow.objects.count())"
    )
    assert told == "True 0 0"
    assert list((there.home / "blobs").glob("*/*")) == []
    assert there.answer("ledger", "verify")["erased"] >= 1


def test_a_token_that_was_revoked_and_a_person_who_left_since_do_not_come_back(house, there, tmp_path):
    world = World(now=house.now)
    olive = world.open()
    ada = world.join(olive, "ada@operator.example", olive.organization)
    token = world.token(olive)
    world.token(ada)
    kept = world.token(olive)
    Session.objects.create(session_key="s", session_data="", expire_date=house.now + timedelta(days=1))
    backup(tmp_path / "b.tar", house.now)
    identity.revoke_token(olive, token.id, now=house.now)
    identity.leave(ada, now=house.now)
    journal = Endings(house.keys)
    while journal.follow(house.now):
        pass
    restored = there.answer("restore", str(tmp_path / "b.tar"))
    assert restored["ended_again"] >= 2
    told = there.asked(
        "from weir.foundation.identity.models import PersonRow, TokenRow\n"
        "from django.contrib.sessions.models import Session\n"
        "print(*TokenRow.objects.values_list('number', flat=True), PersonRow.objects.count(), Session.objects.count())"
    )
    assert told == f"{kept.id} 1 0"


def flipped(path: Path, place: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(raw)


def unpacked(file: Path) -> int:
    """What `weir restore` reads before it touches anything; how many members."""
    with closing(Reader(file, reads.notary().receipt_key.verifier())) as reader:
        return sum(1 for member in reader.manifest.members for _ in [*reader.blocks(member)][:1])


def test_one_flipped_byte_in_any_member_is_refused(house, tmp_path):
    with_a_blob(house)
    file = tmp_path / "b.tar"
    backup(file, house.now)
    whole = unpacked(file)
    assert whole >= 2
    with tarfile.open(file) as tar:
        members = [(entry.offset, entry.offset_data, entry.size) for entry in tar.getmembers()]
    assert len(members) == whole + 2
    for header, begin, size in members:
        for place in (header, header + 130, begin, begin + size // 2, begin + size - 1):
            flipped(file, place)
            with pytest.raises((BrokenBackup, ForeignBackup)):
                unpacked(file)
            flipped(file, place)
    assert unpacked(file) == whole


@pytest.mark.parametrize("change", ["flipped", "cut short"])
def test_a_broken_backup_is_refused_and_nothing_is_touched(house, there, tmp_path, change):
    file = tmp_path / "b.tar"
    size = backup(file, house.now).bytes
    flipped(file, size // 3) if change == "flipped" else file.write_bytes(file.read_bytes()[: size // 2])
    refused = there.weir("restore", str(file))
    assert refused.returncode == 2
    assert "othing was touched" in refused.stderr
    assert [path for path in there.home.glob("*") if path.name != "mail"] == []


@both
def test_nothing_is_restored_over_something(house, there, tmp_path):
    backup(tmp_path / "b.tar", house.now)
    there.answer("restore", str(tmp_path / "b.tar"))
    again = there.weir("restore", str(tmp_path / "b.tar"))
    assert (again.returncode, "overwrites nothing" in again.stderr or "already" in again.stderr) == (5, True)


def test_without_its_keys_nothing_is_restored(house, there, tmp_path):
    backup(tmp_path / "b.tar", house.now)
    for path in house.keys.glob("*.seed"):
        path.unlink()
    assert there.weir("restore", str(tmp_path / "b.tar")).returncode == 6


def test_a_backup_signed_by_other_keys_is_refused(house, there, tmp_path):
    backup(tmp_path / "b.tar", house.now)
    (house.keys / "receipts.seed").write_bytes(bytes(32))
    assert there.weir("restore", str(tmp_path / "b.tar")).returncode == 2


def test_a_backup_is_never_written_over_and_leaves_nothing_else_behind(house, tmp_path):
    backup(tmp_path / "b.tar", house.now)
    with pytest.raises(FileIsThere):
        backup(tmp_path / "b.tar", house.now)
    assert [path.name for path in tmp_path.glob("*.tar*")] == ["b.tar"]
    assert list(tmp_path.glob(".*")) == []


def test_no_key_is_in_it(house, tmp_path):
    house.report()
    house.tick()
    backup(tmp_path / "b.tar", house.now)
    raw = (tmp_path / "b.tar").read_bytes()
    secrets = [path.read_bytes() for path in [*house.keys.glob("*.seed"), *house.keys.glob("wrapping-*.key")]]
    assert len(secrets) == 4
    assert [secret for secret in secrets if secret in raw] == []


def test_a_blob_that_was_lost_before_is_named_and_the_rest_is_saved(house, tmp_path):
    with_a_blob(house)
    name = BlobRow.objects.get().name
    path_of(name).unlink()
    assert backup(tmp_path / "b.tar", house.now).missing == (name,)


def test_a_folder_that_takes_no_file_is_said_in_a_sentence(house, tmp_path):
    with pytest.raises(NotBackedUp):
        backup(tmp_path / "nowhere" / "b.tar", house.now)


def test_keys_are_backed_up_for_named_people_only(house, tmp_path, settings):
    settings.KEYS = house.keys
    house.report()
    house.tick()
    assert reads.notary().receipt_key.vkey()
    me, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    count = backup_keys(tmp_path / "keys.age", (str(me.to_public()),), house.now)
    sealed = (tmp_path / "keys.age").read_bytes()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [other])
    (tmp_path / "keys.tar").write_bytes(pyrage.decrypt(sealed, [me]))
    with tarfile.open(tmp_path / "keys.tar") as tar:
        names = {entry.name for entry in tar.getmembers()}
    published = {path.name for path in house.keys.glob("published-*")}
    assert len(published) == 1
    assert names == published | {
        "cases.sqlite",
        "wrapping-1.key",
        "log.seed",
        "receipts.seed",
        "blinding.seed",
        "session.key",
    }
    assert count == len(names)
