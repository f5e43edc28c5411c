# SPDX-License-Identifier: Apache-2.0
"""Every connection to PostgreSQL is cut, or may only read, under load: each process goes on by itself afterwards."""

from __future__ import annotations

import random
from contextlib import contextmanager

import pytest
from django.db import connection

from tests.worlds import fleet as fleets
from tests.worlds import load, workers
from tests.worlds.callers import Instance
from weir.clearinghouse.intake.models import ReportRow
from weir.foundation.actor import SYSTEM
from weir.foundation.transactions import reading

pytestmark = pytest.mark.both_databases
CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
def token(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is a file: there is no connection that somebody else could cut")
    workers.fresh_queue()
    instance = Instance()
    return instance.token(instance.finder, "intake.receive_report")


@pytest.fixture
def fleet(token, tmp_path):
    with fleets.running(tmp_path, random.Random(1), webs=1, workers=1) as there:
        yield there


def test_connections_that_are_cut_are_opened_again(fleet, token):
    with load.flowing([token], fleet.addresses) as journal:
        for _ in range(2):
            goes_on(fleet, journal)
            assert cut() > 1
        goes_on(fleet, journal)
    nobody_fell_and_nothing_is_lost(fleet, journal)


def test_a_database_that_takes_no_writes_is_read_and_taken_back(fleet, token):
    """As when all are led to a copy that only follows, until it is made the one that leads."""
    with load.flowing([token], fleet.addresses) as journal:
        goes_on(fleet, journal)
        with read_only():
            cut()
            fleet.until(lambda: len(journal.unavailable) > 10, "reports are refused")
            told = len(journal.acknowledged)
            assert fleets.ask(fleet.addresses[0], "/log/checkpoint")[0] == 200
            fleet.until(lambda: len(journal.unavailable) > 20, "reports are refused still")
            assert len(journal.acknowledged) == told
        cut()
        goes_on(fleet, journal)
    nobody_fell_and_nothing_is_lost(fleet, journal)


@contextmanager
def read_only():
    """For every connection that is opened from now on."""
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            yield
        finally:
            cursor.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")


def nobody_fell_and_nothing_is_lost(fleet, journal):
    assert journal.faults == []
    assert fleet.end() == [0, 0], "somebody had to be started again"
    with reading(SYSTEM):
        kept = sorted(ReportRow.objects.values_list("number", flat=True))
    assert kept == sorted(each.number for each in journal.acknowledged)


def goes_on(fleet, journal):
    told, seen = len(journal.acknowledged), len(set(journal.heads))
    fleet.until(lambda: len(journal.acknowledged) >= told + 3, "reports are taken in")
    fleet.until(lambda: len(set(journal.heads)) > seen, "the log grows")


def cut():
    with connection.cursor() as cursor:
        cursor.execute(CUT)
        return cursor.fetchone()[0]
