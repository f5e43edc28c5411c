# SPDX-License-Identifier: Apache-2.0
"""Every connection to PostgreSQL is cut at once, twice, under load: each process opens a new one by itself."""

from __future__ import annotations

import random

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


def test_connections_that_are_cut_are_opened_again(transactional_db, tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is a file: there is no connection that somebody else could cut")
    workers.fresh_queue()
    instance = Instance()
    token = instance.token(instance.finder, "intake.receive_report")
    with fleets.running(tmp_path, random.Random(1), webs=1, workers=1) as fleet:
        with load.flowing([token], fleet.addresses) as journal:
            for _ in range(2):
                goes_on(fleet, journal)
                assert cut() > 1
            goes_on(fleet, journal)
        assert journal.faults == []
        assert fleet.end() == [0, 0], "nobody had to be started again"
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
