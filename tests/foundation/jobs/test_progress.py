# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from tests.worlds.queue import NOON, MemoryQueue, means
from tests.worlds.stops import PowerCut, statements, stop_before
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs import jobs, progress, reads, rules
from weir.foundation.jobs.models import JobRow, SetAsideRow, WokenRow
from weir.foundation.jobs.terms import AlreadyOver, Due, Item, JobState, NoSuchJob, NotSetAside, SetAsideId
from weir.foundation.jobs.verbs import cancel_job, retry_set_aside
from weir.foundation.transactions import writing
from weir.kernel.errors import Invalid, Unavailable
from weir.kernel.moments import Moment

pytestmark = pytest.mark.both_databases


class Heap:
    """A job that writes down what it did, refuses what is named bad, and is not ready for what is named later."""

    def __init__(self) -> None:
        self.did: list[tuple[str, str]] = []
        self.ready = False
        self.mended = False

    def __call__(self, item: str, *, key: str, now: Moment) -> None:
        if item.startswith("bad") and not self.mended:
            raise Invalid(f"{item} cannot be read.")
        if item.startswith("later") and not self.ready:
            raise Unavailable("The mail server does not answer.")
        self.did.append((item, key))


@pytest.fixture
def heap(monkeypatch):
    heap = Heap()
    monkeypatch.setitem(jobs.JOBS, "heap.add", heap)
    return heap


@pytest.fixture
def queue():
    return MemoryQueue()


def made(*names: str, job: str = "heap.add") -> JobRow:
    with writing():
        progress.create(job, [Item(name, f"key of {name}") for name in names], NOON)
    return JobRow.objects.order_by("-id")[0]


def work(queue: MemoryQueue, at: Moment = NOON, *, runner: str = "one", stop_after: int = 10**9) -> None:
    progress.send_due(queue, at)
    queue.deliver(lambda job: jobs.run(job, runner, means(at, stop_after=stop_after)))


def at(**later: float) -> Moment:
    return Moment.of(NOON + timedelta(**later))


def test_every_item_is_done_once_in_order_under_its_key(db, heap, queue):
    names = [f"item {n}" for n in range(45)]
    made(*names)
    work(queue)
    assert heap.did == [(name, f"key of {name}") for name in names]
    assert reads.settled()


def test_large_work_becomes_batches_of_two_hundred(db):
    made(*(str(n) for n in range(450)))
    assert sorted(JobRow.objects.values_list("total", flat=True)) == [50, 200, 200]


def test_a_bad_item_is_set_aside_with_its_sentence_and_stops_nobody(db, heap, queue):
    made("a", "bad one", "b")
    work(queue)
    assert [name for name, _ in heap.did] == ["a", "b"]
    assert list(SetAsideRow.objects.values_list("item", "sentence")) == [("bad one", "bad one cannot be read.")]
    assert reads.settled()


def test_what_is_not_ready_comes_again_later_and_only_that(db, heap, queue):
    made("a", "later", "b")
    work(queue)
    work(queue, at(seconds=1))
    assert [name for name, _ in heap.did] == ["a", "b"]
    heap.ready = True
    work(queue, at(seconds=2))
    assert [name for name, _ in heap.did] == ["a", "b", "later"]
    assert not SetAsideRow.objects.exists()


def test_patience_ends_and_then_a_person_is_asked(db, heap, queue):
    made("later")
    now = NOON
    for turn in range(1, rules.MOST_TURNS + 1):
        now = Moment.of(now + rules.wait_before(turn))
        work(queue, now)
    assert SetAsideRow.objects.get().sentence == "The mail server does not answer."
    assert reads.settled()


def test_a_job_that_this_release_does_not_have_is_said_and_set_aside(db, queue):
    made("a", job="gone.with_the_last_release")
    work(queue)
    assert "gone.with_the_last_release" in SetAsideRow.objects.get().sentence


def test_a_batch_that_ends_every_worker_is_set_aside(db, heap):
    row = made("a", "b")
    for start in range(rules.MOST_STARTS):
        assert progress.claim(str(row.id), f"worker {start}", NOON)
    jobs.run(str(row.id), "the last one", means())
    assert heap.did == []
    assert SetAsideRow.objects.count() == 2


def test_a_worker_that_stops_lets_go_and_the_next_one_goes_on(db, heap, queue):
    made(*(str(n) for n in range(30)))
    with pytest.raises(jobs.Stopping):
        work(queue, stop_after=25)
    assert len(heap.did) == 25
    queue.resume("slot-1")
    work(queue, runner="two")
    assert [name for name, _ in heap.did] == [str(n) for n in range(30)]


def test_whoever_lost_a_batch_cannot_tell_of_it(db, heap):
    row = made("a", "b")
    first = progress.claim(str(row.id), "one", NOON)
    second = progress.claim(str(row.id), "two", NOON)
    assert first
    assert second
    assert not progress.keep(first, [(first.left[0], None)], NOON)
    assert progress.keep(second, [(item, None) for item in second.left], NOON)
    row.refresh_from_db()
    assert (row.state, row.done) == (JobState.DONE, 2)


def test_a_batch_is_not_told_before_it_is_due(db, heap, queue):
    with writing():
        progress.create("heap.add", [Item("a", "k")], NOON, turn=2)
    assert progress.send_due(queue, at(seconds=1)) == 0
    assert progress.send_due(queue, at(seconds=2)) == 1


def test_stopped_between_queue_and_row_the_same_wake_up_is_told_again_and_heard_once(transactional_db, heap, queue):
    made("a")
    with pytest.raises(PowerCut), stop_before(1):
        progress.send_due(queue, NOON)
    assert JobRow.objects.get().state == JobState.WAITING
    progress.send_due(queue, NOON)
    assert len(queue.told) == 2
    assert queue.deliver(lambda job: jobs.run(job, "one", means())) == 1
    assert [name for name, _ in heap.did] == ["a"]


def test_a_queue_that_forgot_everything_is_told_again(db, heap, queue):
    made("a")
    progress.send_due(queue, NOON)
    queue.lose()
    assert progress.wake_lost(queue, at(seconds=5)) == 0
    assert progress.wake_lost(queue, at(seconds=31)) == 1
    work(queue, at(seconds=31))
    assert [name for name, _ in heap.did] == ["a"]


def test_a_wake_up_that_the_queue_gave_up_is_told_again_under_another_name(db, heap, queue):
    made("a")
    progress.send_due(queue, NOON)
    queue.give_up()
    progress.wake_lost(queue, at(seconds=31))
    work(queue, at(seconds=31))
    assert [name for name, _ in heap.did] == ["a"]
    assert len(set(queue.told)) == 2


def test_a_batch_that_is_being_done_is_not_lost_however_long_it_takes(db, heap, queue):
    made("a")
    progress.send_due(queue, NOON)
    assert progress.wake_lost(queue, at(days=1)) == 0


@pytest.mark.parametrize("statement", range(9))
def test_wherever_keeping_stops_nothing_is_half_kept(transactional_db, heap, statement):
    row = made("a", "bad", "later")
    batch = progress.claim(str(row.id), "one", NOON)
    assert batch
    tried = [(item, means().attempt(partial(heap, item.id, key=item.key, now=NOON))) for item in batch.left]
    with stop_before(statement):
        try:
            progress.keep(batch, tried, NOON)
            kept = True
        except PowerCut:
            kept = False
    row.refresh_from_db()
    told = (row.done, SetAsideRow.objects.count(), JobRow.objects.count())
    assert told == ((3, 1, 2) if kept else (0, 0, 1))


def test_keeping_has_no_more_places_to_stop_at_than_were_tried(transactional_db, heap):
    row = made("a", "bad", "later")
    batch = progress.claim(str(row.id), "one", NOON)
    assert batch
    tried = [(item, means().attempt(partial(heap, item.id, key=item.key, now=NOON))) for item in batch.left]
    assert statements(lambda: progress.keep(batch, tried, NOON)) < 9


def test_a_due_row_is_told_once_for_each_date(db, heap, queue, monkeypatch):
    due = [Due("one", NOON), Due("two", NOON)]
    monkeypatch.setitem(jobs.DUE, "heap.rows", jobs.DueRows("heap.add", lambda _: due))
    assert jobs.wake_due("heap.rows", NOON) == 2
    assert jobs.wake_due("heap.rows", NOON) == 0
    due.append(Due("three", NOON))
    assert jobs.wake_due("heap.rows", NOON) == 1
    due[:] = [Due("two", at(days=1))]
    assert jobs.wake_due("heap.rows", at(days=1)) == 1
    work(queue, at(days=1))
    assert sorted(name for name, _ in heap.did) == ["one", "three", "two", "two"]
    assert len({key for _, key in heap.did}) == 4


def test_what_ended_a_month_ago_is_forgotten_and_nothing_else(db, heap, queue, monkeypatch):
    monkeypatch.setitem(jobs.DUE, "heap.rows", jobs.DueRows("heap.add", lambda _: [Due("one", NOON)]))
    jobs.wake_due("heap.rows", NOON)
    made("later")
    work(queue)
    assert progress.forget_old(at(days=29)) == 0
    assert progress.forget_old(at(days=31)) == 2
    assert not WokenRow.objects.exists()
    assert JobRow.objects.get().turn == 2


def test_a_person_tries_again_what_was_set_aside_under_the_same_key(house, heap, queue, administrator):
    made("bad")
    work(queue)
    number = SetAsideId(SetAsideRow.objects.get().number)
    heap.mended = True
    retry_set_aside(administrator, number, now=NOON)
    work(queue)
    assert heap.did == [("bad", "key of bad")]
    with pytest.raises(NotSetAside):
        retry_set_aside(administrator, number, now=NOON)


def test_a_cancelled_batch_goes_no_further_and_what_it_did_stays(house, heap, queue, administrator):
    row = made(*(str(n) for n in range(30)))
    batch = progress.claim(str(row.id), "one", NOON)
    assert batch
    progress.keep(batch, [(item, None) for item in batch.left[:20]], NOON)
    assert cancel_job(administrator, str(row.id), now=NOON).done == 20
    assert not progress.keep(batch, [(batch.left[20], None)], NOON)
    work(queue)
    assert heap.did == []
    with pytest.raises(AlreadyOver):
        cancel_job(administrator, str(row.id), now=NOON)


@pytest.mark.parametrize("name", ["", "J-1", "0198f000-0000-7000-8000-000000000000"])
def test_a_job_that_never_was_is_missing(house, administrator, name):
    with pytest.raises(NoSuchJob):
        cancel_job(administrator, name, now=NOON)


def test_status_shows_how_far_each_batch_has_come(house, heap, queue, administrator):
    made(*(str(n) for n in range(30)))
    with pytest.raises(jobs.Stopping):
        work(queue, stop_after=25)
    made("bad")
    work(queue)
    told = reads.status(administrator)
    assert [(job.done, job.total, job.state) for job in told.jobs] == [(25, 30, JobState.RUNNING)]
    assert told.set_aside == 1
    assert [line.item for line in reads.list_set_aside(administrator).lines] == ["bad"]


def test_what_is_set_aside_is_read_page_by_page(house, heap, queue, administrator):
    made(*(f"bad {n}" for n in range(120)))
    work(queue)
    seen, after = [], ""
    while True:
        page = reads.list_set_aside(administrator, after)
        seen += [line.item for line in page.lines]
        if not (after := page.after):
            break
    assert sorted(seen) == sorted(f"bad {n}" for n in range(120))


def test_nobody_but_administrators_sees_what_jobs_are_about(house, heap):
    from weir.kernel.errors import WeirError

    for actor in (house.finder, house.coordinator, house.nobody, SYSTEM):
        with pytest.raises(WeirError):
            reads.status(actor)
        with pytest.raises(WeirError):
            reads.list_set_aside(actor)
