# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from weir.foundation.ledger import reads
from weir.foundation.ledger.models import BatchRow, CheckpointRow, LogRow, PlacementRow
from weir.foundation.ledger.terms import LogBehind, NotYetProvable
from weir.foundation.transactions import tell_row_security
from weir.kernel import merkle, notes, tiles
from weir.kernel.canonical import plain

pytestmark = pytest.mark.both_databases


@pytest.fixture
def house(open_house):
    """Committed for real: on PostgreSQL a test's own open transaction would hold back the sequencer, as any other
    would.
    """
    return open_house


def verified(bundle, vkey, tmp_path: Path) -> bool:
    """What an outsider with the small tool and nothing of ours says."""
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(plain(bundle)))
    run = subprocess.run(
        [sys.executable, "-m", "verifier", str(file), "--vkey", vkey], capture_output=True, text=True, check=False
    )
    return run.returncode == 0


def test_each_tick_adds_one_leaf_whether_or_not_anything_happened(house):
    sizes = []
    for reports in (0, 3, 0, 1):
        for _ in range(reports):
            house.report()
        house.tick()
        sizes.append(reads.head(house.nobody).size)
    assert sizes == [1, 2, 3, 4]


def test_a_tick_that_is_not_due_does_nothing(house):
    house.tick()
    house.later(seconds=-1)
    assert house.sequencer().tick(house.now) is None


def test_a_proof_follows_within_a_tick_and_holds_without_us(house, tmp_path):
    done = house.report()
    with pytest.raises(NotYetProvable):
        reads.prove_entry(house.finder, done.entry.id)
    house.tick()
    bundle = reads.prove_entry(house.finder, done.entry.id)
    vkey = reads.head(house.nobody).vkey
    assert verified(bundle, vkey, tmp_path)
    other = notes.NoteKey.from_seed("weir.invalid", bytes(32)).vkey()
    assert not verified(bundle, other, tmp_path)


def test_every_entry_of_many_ticks_can_be_proved_against_the_newest_head(house, tmp_path):
    done = []
    for _ in range(5):
        done += [house.report() for _ in range(3)]
        house.tick()
    vkey = reads.head(house.nobody).vkey
    for each in done[::4]:
        assert verified(reads.prove_entry(house.finder, each.entry.id), vkey, tmp_path)


def test_what_does_not_fit_waits_for_the_next_tick(house):
    for _ in range(20):
        house.report()
    assert house.tick(depth=4).entries == 16
    assert house.tick(depth=4).entries == 4


def test_growth_and_form_are_the_same_however_much_happened(house):
    """What an outsider can fetch after three ticks has the same sizes, whatever lies behind it."""
    house.tick()
    for _ in range(7):
        house.report()
    house.tick()
    house.report()
    house.tick()
    with transaction.atomic():
        bundle = reads.tile(tiles.TileName(tiles.ENTRIES, 0, 3))
    assert [len(leaf) for leaf in tiles.decode_bundle(bundle)] == [len(tiles.decode_bundle(bundle)[0])] * 3
    assert len(set(tiles.decode_bundle(bundle))) == 3


def test_a_head_is_published_only_after_it_was_kept_outside(house):
    sequencer = house.sequencer()
    sequencer.seal(house.now)
    with pytest.raises(NotYetProvable):
        reads.head(house.nobody)
    note = sequencer.unpublished()
    sequencer.notary.remember(note.note)
    sequencer.publish(note)
    assert reads.head(house.nobody).checkpoint == note.note


def test_every_bundle_hashes_to_its_tile(house):
    for depth in (4, 12, 6):
        house.report()
        house.tick(depth=depth)
    with transaction.atomic():
        bundle = tiles.decode_bundle(reads.tile(tiles.TileName(tiles.ENTRIES, 0, 3)))
        hashes = reads.tile(tiles.TileName(0, 0, 3))
    assert b"".join(merkle.leaf_hash(leaf) for leaf in bundle) == hashes


@pytest.mark.parametrize("depth", [4, 9, 16])
def test_a_proof_holds_at_any_depth(house, depth, tmp_path):
    done = house.report()
    house.tick(depth=depth)
    assert verified(reads.prove_entry(house.finder, done.entry.id), reads.head(house.nobody).vkey, tmp_path)


@pytest.mark.parametrize("stop", ["after the batch", "after the note outside", "never"])
def test_wherever_the_tick_stops_the_next_one_recovers(house, stop, tmp_path):
    done = house.report()
    sequencer = house.sequencer()
    sequencer.seal(house.now)
    note = sequencer.unpublished()
    if stop != "after the batch":
        sequencer.notary.remember(note.note)
    if stop == "never":
        sequencer.publish(note)
    house.later(seconds=5)
    house.tick()
    assert reads.head(house.nobody).size == 2
    assert CheckpointRow.objects.count() == 1
    assert verified(reads.prove_entry(house.finder, done.entry.id), reads.head(house.nobody).vkey, tmp_path)


def test_a_database_behind_its_published_head_signs_nothing(house):
    house.tick()
    house.tick()
    LogRow.objects.update(size=1)
    BatchRow.objects.filter(tick=1).delete()
    CheckpointRow.objects.all().delete()
    with pytest.raises(LogBehind):
        house.tick()


def test_no_entry_still_in_flight_is_ever_passed(house):
    """A later id commits first: neither it nor anything after it is taken until the earlier one is decided."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time, so no later id can commit first")
    wrote, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            tell_row_security(beat="writing", keys=frozenset())
            house.report(title="slow")
            wrote.set()
            may_commit.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(20)
    quick = house.report(title="quick")
    assert house.tick_now().entries == 0
    may_commit.set()
    thread.join()
    assert house.tick().entries == 2
    assert reads.prove_entry(house.finder, quick.entry.id).batch["tick"] == 1


def test_many_writers_and_a_ticking_sequencer_lose_and_double_nothing(house):
    seeds = range(4)

    def write(seed):
        for _ in range(random.Random(seed).randrange(4, 8)):
            house.report()
        connections.close_all()

    threads = [threading.Thread(target=write, args=[seed]) for seed in seeds]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        house.tick_now()
        threads[0].join(0.02)
    for thread in threads:
        thread.join()
    house.tick()
    written = sum(random.Random(seed).randrange(4, 8) for seed in seeds)
    assert len(house.kinds()) == written
    assert PlacementRow.objects.count() == written
