# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from tests.worlds.queue import NOON
from weir.foundation.jobs import leases, reads
from weir.foundation.jobs.gates import Processes
from weir.foundation.jobs.terms import Process, SlotNotYetFree, SlotTaken
from weir.kernel.moments import Moment

pytestmark = pytest.mark.both_databases

HERE, ALSO_HERE, ELSEWHERE = Process("one/1", 10, 100), Process("one/1", 11, 110), Process("two/1", 10, 100)


def at(**later: float) -> Moment:
    return Moment.of(NOON + timedelta(**later))


def take(name: str = "slot-1", process: Process = HERE, now: Moment = NOON, *, gone: bool = False):
    return leases.take(name, process, now, is_gone=lambda _: gone)


class Resumed(list[str]):
    """The queue's part in a rescue: whose work was given back; three batches each."""

    def __call__(self, executor: str) -> int:
        self.append(executor)
        return 3


def test_a_second_worker_of_the_same_name_is_refused_with_a_sentence(db):
    take()
    with pytest.raises(SlotTaken) as no:
        take(process=ALSO_HERE)
    assert no.value.sentence == "A worker already runs as slot-1 (process 10 on one)."
    assert "WEIR_EXECUTOR" in no.value.hint


def test_a_holder_on_this_host_that_is_known_to_be_gone_need_not_be_waited_for(db):
    first = take()
    second = take(process=ALSO_HERE, gone=True)
    assert second.generation > first.generation


def test_a_holder_on_another_host_is_waited_for_until_its_lease_ends(db):
    take(process=ELSEWHERE)
    with pytest.raises(SlotNotYetFree):
        take(now=at(seconds=14))
    assert take(now=at(seconds=15)).generation == 2


def test_a_lease_that_is_renewed_does_not_end(db):
    lease = take()
    for second in range(3, 60, 3):
        lease = leases.renew(lease, at(seconds=second))
        assert lease
    with pytest.raises(SlotTaken):
        take(process=ALSO_HERE, now=at(seconds=58))


def test_whoever_was_taken_over_finds_out_at_the_next_renewal(db):
    first = take()
    take(process=ELSEWHERE, now=at(seconds=16))
    assert leases.renew(first, at(seconds=17)) is None
    leases.release(first)
    with pytest.raises(SlotTaken):
        take(now=at(seconds=17))


def test_a_slot_that_was_given_up_is_free_at_once(db):
    leases.release(take())
    assert take(process=ELSEWHERE).generation == 2


def test_what_a_dead_worker_had_in_hand_is_given_back_once_and_its_slot_forgotten(db):
    dead = take("slot-2", ELSEWHERE)
    mine = take(now=at(seconds=30))
    resumed = Resumed()
    assert leases.rescue(mine, resumed, at(seconds=30)) == 3
    assert leases.rescue(mine, resumed, at(seconds=30)) == 0
    assert resumed == ["slot-2"]
    assert leases.renew(dead, at(seconds=31)) is None


def test_nobody_alive_is_rescued(db):
    take("slot-2", ELSEWHERE)
    mine = take()
    assert leases.rescue(mine, lambda _: pytest.fail("it lives"), at(seconds=14)) == 0
    assert leases.rescue(mine, lambda _: pytest.fail("that is this one itself"), at(seconds=15)) == 0


def test_a_rescue_that_stops_half_way_is_done_again_when_its_hold_ends(db):
    dead = take("slot-2", ELSEWHERE)
    mine = take(now=at(seconds=30))

    def stop(_: str) -> int:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        leases.rescue(mine, stop, at(seconds=30))
    assert leases.renew(dead, at(seconds=30)) is None  # it was fenced before anything was given back
    assert leases.rescue(mine, lambda _: 1, at(seconds=31)) == 0
    assert leases.rescue(mine, lambda _: 1, at(seconds=50)) == 1


def test_while_one_rescues_no_other_does(db):
    take("slot-2", ELSEWHERE)
    mine, another = take(now=at(seconds=30)), take("slot-3", now=at(seconds=30))

    def meanwhile(executor: str) -> int:
        assert leases._rescue_one(executor, lambda _: pytest.fail("twice"), at(seconds=31)) == 0
        return 1

    assert leases.rescue(mine, meanwhile, at(seconds=30)) == 1
    assert leases.rescue(another, meanwhile, at(seconds=32)) == 0


def test_of_two_rescuers_one_rescues(transactional_db):
    take("slot-2", ELSEWHERE)
    rescued = Resumed()
    start = threading.Barrier(4)

    def rescue(name: str) -> None:
        mine = leases.take(name, HERE, at(seconds=30), is_gone=lambda _: False)
        start.wait(20)
        leases.rescue(mine, rescued, at(seconds=30))
        connection.close()

    threads = [threading.Thread(target=rescue, args=(f"rescuer-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert rescued == ["slot-2"]


def test_of_two_that_start_in_the_same_instant_one_starts(transactional_db):
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def begin(pid: int) -> None:
        start.wait(20)
        try:
            leases.take("slot-1", Process("one/1", pid, pid), NOON, is_gone=lambda _: False)
            outcomes.append("runs")
        except SlotTaken:
            outcomes.append("refused")
        connection.close()

    threads = [threading.Thread(target=begin, args=(pid,)) for pid in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["refused", "refused", "refused", "runs"]


def test_doctor_sees_who_is_alive_and_what_ails_them(db):
    lease = take()
    leases.renew(lease, at(seconds=3), "relay: The database did not do it.")
    seen = reads.workers(at(seconds=4))[0]
    assert (seen.executor, seen.alive, seen.trouble) == ("slot-1", True, "relay: The database did not do it.")
    assert not reads.workers(at(minutes=1))[0].alive


def test_a_process_is_known_by_when_it_was_born_since_pids_come_again():
    processes = Processes()
    me = processes.mine()
    assert not processes.is_gone(me)
    assert processes.is_gone(Process(me.host, me.pid, me.born + 1))
    assert not processes.is_gone(Process("another host/1", 1, 1))


def test_a_child_that_ended_is_gone_even_before_it_was_waited_for():
    processes = Processes()
    inside, outside = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(inside, 1)
        os._exit(0)
    born = int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[19])
    alive = Process(processes.mine().host, child, born)
    assert not processes.is_gone(alive)
    os.write(outside, b"x")
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert processes.is_gone(alive)
    os.waitpid(child, 0)
    os.close(inside)
    os.close(outside)
