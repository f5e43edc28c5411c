# SPDX-License-Identifier: Apache-2.0
"""The real queue, each time in a process of its own, since the library is one to a process."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy
from django.conf import settings

from weir.foundation.jobs.gates import PlainJson, _engine, queue_url

LISTEN = """
import sys, threading
from weir.foundation.jobs.gates import DurableQueue

def look(job):
    print("looks at", job, flush=True)
    if job.startswith("long"):
        threading.Event().wait()
    if job.startswith("bad"):
        raise ValueError("a sentence with a secret")

queue = DurableQueue(sys.argv[1], sys.argv[2])
queue.listen(look, at_once=2)
print("listens", flush=True)
for line in sys.stdin:
    word, *rest = line.split()
    if word == "wake":
        queue.wake(rest[0], rest[1])
        print("woken", flush=True)
    elif word == "pending":
        print("pending", *sorted(queue.pending(rest)), flush=True)
    elif word == "resume":
        print("resumed", queue.resume(rest[0]), flush=True)
    elif word == "close":
        queue.close()
        print("closed", flush=True)
        break
"""


class Listener:
    """A process that listens to the real queue and does what it is told by line."""

    def __init__(self, url: str, executor: str = "slot-1") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", LISTEN, url, executor],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        self.hears("listens")

    def hears(self, line: str) -> None:
        """Reads on until it says so. A watchdog ends a process that never does."""
        assert self.process.stdout
        watchdog = threading.Timer(60, self.process.kill)
        watchdog.start()
        try:
            for said in self.process.stdout:
                if said.strip() == line:
                    return
        finally:
            watchdog.cancel()
        assert self.process.stderr
        pytest.fail(f"{line!r} was never said. {self.process.stderr.read()[-2000:]}")

    def say(self, line: str, answer: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        self.hears(answer)

    def settles(self, names: str) -> None:
        """Asks until nothing of these is in hand any more: looking at a job comes before it is done with."""
        assert self.process.stdin
        assert self.process.stdout
        for _ in range(600):
            self.process.stdin.write(f"pending {names}\n")
            self.process.stdin.flush()
            said = next(line for line in self.process.stdout if line.startswith("pending"))
            if said.strip() == "pending":
                return
            threading.Event().wait(0.1)
        pytest.fail(f"{names} never settled")

    def kill(self) -> str:
        self.process.kill()
        return self.process.communicate()[1]


@pytest.fixture
def url(tmp_path, db):
    """A queue of its own: a fresh file, or a schema that is dropped again."""
    url = queue_url(settings.DATABASES["default"], tmp_path)
    yield url
    if not url.startswith("sqlite"):
        engine = sqlalchemy.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sqlalchemy.text("DROP SCHEMA IF EXISTS weir_jobs CASCADE"))
        engine.dispose()


@pytest.mark.both_databases
def test_what_a_killed_worker_had_in_hand_comes_back_to_its_slot_or_is_given_to_another(url):
    first = Listener(url, "slot-1")
    first.say("wake long-1 name-1", "looks at long-1")
    first.say("wake long-1 name-1", "woken")
    assert "secret" not in first.kill()
    second = Listener(url, "slot-1")
    second.hears("looks at long-1")
    second.say("pending name-1 name-2", "pending name-1")
    second.kill()
    third = Listener(url, "slot-2")
    third.say("resume slot-1", "resumed 1")
    third.hears("looks at long-1")
    third.kill()


def test_nothing_that_lies_in_the_queue_is_pickled_and_no_error_tells_what_it_was_about(url, tmp_path):
    listener = Listener(url)
    listener.say("wake bad-1 name-1", "looks at bad-1")
    listener.say("wake good-1 name-2", "looks at good-1")
    listener.settles("name-1 name-2")
    listener.say("close", "closed")
    listener.process.communicate()
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        rows = connection.exec_driver_sql(
            "SELECT inputs, output, error, serialization, application_version, status FROM workflow_status"
        ).fetchall()
    engine.dispose()
    assert sorted(row.status for row in rows) == ["ERROR", "SUCCESS"]
    for row in rows:
        assert row.serialization == "weir_json"
        assert row.application_version == "1"
        assert all(json.loads(text) is not ... for text in (row.inputs, row.output, row.error) if text)
        assert "secret" not in str(tuple(row))


def test_a_row_that_asks_for_pickle_is_never_obeyed(url, tmp_path):
    listener = Listener(url)
    listener.say("wake good-1 name-1", "looks at good-1")
    listener.say("close", "closed")
    listener.process.communicate()
    trap = tmp_path / "the trap went off"
    code = f"cos\nsystem\n(S'touch \"{trap}\"'\ntR."
    import base64

    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE workflow_status SET inputs = ?, serialization = 'py_pickle', status = 'ENQUEUED', output = NULL",
            (base64.b64encode(code.encode()).decode(),),
        )
    engine.dispose()
    second = Listener(url)
    second.say("wake good-2 name-2", "looks at good-2")
    second.settles("name-2")
    second.kill()
    assert not trap.exists()


def test_sqlite_of_any_age_knows_the_time_that_the_librarys_tables_ask_for(tmp_path):
    """From Python 3.12 on they do; before 3.42 SQLite answers NULL, and no worker could start."""
    engine = _engine(f"sqlite:///{tmp_path / 'queue.sqlite'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (at INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000), n)")
        connection.exec_driver_sql("INSERT INTO t (n) VALUES (1)")
        at, now = connection.exec_driver_sql("SELECT at, 1000 * CAST(strftime('%s', 'now') AS INTEGER) FROM t").one()
    engine.dispose()
    assert now - 60_000 < at <= now + 1_000


@pytest.mark.parametrize("value", [b"bytes", object(), {1, 2}, float("nan"), Path("x")])
def test_what_is_not_json_does_not_go_into_the_queue(value):
    with pytest.raises((TypeError, ValueError)):
        PlainJson().serialize({"args": [value]})


def test_the_address_of_the_queue_names_socket_folders_passwords_and_ports_as_the_database_does():
    base = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "weir",
        "USER": "we ir",
        "PASSWORD": "p@ss/w",
        "PORT": "",
    }
    url = sqlalchemy.make_url(queue_url({**base, "HOST": "db.example", "PORT": "5433"}, Path("/x")))
    assert (url.username, url.password, url.host, url.port, url.database) == (
        "we ir",
        "p@ss/w",
        "db.example",
        5433,
        "weir",
    )
    assert sqlalchemy.make_url(queue_url({**base, "HOST": "/run/sockets"}, Path("/x"))).query == {
        "host": "/run/sockets"
    }
