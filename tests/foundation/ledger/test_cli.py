# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import http.client
import json
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection

from tests.worlds import workers
from tools.postgres import free_port
from weir.foundation.jobs.models import LeaseRow
from weir.foundation.ledger import reads
from weir.foundation.ledger.gates import presence
from weir.foundation.ledger.models import BatchRow, CheckpointRow, EntryRow, LogRow, PlacementRow, TileRow
from weir.foundation.ledger.reads.verification import verify
from weir.foundation.ledger.terms import Cursor, LogBehind, LogNotBehind, StillRunning
from weir.kernel.errors import Conflict
from weir.shell import wiring
from weir.shell.commands.root import weir
from weir.shell.exits import EXIT

pytestmark = pytest.mark.both_databases


@pytest.fixture
def house(open_house):
    """Committed for real: on PostgreSQL a test's own transaction would hold back the sequencer."""
    yield open_house
    wiring.open_log.cache_clear()


@pytest.fixture
def behind(house):
    """As after an older backup was put back by hand: one tick was published that the database does not know."""
    house.report()
    house.tick()
    house.tick()
    house.report()
    LogRow.objects.update(size=1)
    BatchRow.objects.filter(tick=1).delete()
    CheckpointRow.objects.all().delete()
    tile = TileRow.objects.get()
    TileRow.objects.update(hashes=bytes(tile.hashes)[:32])
    wiring.open_log.cache_clear()  # the command is a process of its own, which has written nothing yet
    return house


def ticked(house):
    """A log that was begun by the clock of this machine, ticking by the house's."""
    wiring.open_log.cache_clear()
    LogRow.objects.filter(ended=False).update(next_tick_at=house.now)
    return house.tick()


def run(*arguments):
    return CliRunner().invoke(weir, ["ledger", *arguments], catch_exceptions=False)


def test_a_whole_ledger_is_told_in_numbers(house):
    house.report()
    house.tick()
    house.report()
    done = run("verify")
    assert done.exit_code == 0
    assert "2 entries (0 erased, 1 waiting) in 1 ticks. Everything holds." in done.stdout
    assert json.loads(run("verify", "--json").stdout)["faults"] == []


def test_an_entry_at_fault_is_named_and_the_exit_code_is_1(house):
    house.report()
    row = EntryRow.objects.get()
    EntryRow.objects.update(actor="P-2026-7K3QM-X")
    done = run("verify")
    assert done.exit_code == 1
    assert f"entry {row.id} (" in done.stdout


def test_progress_goes_to_stderr_so_that_stdout_is_json_alone(house):
    house.report()
    assert json.loads(run("verify", "--json").stdout)["entries"] == 1


def test_a_log_that_is_behind_goes_on_under_another_name_and_keeps_every_entry(behind):
    old = LogRow.objects.get()
    published = reads.notary().last_published()
    with pytest.raises(LogBehind):
        behind.tick()
    assert f"{old.origin}/2 goes on from here" in run("continue").stdout
    ticked(behind)
    assert LogRow.objects.get(ended=False).continues == published
    assert PlacementRow.objects.count() == EntryRow.objects.count() == 3
    assert verify().faults == []


def test_what_waited_comes_first_in_the_new_log_and_before_all_that_follows(behind):
    run("continue")
    wiring.open_log.cache_clear()
    later = behind.report()
    ticked(behind)
    log = LogRow.objects.get(ended=False)
    cursor = Cursor(log.id)
    order = [line.kind for line in reads.lines_after(cursor, 10)]
    assert order == ["intake.receive_report", "ledger.note_continuation", "intake.receive_report"]
    assert reads.lines_after(cursor, 10)[-1].leaf == later.entry.leaf


def test_a_log_that_is_whole_is_not_continued(house):
    house.tick()
    done = run("continue")
    assert (done.exit_code, done.stderr.partition("\n")[0]) == (EXIT[Conflict], f"weir: {LogNotBehind().sentence}")
    assert LogRow.objects.count() == 1


@pytest.fixture
def worker(behind):
    workers.fresh_queue()
    with workers.running() as process:
        workers.until(LeaseRow.objects.exists, process)
        yield process


@pytest.fixture
def web(behind):
    port = free_port()
    process = workers.start_web(port)
    workers.until(lambda: is_served(port), process)
    yield process
    process.kill()
    process.communicate()


def is_served(port):
    """Whatever comes of it the socket is closed: on a slow machine the answer may not come in time."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as link:
        try:
            link.request("GET", "/healthz")
            link.getresponse().read()
        except OSError:
            return False
    return True


def refused():
    done = run("continue")
    assert (done.exit_code, done.stderr.partition("\n")[0]) == (EXIT[Conflict], f"weir: {StillRunning().sentence}")
    assert LogRow.objects.count() == 1
    return True


def went_on():
    return "goes on from here" in run("continue").stdout


def refuses_until_killed(process):
    assert refused()
    process.kill()
    process.wait()
    workers.until(went_on)


def test_it_refuses_while_a_worker_runs_and_goes_on_once_that_was_killed(worker):
    refuses_until_killed(worker)


def test_it_refuses_while_a_web_server_runs_and_goes_on_once_that_was_killed(web):
    refuses_until_killed(web)


def test_a_process_whose_connections_were_cut_is_still_seen(worker):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connections that could be cut")
    # At work, and not still laying out its queue: whoever loses the database in the middle of that ends, rightly.
    first = LeaseRow.objects.get().seen_at
    workers.until(lambda: LeaseRow.objects.exclude(seen_at=first).exists(), worker)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(StillRunning), presence.alone():
        pass


def waits(process):
    """Whether this process stands before the lock: the kernel's word on SQLite, the server's on PostgreSQL."""
    if connection.vendor != "postgresql":
        return any(
            "-> FLOCK" in line and f" {process.pid} " in line for line in Path("/proc/locks").read_text().splitlines()
        )
    with connection.cursor() as cursor:
        cursor.execute(presence._WAITING, [presence._KEY])
        return cursor.fetchone()[0] == 1


def test_who_starts_meanwhile_waits_until_it_is_over(behind):
    workers.fresh_queue()
    with ExitStack() as stack:
        stack.enter_context(presence.alone())
        with workers.running() as process:
            workers.until(lambda: waits(process), process)
            assert not LeaseRow.objects.exists()
            stack.close()
            workers.until(LeaseRow.objects.exists, process)


def test_starting_again_goes_on_with_the_newest_log(behind):
    run("continue")
    wiring.begin()
    assert list(LogRow.objects.order_by("id").values_list("ended", flat=True)) == [True, False]


def test_an_instance_that_was_renamed_goes_on_under_its_new_name(house, settings):
    waiting = house.report()
    house.tick()
    settings.INSTANCE = "weir.example"
    house.report()
    wiring.begin()
    log = LogRow.objects.get(ended=False)
    assert (log.origin, "weir.invalid" in log.continues) == ("weir.example", True)
    ticked(house)
    assert PlacementRow.objects.count() == 2
    assert reads.prove_entry(house.finder, waiting.entry.id).checkpoint.startswith("weir.invalid\n")
    assert verify().faults == []
