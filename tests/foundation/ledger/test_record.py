# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import IntegrityError, connections, transaction

from tests.worlds.house import House
from tests.worlds.stops import PowerCut, statements, stop_before
from weir.clearinghouse.intake.models import ReportRow
from weir.foundation.actor import SYSTEM
from weir.foundation.ledger import reads, record
from weir.foundation.ledger.models import EntryRow, ReadingRow
from weir.foundation.ledger.terms import KeyReused, NoSuchEntry
from weir.foundation.ledger.verbs import sweep_notes, witness
from weir.foundation.policy.models import AudienceRow, MarkRow
from weir.foundation.store.models import CompartmentRow
from weir.foundation.transactions import reading, writing
from weir.kernel.errors import Invalid

pytestmark = pytest.mark.both_databases
READING = "ledger.note_reading"


def test_a_verb_leaves_one_entry_about_what_it_made(house):
    done = house.report()
    assert house.kinds() == ["intake.receive_report"]
    row = EntryRow.objects.get()
    assert (row.about, row.actor, bytes(row.leaf)) == (done.outcome.id, house.finder.id, done.entry.leaf)


def test_a_sealed_entry_shows_nothing_to_whoever_holds_the_database(house):
    house.report(title="a word that must not be seen")
    row = EntryRow.objects.get()
    assert bytes(row.salt) == b""
    assert b"digest" not in bytes(row.body)
    assert b"a word that must not be seen" not in bytes(ReportRow.objects.get().sealed)


def test_the_same_key_and_body_give_the_same_answer_once(house):
    first = house.report(key="k1")
    house.later(minutes=5)
    again = house.report(key="k1")
    assert (again.outcome, again.entry.leaf, again.again) == (first.outcome, first.entry.leaf, True)
    assert ReportRow.objects.count() == 1


def test_the_same_key_for_something_else_is_a_conflict(house):
    house.report(title="one", key="k1")
    with pytest.raises(KeyReused):
        house.report(title="two", key="k1")
    assert ReportRow.objects.count() == 1


def test_another_actor_may_use_the_same_key(house):
    house.report(key="k1")
    house.report(key="k1", actor=house.outsider)
    assert ReportRow.objects.count() == 2


def test_what_is_refused_leaves_nothing(house):
    with pytest.raises(Invalid):
        house.report(title="  ")
    assert house.kinds() == []
    assert CompartmentRow.objects.count() == 0


def test_wherever_the_power_goes_nothing_or_all_of_it_happened(house):
    house.report()  # the first one fills caches, and so sends more
    places = statements(lambda: house.report(key="counted"))
    for statement in range(places):
        with pytest.raises(PowerCut), stop_before(statement):
            house.report(key="cut")
        assert ReportRow.objects.count() == EntryRow.objects.count() == CompartmentRow.objects.count() == 2
        kept = set(ReportRow.objects.values_list("id", flat=True))
        assert set(MarkRow.objects.values_list("object", flat=True)) == kept
        assert set(AudienceRow.objects.values_list("object", flat=True)) == kept
    assert house.report(key="cut").again is False


def test_two_that_race_with_one_key_get_one_answer(open_house: House):
    house, answers, together = open_house, [], threading.Barrier(2)

    def send():
        together.wait()
        answers.append(house.report(key="raced"))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({done.entry.leaf for done in answers}) == 1
    assert sorted(done.again for done in answers) == [False, True]
    with reading(SYSTEM):
        assert ReportRow.objects.count() == 1


def test_recording_is_one_statement(house):
    house.report()  # the first one fills caches
    with_key = statements(lambda: house.report(key="k"))
    assert with_key == statements(house.report) + 1  # looked for; remembered along with the entry


def test_reading_something_sealed_is_recorded_before_it_is_read_and_once_in_ten_minutes(house):
    from weir.clearinghouse.findings.reads import read_finding

    finding = house.correlate(house.report().outcome.id).id
    before = len(house.kinds())
    read_finding(house.coordinator, finding)
    read_finding(house.coordinator, finding)
    assert house.kinds()[before:] == ["ledger.note_reading"]
    assert ReadingRow.objects.filter(about=finding).count() == 1


def test_what_cannot_be_recorded_is_not_read(house, monkeypatch):
    from weir.clearinghouse.findings.reads import read_finding

    finding = house.correlate(house.report().outcome.id).id

    def no_entries(*_given, **_how):
        raise PowerCut

    monkeypatch.setattr(record, "keep_entry", no_entries)
    with pytest.raises(PowerCut):
        read_finding(house.coordinator, finding)


def test_what_the_database_refuses_is_said_in_the_words_of_django(house):
    with writing(), pytest.raises(IntegrityError), transaction.atomic():
        record.keep_entry((1, None, 1, "", "", "", 0, b"", b"", b""), (), last=False)


def test_an_entry_is_seen_by_whoever_did_it_and_whoever_may_see_its_object(house):
    done = house.report()
    assert reads.read_entry(house.finder, done.entry.id).about == done.outcome.id
    assert reads.read_entry(house.coordinator, done.entry.id).about == done.outcome.id
    for stranger in (house.outsider, house.nobody):
        with pytest.raises(NoSuchEntry):
            reads.read_entry(stranger, done.entry.id)


def test_keys_and_notes_that_served_their_time_are_let_go(house):
    from weir.clearinghouse.findings.reads import read_finding

    first = house.report(key="kept")
    read_finding(house.coordinator, house.correlate(first.outcome.id).id)
    house.later(days=29)
    assert sweep_notes(SYSTEM, now=house.now).keys == 0
    assert house.report(key="kept").again
    house.later(days=2)
    swept = sweep_notes(SYSTEM, now=house.now)
    assert (swept.keys, ReadingRow.objects.count()) == (1, 0)
    assert not house.report(key="kept").again


def told_of(actor, number):
    return reads.entries_about(actor, number).lines


def test_a_sender_is_told_the_day_of_the_first_opening_and_never_whose_it_was(house):
    number = house.report().outcome.id
    assert [line.kind for line in told_of(house.finder, number)] == ["intake.receive_report"]
    house.later(minutes=90)
    other = replace(house.coordinator, id="P-2026-CLLGE-T")
    for reader in (house.coordinator, other):
        witness(reader, "intake.read_report", number, house.now)
        house.later(minutes=60 * 24 * 3)
        witness(reader, "intake.read_report", number, house.now)
    first, *rest = reversed(told_of(house.finder, number))
    assert (first.kind, str(first.at), first.actor, first.leaf) == (READING, "2026-11-20T00:00:00.000Z", "", "")
    assert READING not in {line.kind for line in rest}
    seen = told_of(house.coordinator, number)
    assert [line.actor for line in seen if line.kind == READING] == [other.id, other.id, *[house.coordinator.id] * 2]


def test_what_says_who_opened_it_cannot_be_asked_for_by_its_leaf_either(house):
    number = house.report().outcome.id
    witness(house.coordinator, "intake.read_report", number, house.now)
    leaf = bytes(EntryRow.objects.get(kind=READING).leaf).hex()
    house.tick()
    for question in (reads.read_entry, reads.prove_entry, reads.receipt_of):
        with pytest.raises(NoSuchEntry):
            question(house.finder, leaf)
    with pytest.raises(NoSuchEntry):
        reads.first_entry_about(house.finder, number, READING)
    assert reads.read_entry(house.coordinator, leaf).actor == house.coordinator.id


def test_ones_own_readings_are_ones_own_to_see(house):
    number = house.report().outcome.id
    witness(house.finder, "intake.read_report", number, house.now)
    own = told_of(house.finder, number)[0]
    assert (own.kind, own.actor, own.at) == (READING, house.finder.id, house.now)
    assert reads.read_entry(house.finder, own.leaf).about == number
