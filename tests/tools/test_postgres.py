# SPDX-License-Identifier: Apache-2.0
"""The cluster for tests: its own, as durable as asked, without power, and gone afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psycopg
import pytest

from tests.horizon import left_open
from tools.postgres import VARIABLE, cluster

ROOT = Path(__file__).parents[2]
TOOL = [sys.executable, str(ROOT / "tools/postgres.py"), "run"]


def one(connection, question):
    return connection.execute(question).fetchone()


@pytest.fixture(scope="module")
def fast():
    with cluster() as url, psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_the_role_owns_its_database_and_is_no_superuser(fast):
    question = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert one(fast, question) == (False, False, False, True)
    owner = "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = current_database()"
    assert one(fast, owner) == (True,)


def test_row_security_binds_the_role_once_forced(fast):
    fast.execute("CREATE TABLE secret (word text)")
    fast.execute("INSERT INTO secret VALUES ('weir')")
    fast.execute("ALTER TABLE secret ENABLE ROW LEVEL SECURITY")
    fast.execute("ALTER TABLE secret FORCE ROW LEVEL SECURITY")
    assert one(fast, "SELECT count(*) FROM secret") == (0,)


def test_it_may_make_the_databases_that_workers_need(fast):
    fast.execute("CREATE DATABASE test_weir_gw0")
    fast.execute("DROP DATABASE test_weir_gw0")


def test_it_is_fast_for_tests(fast):
    assert one(fast, "SHOW fsync") == ("off",)


def test_it_is_durable_for_benches():
    with cluster(honest=True) as url, psycopg.connect(url) as connection:
        assert one(connection, "SHOW fsync") == ("on",)
        assert one(connection, "SHOW synchronous_commit") == ("on",)


def test_the_command_gets_the_address_and_its_exit_code_is_ours():
    told = [*TOOL, "--", sys.executable, "-c", f"import os, sys; print(os.environ['{VARIABLE}']); sys.exit(5)"]
    done = subprocess.run(told, capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert done.stdout.startswith("postgresql://weir:")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(done.stdout.strip(), connect_timeout=5)


@pytest.fixture
def open_folder():
    """A folder that the unprivileged user of the cluster can reach; pytest's own are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_nothing_is_left_behind_when_it_is_told_to_end(open_folder):
    told = [*TOOL, "--", sys.executable, "-c", "print('up', flush=True); input()"]
    environment = {**os.environ, "TMPDIR": str(open_folder)}
    with subprocess.Popen(told, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tool:
        assert tool.stdout is not None
        assert tool.stdout.readline() == "up\n"
        tool.send_signal(signal.SIGTERM)
        tool.wait(timeout=30)
    assert list(open_folder.iterdir()) == []


@pytest.fixture
def other(fast):
    """A second connection of whoever owns the database."""
    with psycopg.connect(fast.info.dsn, password=fast.info.password) as connection:
        yield connection


def test_a_transaction_that_stays_open_is_told_and_one_that_ends_in_time_is_not(fast, other):
    assert left_open(fast, patience=0) == []
    other.execute("SELECT 'somebody reads'")
    assert [said.split(" SELECT")[0] for said in left_open(fast, patience=0.1)] == ["idle in transaction"]
    ending = threading.Timer(0.1, other.commit)
    ending.start()
    assert left_open(fast, patience=20) == []
    ending.join()


def test_a_session_that_begins_anew_again_and_again_holds_nothing_back(fast, other):
    stop = threading.Event()

    def poll():
        while not stop.is_set():
            other.execute("SELECT pg_sleep(0.01)")
            other.commit()

    polling = threading.Thread(target=poll)
    polling.start()
    try:
        assert left_open(fast, patience=20) == []
    finally:
        stop.set()
        polling.join()
