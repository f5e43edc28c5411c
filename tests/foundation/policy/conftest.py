# SPDX-License-Identifier: Apache-2.0
"""Models are imported inside the fixtures: pytest reads this file before Django is set up."""

from __future__ import annotations

from importlib import import_module

import pytest


@pytest.fixture(scope="session")
def boats_table(django_db_setup, django_db_blocker):
    """A table for boats, beside the rooms' own."""
    from django.db import connection

    from tests.worlds.policy import BoatRow

    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(BoatRow)
        yield BoatRow
        with connection.schema_editor() as editor:
            editor.delete_model(BoatRow)


@pytest.fixture
def boats(boats_table, db):
    return boats_table.objects


@pytest.fixture
def under(monkeypatch):
    """Let this process decide by other policies, for one test."""
    process = import_module("weir.foundation.policy.reads.opened")._PROCESS

    def put(opened):
        monkeypatch.setattr(process, "opened", opened)
        return opened

    return put


@pytest.fixture
def shipped(under):
    """The policies that ship, with whatever rooms are there."""
    under(None)
    return import_module("weir.foundation.policy.reads.opened").open_policies(strict=False)


@pytest.fixture
def record(monkeypatch):
    """Verbs under the real policies, recorded in a list."""
    from tests.worlds.policy import ListRecord
    from weir.foundation.policy.reads import ask
    from weir.foundation.verb import BOUND

    kept = ListRecord()
    monkeypatch.setattr(BOUND, "ask", ask)
    monkeypatch.setattr(BOUND, "record", kept)
    monkeypatch.setattr(BOUND, "witness", lambda *_: None)
    return kept
