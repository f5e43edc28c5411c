# SPDX-License-Identifier: Apache-2.0
"""Run on PostgreSQL as a plain owner: `tools/postgres.py run`."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, migrations, transaction
from django.db.migrations.state import ProjectState

from tests.worlds.policy import BoatRow, boat, person
from weir.foundation.policy.engines.row_security import RowSecurity, Wall, row_security_state
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.transactions import reading, writing

WALL = RowSecurity("harbor_boat", kind="Weir::Boat")
BEN = person("P-ben", organization="O-1")

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no row security")


def run(forwards=True):  # noqa: FBT002 - up or down
    move = WALL.database_forwards if forwards else WALL.database_backwards
    move("harbor", connection.schema_editor(), ProjectState(), ProjectState())


@pytest.fixture
def walled(boats_table, transactional_db):
    """A boat behind the wall. Transactions are real here: `reading` tells the database something within its own."""
    run()
    with writing():
        row = boat()
        row.save()
        mark_fresh([row], "harbor", Marking(Tlp.AMBER, frozenset({"organization:O-1"})))
    yield row
    with writing():
        BoatRow.objects.all().delete()
    run(forwards=False)


@on_postgresql
@pytest.mark.both_databases
def test_a_forgotten_filter_yields_nothing(walled):
    with reading(person("P-eve", organization="O-2")):
        assert list(BoatRow.objects.all()) == []
        assert BoatRow.objects.count() == 0
    with reading(BEN):
        assert [row.id for row in BoatRow.objects.all()] == [walled.id]


@on_postgresql
@pytest.mark.both_databases
def test_outside_of_reading_and_writing_there_is_nothing(walled):
    assert BoatRow.objects.count() == 0


@on_postgresql
@pytest.mark.both_databases
def test_a_reader_cannot_write(walled):
    with reading(BEN):
        for write in (lambda: BoatRow.objects.update(state="stolen"), lambda: boat().save(force_insert=True)):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                write()


@on_postgresql
@pytest.mark.both_databases
def test_lowered_the_wall_is_gone(walled):
    run(forwards=False)
    with reading(person("P-eve")):
        assert BoatRow.objects.count() == 1
    run()


@on_postgresql
@pytest.mark.both_databases
def test_the_state_names_the_tables_behind_the_wall(walled):
    state = row_security_state()
    assert state.wall is Wall.STANDS
    assert "harbor_boat" in state.tables


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="what SQLite says")
def test_on_sqlite_the_operation_does_nothing_and_the_state_says_so(boats):
    run()
    run(forwards=False)
    assert row_security_state().wall is Wall.ABSENT


def test_the_operation_can_be_written_into_a_migration():
    name, arguments, keywords = WALL.deconstruct()
    assert isinstance(WALL, migrations.operations.base.Operation)
    assert RowSecurity(*arguments, **keywords).table == "harbor_boat"
    assert name == "RowSecurity"
