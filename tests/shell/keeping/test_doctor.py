# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import OperationalError, connection
from django.test import RequestFactory

from tests.worlds.restored import KeptHouse
from weir.foundation.identity.accounts import Present
from weir.foundation.ledger.models import BatchRow, CheckpointRow, LogRow
from weir.kernel.errors import Refused
from weir.kernel.moments import Moment
from weir.shell.cli import load
from weir.shell.clock import now
from weir.shell.commands.root import weir
from weir.shell.keeping import doctor, machine
from weir.shell.keeping.machine import Health

load()


@pytest.fixture
def house(transactional_db, settings):
    house = KeptHouse()
    settings.KEYS = house.keys
    yield house
    house.close()


EVERYWHERE = "0.0.0.0"  # noqa: S104 - what an operator may set


def rows(at=None):
    return {row.name: row for row in doctor.examine(at or now())}


@pytest.mark.both_databases
def test_a_house_in_order_has_nothing_broken_and_every_row_that_is_not_fine_says_what_to_do(house):
    house.now = now()
    LogRow.objects.update(next_tick_at=house.now)
    house.report()
    house.tick()
    found = rows()
    assert [row for row in found.values() if row.state is Health.FAIL] == []
    assert [row for row in found.values() if row.state is Health.WARN and not row.hint] == []
    assert {"database", "keys", "log", "workers", "isolation: bubblewrap", "room: data"} <= found.keys()


@pytest.mark.both_databases
def test_no_secret_is_shown(house, settings, monkeypatch):
    monkeypatch.setitem(settings.VALUES._values, "WEIR_MAIL", "smtp://post:mail-secret@mail.example:25")
    told = str(doctor.examine(now()))
    secrets = ["mail-secret", settings.SECRET_KEY, connection.settings_dict.get("PASSWORD") or "mail-secret"]
    assert [secret for secret in secrets if secret in told] == []
    assert "mail.example" in told


def test_a_log_that_is_behind_what_was_published_is_broken(house):
    house.tick()
    house.tick()
    LogRow.objects.update(size=1)
    BatchRow.objects.filter(tick=1).delete()
    CheckpointRow.objects.all().delete()
    assert rows()["log"].state is Health.FAIL
    assert "weir ledger continue" in rows()["log"].hint


def test_entries_that_wait_too_long_are_told_with_their_age(house):
    house.report()
    late = Moment.of(house.now + timedelta(seconds=120))
    assert rows(house.now)["log: waiting"].state is Health.OK
    assert (rows(late)["log: waiting"].state, "120 s" in rows(late)["log: waiting"].found) == (Health.WARN, True)


def test_an_entry_of_the_future_says_that_the_clock_went_back(house):
    house.report()
    assert rows(Moment.of(house.now - timedelta(hours=1)))["clock: not in the past"].state is Health.FAIL
    assert rows(house.now)["clock: not in the past"].state is Health.OK


def test_an_open_key_folder_is_broken(house):
    house.report()
    (house.keys / "cases.sqlite").chmod(0o644)
    assert any(row.state is Health.FAIL for row in doctor.examine(now()) if row.name == "keys")


@pytest.mark.parametrize(
    ("listens", "public", "https", "state"),
    [
        ("127.0.0.1", "http://localhost:8470", False, Health.OK),
        (EVERYWHERE, "http://weir.example:8470", False, Health.FAIL),
        ("127.0.0.1", "http://weir.example", False, Health.FAIL),
        (EVERYWHERE, "https://weir.example", True, Health.OK),
        ("::1", "http://[::1]:8470", False, Health.OK),
    ],
)
def test_passwords_in_the_clear_are_noticed(settings, monkeypatch, listens, public, https, state):
    settings.PUBLIC_URL, settings.HTTPS = public, https
    monkeypatch.setitem(settings.VALUES._values, "WEIR_ADDRESS", (listens, 8470))
    assert doctor._address().state is state


def test_a_database_that_does_not_answer_is_a_row_and_hides_no_other(house, monkeypatch):
    def away():
        raise OperationalError("connection refused\nand more")

    monkeypatch.setattr(doctor, "_database", away)
    found = rows()
    assert (found["database"].state, found["database"].found) == (
        Health.FAIL,
        "The database did not answer: connection refused.",
    )
    assert "room: data" in found


def test_too_little_room_is_broken_and_little_is_told(tmp_path, monkeypatch):
    for free, state in ((machine.TOO_LITTLE - 1, Health.FAIL), (machine.LITTLE - 1, Health.WARN), (1 << 40, Health.OK)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        assert machine.room("room: data", tmp_path).state is state
    assert machine.room("room: data", tmp_path / "nowhere").state is Health.FAIL


def test_a_sandbox_that_does_not_start_is_no_sandbox(tmp_path, monkeypatch):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    row = machine.bubblewrap()
    assert (row.state, "No permissions" in row.found) == (Health.WARN, True)


def test_a_sandbox_without_proc_is_told_apart(tmp_path, monkeypatch):
    fake = tmp_path / "bwrap"
    fake.write_text('#!/bin/sh\nfor word in "$@"; do [ "$word" = --proc ] && exit 1; done\nexit 0\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert "cannot mount /proc" in machine.bubblewrap().found


def test_the_command_ends_with_1_when_something_is_broken(house, settings):
    run = CliRunner().invoke(weir, ["doctor", "--json"])
    assert run.exit_code == 0
    settings.PUBLIC_URL = "http://weir.example"
    broken = CliRunner().invoke(weir, ["doctor", "--json"])
    assert broken.exit_code == 1
    assert "fail" in {row["state"] for row in json.loads(broken.stdout)["rows"]}


def asked_by(actor):
    """A request as the middleware hands it on."""
    request: Any = RequestFactory().get("/doctor/")
    request.now, request.session, request._messages, request.actor = now(), {}, [], actor
    request.present, request.user = Present(actor, "House"), SimpleNamespace(name="Ada")
    return request


def test_the_page_is_for_administrators_of_the_operator_only(house):
    administrator = replace(house.coordinator, roles=frozenset({"administrator"}))
    others = (house.nobody, house.finder, house.coordinator, replace(administrator, staff=False))
    for actor in (*others, replace(administrator, second_factor=False)):
        with pytest.raises(Refused):
            doctor.get_doctor(asked_by(actor))


@pytest.mark.usefixtures("plain_pages")
def test_the_page_shows_the_rows(house):
    administrator = replace(house.coordinator, roles=frozenset({"administrator"}))
    page = doctor.get_doctor(asked_by(administrator)).content.decode()
    assert "isolation: bubblewrap" in page
