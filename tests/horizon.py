# SPDX-License-Identifier: Apache-2.0
"""On PostgreSQL a transaction that stays open holds back the horizon below which entries are sequenced and relayed, so
the tests that come after find nothing. Here the test fails that left it open, and not those.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator

import psycopg
import pytest

OPEN = """
    SELECT pid, xact_start, concat_ws(' ', NULLIF(application_name, ''), state, query) FROM pg_stat_activity
    WHERE usename = current_user AND pid <> pg_backend_pid()
    AND (state LIKE 'idle in transaction%' OR backend_xid IS NOT NULL OR backend_xmin IS NOT NULL)
"""
PATIENCE = 5.0  # what a thread or process that is just ending may take; only whoever waits in vain waits so long


def left_open(watcher: psycopg.Connection, patience: float = PATIENCE) -> list[str]:
    """What each session was doing whose transaction is still the same when the patience is over."""
    held = _open(watcher)
    end, pause = time.monotonic() + patience, threading.Event()
    while held and time.monotonic() < end:
        pause.wait(0.02)
        held = {each: said for each, said in _open(watcher).items() if each in held}
    return list(held.values())


def _open(watcher: psycopg.Connection) -> dict[tuple[int, object], str]:
    return {(pid, since): said for pid, since, said in watcher.execute(OPEN).fetchall()}


class Watch:
    """Looks after each test, from a database that no test uses."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.watcher: psycopg.Connection | None = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None]:
        yield
        self.watcher = self.watcher or psycopg.connect(self.url, autocommit=True)
        if held := left_open(self.watcher):
            pytest.fail(f"A transaction stays open: {held}", pytrace=False)

    def pytest_unconfigure(self) -> None:
        if self.watcher is not None:
            self.watcher.close()


def pytest_configure(config: pytest.Config) -> None:
    is_controller = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if os.environ.get("WEIR_TEST_DATABASE") == "postgres" and not is_controller:
        config.pluginmanager.register(Watch(os.environ["WEIR_DATABASE"]), "weir-horizon")
