# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection

from tests.worlds import workers
from tests.worlds.house import House
from tests.worlds.queue import MemoryQueue
from weir.clearinghouse.findings.reads import list_pairs
from weir.clearinghouse.intake.reads import list_reports
from weir.clearinghouse.intake.verbs import send_document
from weir.foundation.actor import SYSTEM
from weir.foundation.identity.verbs import sweep_ended
from weir.foundation.jobs import leases, reads
from weir.foundation.jobs.models import JobRow, LeaseRow, SetAsideRow
from weir.foundation.ledger import reads as ledger
from weir.kernel.errors import Refused, Unavailable
from weir.kernel.moments import Moment
from weir.shell.running import worker as workers_module
from weir.shell.running.worker import FENCED, Chore, Worker, declare, failure_of

pytestmark = pytest.mark.both_databases

FOUND = "findings.correlate_report"


@pytest.fixture
def house(transactional_db):
    """A house that commits for real, on a queue that nobody has used."""
    workers.fresh_queue()
    return House()


@pytest.fixture
def worker(house):
    """A worker in this process, whose queue and clock are the test's."""
    declare()
    worker = Worker(MemoryQueue(), "slot-1", clock=lambda: house.now)
    worker.begin()
    return worker


def pulse(worker, house, **later) -> None:
    house.later(**later)
    worker.pulse()
    worker.queue.deliver()


def test_a_report_becomes_a_finding_and_the_log_grows_without_anybody_asking(house, worker):
    report = house.report()
    pulse(worker, house, seconds=1)
    assert house.kinds().count(FOUND) == 1
    pulse(worker, house, seconds=5)
    assert ledger.prove_entry(house.finder, report.entry.id).checkpoint


def test_what_a_document_says_becomes_findings_and_the_like_of_a_report_is_brought_up(house, worker):
    """All that the flow does of itself, of both kinds of entrance at once."""
    title = "Prototype pollution in the merge function of made-up-merge lets attackers change every object"
    reported = house.report(title).outcome.id
    said = {"schema_version": "1.6.0", "id": "GHSA-aaaa-bbbb-cccc", "summary": title, "details": "A length is trusted."}
    made_up = {"affected": [{"package": {"ecosystem": "PyPI", "name": "made-up"}}]}
    send_document(house.outsider, "advisory.json", json.dumps(said | made_up), now=house.now)
    for _ in range(4):
        pulse(worker, house, seconds=20)
    lines = house.queue(house.coordinator)
    assert sorted((line.title, line.reports, line.items) for line in lines) == [(title, 0, 1), (title, 1, 0)]
    for _ in range(2):
        pulse(worker, house, minutes=1)
    [pair] = list_pairs(house.coordinator).lines
    assert {pair.finding, pair.other} == {line.id for line in lines}
    assert list_reports(house.finder).lines[0].id == reported
    assert SetAsideRow.objects.count() == 0


def test_a_chore_that_fails_stops_no_other_and_is_left_alone_longer_each_time(house, worker):
    failed: list[Moment] = []

    def fail(at: Moment) -> None:
        failed.append(at)
        raise OperationalError("the disk is full")

    worker.chores.insert(0, Chore("failing", timedelta(0), fail))
    house.report()
    for _ in range(120):
        pulse(worker, house, seconds=1)
    waits = [round((later - earlier).total_seconds()) for earlier, later in pairwise(failed)]
    assert waits == [2, 4, 8, 16, 30, 30]
    assert house.kinds().count(FOUND) == 1
    assert reads.workers(house.now)[0].trouble == "failing: The database did not do it (OperationalError)."


def test_a_trouble_that_is_over_is_no_longer_told(house, worker):
    state = {"broken": True}

    def fail(_: Moment) -> None:
        if state["broken"]:
            raise Unavailable

    worker.chores.append(Chore("failing", timedelta(0), fail))
    pulse(worker, house, seconds=1)
    assert worker.trouble.startswith("failing: ")
    state["broken"] = False
    pulse(worker, house, seconds=3)
    pulse(worker, house, seconds=3)
    assert reads.workers(house.now)[0].trouble == ""


def test_a_worker_that_was_taken_over_stops_itself_and_touches_nothing(house, worker):
    LeaseRow.objects.update(generation=7)
    house.report()
    pulse(worker, house, seconds=4)
    assert worker.end() == FENCED
    assert not JobRow.objects.exists()
    assert LeaseRow.objects.get().until > house.now


def test_what_passes_by_itself_is_told_from_what_does_not():
    assert failure_of(Unavailable("The mail server is away.")).passes
    assert failure_of(OperationalError("gone")).passes
    assert not failure_of(Refused()).passes
    assert not failure_of(KeyError("a secret")).passes


def test_no_failure_repeats_what_an_unforeseen_error_said():
    assert "secret" not in failure_of(KeyError("a secret")).sentence
    assert "secret" not in failure_of(OperationalError("a secret")).sentence


def test_hourly_chores_are_verbs_of_the_house(house):
    assert sweep_ended(SYSTEM, now=house.now) is not None


def test_sessions_that_ran_out_go_within_the_hour_and_those_that_live_stay(house, worker):
    Session.objects.create(session_key="over", session_data="", expire_date=house.now)
    Session.objects.create(session_key="lives", session_data="", expire_date=house.now + timedelta(hours=2))
    pulse(worker, house, seconds=1)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["lives"]
    pulse(worker, house, hours=1)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["lives"]
    pulse(worker, house, hours=1)
    assert not Session.objects.exists()


STOPS = [
    ("weir.foundation.jobs.leases.take", "after", 1),
    ("weir.foundation.jobs.progress.create", "after", 1),
    ("weir.foundation.jobs.gates.DurableQueue.wake", "before", 1),
    ("weir.foundation.jobs.gates.DurableQueue.wake", "after", 1),
    ("weir.foundation.jobs.progress.claim", "after", 1),
    ("weir.foundation.verb.Verb.perform", "after", 2),
    ("weir.foundation.jobs.progress.keep", "before", 1),
    ("weir.foundation.jobs.progress.keep", "after", 1),
]


def test_killed_between_any_two_steps_and_started_again_everything_is_done_once(house):
    for point, when, nth in STOPS:
        for _ in range(3):
            house.report()
        code, said = workers.ended(workers.start_armed(point, when, nth))
        assert code == -9, f"{when} {point}: {said}"
    with workers.running() as process:
        workers.until(lambda: house.kinds().count(FOUND) == 3 * len(STOPS) and reads.settled(), process)
        assert workers.stopped(process, within=10)[0] == 0
    assert house.kinds().count(FOUND) == 3 * len(STOPS)
    assert not SetAsideRow.objects.exists()


def test_what_a_dead_worker_had_in_hand_is_done_by_another_one(house):
    house.report()
    dead = workers.start_armed("weir.foundation.jobs.progress.keep", "before", executor="slot-1")
    assert workers.ended(dead)[0] == -9
    LeaseRow.objects.update(until=house.now - timedelta(days=1))  # as if half a minute had gone by
    with workers.running("slot-2") as process:
        workers.until(reads.settled, process)
        workers.until(lambda: not LeaseRow.objects.filter(executor="slot-1").exists(), process)
    assert house.kinds().count(FOUND) == 1


def test_a_second_worker_of_the_same_name_says_so_and_ends(house):
    with workers.running() as process:
        workers.until(LeaseRow.objects.exists, process)
        code, said = workers.ended(workers.start())
    assert code == 5
    assert "A worker already runs as slot-1" in said
    assert "Traceback" not in said


def test_a_worker_outlives_its_connections(house):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no server that could go away")
    with workers.running() as process:
        house.report()
        workers.until(lambda: house.kinds().count(FOUND) == 1, process)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        house.report()
        workers.until(lambda: house.kinds().count(FOUND) == 2, process)
        assert workers.stopped(process, within=10)[0] == 0


def test_the_fence_is_shorter_than_what_a_rescuer_waits_for():
    assert leases.RENEWED_EVERY * 3 < leases.LENGTH
    assert workers_module.FINISHES_WITHIN < 10
