# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from weir.foundation.ledger import reads
from weir.foundation.ledger.models import BatchRow, CheckpointRow, EntryRow, ErasureRow, LogRow, PlacementRow, TileRow
from weir.foundation.ledger.reads import stretches
from weir.foundation.ledger.reads.verification import verify
from weir.foundation.ledger.verbs import erase_entries, witness
from weir.foundation.policy.terms import NeedsSecondPerson
from weir.foundation.policy.verbs import confirm_act, propose_act
from weir.foundation.store.models import CompartmentRow
from weir.foundation.store.reads import key_store

pytestmark = pytest.mark.both_databases


@pytest.fixture
def house(open_house):
    """Committed for real: on PostgreSQL a test's own open transaction would hold back the sequencer, as any other
    would.
    """
    return open_house


@pytest.fixture
def grown(house):
    for reports in (2, 0, 3):
        for _ in range(reports):
            house.report()
        house.tick()
    house.report()
    return house


def test_an_untouched_ledger_holds(grown):
    found = verify()
    assert (found.faults, found.entries, found.waiting, found.ticks) == ([], 6, 1, 3)


def flipped(value: Any) -> Any:
    if isinstance(value, memoryview | bytes):
        raw = bytearray(value)
        raw[len(raw) // 2] ^= 1
        return bytes(raw)
    return value + "x" if isinstance(value, str) else value + 1


@pytest.mark.parametrize("column", ["kind", "version", "actor", "about", "at_ms", "body", "leaf", "compartment"])
def test_one_changed_column_of_an_entry_is_named(grown, column):
    row = EntryRow.objects.order_by("id")[3]
    EntryRow.objects.filter(id=row.id).update(**{column: flipped(getattr(row, column))})
    faults = verify().faults
    assert any(f"entry {row.id} " in fault or "batch" in fault for fault in faults)


@pytest.mark.parametrize(
    ("model", "column"),
    [(BatchRow, "root"), (BatchRow, "places"), (TileRow, "hashes"), (CheckpointRow, "note"), (PlacementRow, "place")],
)
def test_one_changed_byte_of_the_tree_is_named(grown, model, column):
    row = model.objects.order_by("pk").last()
    value = getattr(row, column)
    changed = value.replace("\n", "x\n", 1) if isinstance(value, str) else flipped(value)
    model.objects.filter(pk=row.pk).update(**{column: changed})
    assert verify().faults


@pytest.mark.parametrize("change", [lambda raw: raw[:-1], lambda raw: raw + b"x", lambda raw: raw + raw[-34:]])
def test_places_that_are_shorter_or_longer_than_they_were_are_named(grown, change):
    row = BatchRow.objects.order_by("-pk")[0]
    BatchRow.objects.filter(pk=row.pk).update(places=change(bytes(row.places)))
    assert any("batch 2" in fault for fault in verify().faults)


@pytest.fixture
def unsealed(grown):
    witness(grown.finder, "rooms.list_things", "rooms.list_things", grown.now)
    return EntryRow.objects.get(compartment="")


def test_an_entry_whose_salt_grew_by_a_byte_of_its_content_is_named(unsealed):
    both = bytes(unsealed.salt) + bytes(unsealed.body)
    EntryRow.objects.filter(id=unsealed.id).update(salt=both[:33], body=both[33:])
    assert any(f"entry {unsealed.id} " in fault for fault in verify().faults)


def test_an_entry_that_was_emptied_without_saying_so_is_named(unsealed):
    EntryRow.objects.filter(id=unsealed.id).update(salt=b"", body=b"")
    assert any(f"entry {unsealed.id} " in fault for fault in verify().faults)


def test_a_removed_entry_is_named(grown):
    EntryRow.objects.order_by("id")[1].delete()
    assert any("batch 0" in fault for fault in verify().faults)


def test_a_removed_tick_is_named(grown):
    BatchRow.objects.filter(tick=1).delete()
    assert verify().faults


def test_a_log_that_forgot_its_last_tick_is_named(grown):
    LogRow.objects.update(size=2)
    assert verify().faults


def test_what_was_erased_is_counted_and_the_tree_still_holds(grown, administrator):
    about = EntryRow.objects.order_by("id")[0].about
    asked = {"about": about, "reason": "a request under the law"}
    with pytest.raises(NeedsSecondPerson):
        erase_entries(administrator, **asked, now=grown.now)
    proposed = propose_act(
        administrator, "ledger.erase_entries", "as above", parameters=json.dumps(asked), now=grown.now
    )
    confirm_act(replace(administrator, id="P-2026-SCND0-T"), proposed.id, now=grown.now)
    erase_entries(administrator, **asked, now=grown.now)
    found = verify()
    eraser = EntryRow.objects.get(kind="ledger.erase_entries")
    by = f"entry {eraser.id} ({bytes(eraser.leaf).hex()[:16]})"
    assert (found.faults, found.erased, found.erased_by) == ([], 1, {by: 1})


def test_content_that_is_gone_without_an_entry_that_took_it_is_a_fault(grown):
    row = EntryRow.objects.order_by("id")[0]
    ErasureRow.objects.create(entry=row.id, reference=row.about)
    assert any("no entry says by whom" in fault for fault in verify().faults)


def test_the_middle_nodes_of_a_batch_are_rebuilt_too(house):
    for _ in range(5):
        house.report()
    house.tick(depth=4)
    row = BatchRow.objects.get()
    assert row.crown
    assert verify().faults == []
    BatchRow.objects.update(crown=flipped(row.crown))
    assert verify().faults == ["batch 0: its middle nodes do not follow from its entries"]


def test_an_entry_is_proved_by_the_crown_of_its_batch(house):
    done = [house.report() for _ in range(5)]
    house.tick(depth=4)
    bundles = [reads.prove_entry(house.finder, each.entry.id) for each in done]
    BatchRow.objects.update(crown=b"")
    assert [reads.prove_entry(house.finder, each.entry.id) for each in done] == bundles


@pytest.fixture
def little_chunks(monkeypatch):
    """So that other processes have something to do."""
    monkeypatch.setattr(stretches, "CHUNK", 2)
    monkeypatch.setattr(stretches, "STRETCH", 2)


@pytest.mark.usefixtures("little_chunks")
def test_what_is_sequenced_meanwhile_is_left_to_the_next_verifier(grown):
    grown.tick()
    grown.report()

    def and_then(_done):
        grown.report()
        grown.tick()

    found = verify(and_then, processes=1)
    assert (found.faults, found.ticks) == ([], 4)
    assert found.waiting > 1
    assert verify().faults == []


@pytest.mark.usefixtures("little_chunks")
def test_several_processes_find_what_one_finds(grown):
    assert verify(processes=2) == verify(processes=1)
    for row in EntryRow.objects.order_by("id")[1:5:2]:
        EntryRow.objects.filter(id=row.id).update(body=flipped(row.body))
    found = verify(processes=2)
    assert len(found.faults) == 2
    assert (found.faults, found.entries, found.waiting) == (verify(processes=1).faults, 6, 1)


@pytest.mark.usefixtures("little_chunks")
def test_a_case_whose_key_was_destroyed_is_counted_whoever_looked(grown):
    row = EntryRow.objects.order_by("id")[2]
    key = CompartmentRow.objects.get(name=row.compartment).id
    key_store().destroy([key], grown.now)
    for processes in (1, 2):
        found = verify(processes=processes)
        assert (found.erased, found.taken) == (1, {row.compartment: 1})
