# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL that has stopped and is not gone lets go of whoever waits; one that is only slow is waited for."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest

from tests.worlds.cluster import clustered
from weir.foundation.store.gates.postgresql import base
from weir.foundation.store.gates.postgresql.base import Connection, NoAnswer


@pytest.fixture(scope="module")
def cluster():
    with clustered() as there:
        yield there


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(base, "QUIET", 0.3)
    monkeypatch.setattr(base, "KNOCK", 0.3)


@pytest.fixture(params=["address", "socket"])
def connection(request, cluster, quick):
    where: dict[str, Any] = {} if request.param == "address" else {"host": str(cluster.folder)}
    with Connection.connect(cluster.url, autocommit=True, **where) as there:
        yield there


def test_a_statement_that_takes_long_is_waited_for(connection):
    assert connection.execute("SELECT pg_sleep(1.5), 7").fetchone()[1] == 7


def test_whoever_waits_for_a_server_that_has_stopped_is_let_go_and_the_next_one_starts_anew(cluster, connection):
    with cluster.stopped():
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            connection.execute("SELECT 1")
        assert time.monotonic() - began < 5
        assert connection.closed
        with pytest.raises(psycopg.errors.ConnectionTimeout):
            Connection.connect(cluster.url, connect_timeout=1)
    with Connection.connect(cluster.url) as again:
        assert again.execute("SELECT 1").fetchone() == (1,)


def test_a_bound_that_somebody_names_is_kept(connection):
    connection.execute("LISTEN nothing")
    began = time.monotonic()
    assert list(connection.notifies(timeout=0.6)) == []
    assert time.monotonic() - began < 5


def test_what_the_settings_name_knocks(cluster, quick):
    from django.db.backends.postgresql.base import DatabaseWrapper as Plain

    assert base.DatabaseWrapper.vendor == Plain.vendor == "postgresql"
    connected = base.DatabaseWrapper.Database.connect(cluster.url)
    assert isinstance(connected, Connection)
    connected.close()
