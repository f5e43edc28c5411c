# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from tests.worlds.queue import MemoryQueue, means
from tests.worlds.stops import PowerCut, statements, stop_before
from weir.foundation.jobs import cursor, jobs, progress
from weir.foundation.jobs.models import CursorRow, JobRow, SetAsideRow
from weir.foundation.jobs.terms import Station
from weir.foundation.ledger.models import LogRow
from weir.foundation.ledger.sequencer import begin_log
from weir.foundation.transactions import writing
from weir.shell import flow, wiring

pytestmark = pytest.mark.both_databases

FOUND = "findings.correlate_report"

STATIONS = [station for station in flow.stations() if station.job == FOUND]


@pytest.fixture
def house(open_house):
    """Committed for real: on PostgreSQL a test's own open transaction would hold back the relay, as any other would."""
    flow.declare_jobs()
    cursor.begin(STATIONS)
    return open_house


def relayed(house) -> list[str]:
    cursor.relay(STATIONS, house.now)
    return told()


def told() -> list[str]:
    """What all batches are about."""
    return sorted(item[0] for row in JobRow.objects.all() for item in row.items)


def test_each_entry_of_its_kind_wakes_a_station_once_in_order(house):
    numbers = [str(house.report().outcome.id) for _ in range(3)]
    relayed(house)
    assert [item[0] for item in JobRow.objects.get().items] == numbers
    assert relayed(house) == sorted(numbers)
    numbers.append(str(house.report().outcome.id))
    assert relayed(house) == sorted(numbers)


def test_what_concerns_nobody_is_passed_and_read_once(house):
    report = house.report().outcome.id
    relayed(house)
    house.correlate(report)  # an entry of a kind that wakes nobody yet
    cursor.relay(STATIONS, house.now)
    assert statements(lambda: cursor.relay(STATIONS, house.now)) <= 4
    assert told() == [str(report)]


def test_a_report_becomes_a_finding_and_a_wake_up_too_many_changes_nothing(house):
    report = house.report().outcome.id
    queue = MemoryQueue()
    for _ in range(2):
        relayed(house)
        progress.send_due(queue, house.now)
        queue.deliver(lambda job: jobs.run(job, "one", means(house.now)))
        CursorRow.objects.update(transaction=0, entry=0)  # as if the cursor had never moved
    assert house.kinds().count(FOUND) == 1
    assert house.kinds() == ["intake.receive_report", "findings.correlate_report"]
    assert JobRow.objects.count() == 2
    assert not SetAsideRow.objects.exists()
    assert told() == [str(report)] * 2


def test_wherever_the_relay_stops_no_entry_is_passed_untold_or_told_unpassed(house):
    house.report()
    house.report()
    for statement in range(statements_of_a_relay(house)):
        with pytest.raises(PowerCut), stop_before(statement):
            cursor.relay(STATIONS, house.now)
        assert not JobRow.objects.exists()
        assert CursorRow.objects.get().entry == 0
    assert len(relayed(house)) == 2


def statements_of_a_relay(house) -> int:
    """As many places to stop at; the relay that is counted is undone."""

    def relay_and_undo() -> None:
        with transaction.atomic():
            cursor.relay(STATIONS, house.now)
            transaction.set_rollback(True)

    return statements(relay_and_undo) - 2  # the savepoint of the relay inside this transaction, and its end


def test_an_entry_still_in_flight_is_not_passed(house):
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite there is one writer at a time")
    begun, go_on = threading.Event(), threading.Event()

    def slow_verb() -> None:
        with writing():
            slow.append(str(house.report("the slow one").outcome.id))
            begun.set()
            go_on.wait(20)
        connection.close()

    slow: list[str] = []
    thread = threading.Thread(target=slow_verb)
    thread.start()
    assert begun.wait(20)
    quick = str(house.report("a later id that commits first").outcome.id)
    seen_meanwhile = relayed(house)
    go_on.set()
    thread.join(20)
    assert quick not in seen_meanwhile
    assert relayed(house) == sorted([*slow, quick])


def test_several_workers_that_relay_at_once_tell_each_entry_once(house):
    numbers = {str(house.report().outcome.id) for _ in range(20)}
    start = threading.Barrier(4)
    errors: list[DatabaseError] = []

    def relay() -> None:
        try:
            start.wait(20)
            cursor.relay(STATIONS, house.now)
        except DatabaseError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=relay) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert len(told()) == 20
    assert set(told()) == numbers


def test_a_log_that_follows_another_is_read_after_it(house):
    first = str(house.report().outcome.id)
    begin_log("the.next.example", house.now)
    wiring.open_log.cache_clear()
    second = str(house.report().outcome.id)
    for _ in range(3):
        relayed(house)
    assert told() == sorted([first, second])
    assert CursorRow.objects.get().log == LogRow.objects.get(ended=False).id


def test_a_station_that_is_new_hears_of_everything_that_ever_happened(house):
    house.report()
    relayed(house)
    CursorRow.objects.all().delete()
    JobRow.objects.all().delete()
    cursor.begin(STATIONS)
    cursor.begin(STATIONS)
    assert len(relayed(house)) == 1


def test_two_stations_of_one_name_are_refused_before_either_reads(house):
    """They would share a cursor, and one of them would never be woken."""
    with pytest.raises(RuntimeError, match="one name each"):
        cursor.begin([Station("one", "b.first", "a.verb"), Station("one", "b.second", "a.verb")])
