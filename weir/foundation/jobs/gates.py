# SPDX-License-Identifier: Apache-2.0
"""The queue and the operating system, as jobs see them.

The queue is DBOS behind a port of five verbs. It says that somebody should look at a batch, spreads that over workers,
and hands it out again after a crash; what is to be done stands in our own rows. So its file may be lost, and it may be
replaced.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy
from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID
from sqlalchemy import event

from weir.foundation.jobs.terms import Process
from weir.foundation.store.gates.postgresql.base import Connection

# What a workflow's recorded steps mean. Ours has one argument, the batch's id, and no step: while that is so, a worker
# of any release can go on with what one of another began, and this stays. Change it with the signature of `_look` only.
WORKFLOW_VERSION = "1"
SCHEMA = "weir_jobs"
QUEUE = "weir"
SECONDS_BETWEEN_LOOKS = 0.25
_UNFINISHED = ["ENQUEUED", "PENDING", "DELAYED"]


class Queue(Protocol):
    """Who looks at which batch. A wake-up that was taken in is delivered at least once to some worker that listens."""

    def listen(self, look: Callable[[str], None], *, at_once: int) -> None:
        """Deliver wake-ups to this process from here on, and again those it had in hand when it last stopped."""

    def wake(self, job: str, name: str) -> None:
        """Have somebody look at this batch. The same name is taken in once, however often it is told."""

    def pending(self, names: Sequence[str]) -> frozenset[str]:
        """Which of these are still to be looked at, or are being looked at."""

    def resume(self, executor: str) -> int:
        """Give what that worker had in hand to whoever is free; how many."""

    def close(self) -> None:
        """Deliver no more. What is in hand stays there for `listen` or `resume`."""


class PlainJson(Serializer):
    """JSON and nothing else. The library's own default is pickle, which runs whatever it reads."""

    def name(self) -> str:
        return "weir_json"

    def serialize(self, data: Any) -> str:
        if isinstance(data, Exception):
            data = {"error": type(data).__name__}
        return json.dumps(data, allow_nan=False)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)


class DurableQueue:
    """The real one. One to a process, because the library is."""

    def __init__(self, url: str, executor: str) -> None:
        self._url, self._executor = url, executor

    def listen(self, look: Callable[[str], None], *, at_once: int) -> None:
        _refuse_pickle()
        DBOS(config=self._config())

        @DBOS.workflow(name="weir.look")
        def _look(job: str) -> None:
            look(job)

        self._look = _look
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=at_once, polling_interval_sec=SECONDS_BETWEEN_LOOKS, on_conflict="always_update"
        )

    def wake(self, job: str, name: str) -> None:
        with SetWorkflowID(name):
            DBOS.enqueue_workflow(QUEUE, self._look, job)

    def pending(self, names: Sequence[str]) -> frozenset[str]:
        found = DBOS.list_workflows(workflow_ids=list(names), status=_UNFINISHED, load_input=False, load_output=False)
        return frozenset(status.workflow_id for status in found)

    def resume(self, executor: str) -> int:
        found = DBOS.list_workflows(executor_id=executor, status="PENDING", load_input=False, load_output=False)
        for status in found:
            DBOS.resume_workflow(status.workflow_id, queue_name=QUEUE)
        return len(found)

    def close(self) -> None:
        DBOS.destroy(destroy_registry=True)

    def _config(self) -> DBOSConfig:
        logging.getLogger("dbos").addHandler(logging.NullHandler())  # or the library adds a console of its own
        return {
            "name": "weir",
            "system_database_url": self._url,
            "system_database_engine": _engine(self._url),
            "dbos_system_schema": SCHEMA,
            "use_listen_notify": False,
            "application_version": WORKFLOW_VERSION,
            "executor_id": self._executor,
            "serializer": PlainJson(),
            "enable_otlp": False,
            "log_level": "WARNING",
            "max_executor_threads": 16,
        }


def queue_url(database: dict[str, Any], home: Path) -> str:
    """Beside the domain's own data: a file of its own (SQLite has one writer a file), or a schema of its own."""
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{home / 'jobs.sqlite'}"
    port = int(database["PORT"]) if database["PORT"] else None
    url = sqlalchemy.URL.create(
        "postgresql+psycopg", database["USER"] or None, database["PASSWORD"] or None, None, port, database["NAME"]
    )
    host = database["HOST"]
    # A folder is a socket, and psycopg takes it as a parameter only.
    url = url.update_query_dict({"host": host}) if host.startswith("/") else url.set(host=host or None)
    return url.render_as_string(hide_password=False)


def _watched(dialect: object, record: object, arguments: tuple[Any, ...], named: dict[str, Any]) -> Connection:
    """A server that has stopped keeps the queue's threads no longer than anybody else's."""
    return Connection.connect(*arguments, **named, connect_timeout=5, tcp_user_timeout=10_000)


def _engine(url: str) -> sqlalchemy.Engine:
    """Ours, since the library's own runs SQLite without WAL, three times slower, and looks for other databases to
    create.
    """
    if not url.startswith("sqlite"):
        shared = sqlalchemy.create_engine(url, pool_size=4, max_overflow=4, pool_pre_ping=True)
        event.listen(shared, "do_connect", _watched)
        return shared
    engine = sqlalchemy.create_engine(url, pool_size=4, max_overflow=8)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        if sqlite3.sqlite_version_info < (3, 42):
            connection.create_function("unixepoch", 1, _since_epoch)

    return engine


def _since_epoch(word: str) -> float:
    """What the library's tables say by default since Python 3.12, and SQLite knows since 3.42: Debian 12 has 3.40."""
    if word != "subsec":
        msg = f"unixepoch({word!r}) is not asked by anything we know"
        raise ValueError(msg)
    return time.time()


def _refuse_pickle() -> None:
    """The library reads a row by the format that the row names, so a written row could still ask for pickle."""
    from dbos import _serialization  # noqa: PLC0415 - a private door, opened nowhere else

    def refuse(*_: object) -> Any:
        msg = "the queue holds a row in a format that runs code when read; it was not written by Weir"
        raise TypeError(msg)

    _serialization.DefaultSerializer.serialize = refuse  # type: ignore[method-assign,assignment]
    _serialization.DefaultSerializer.deserialize = refuse  # type: ignore[method-assign,assignment]


@dataclass(frozen=True)
class Processes:
    """Processes of this host, as far as they can be seen from here."""

    def mine(self) -> Process:
        return Process(_host(), os.getpid(), _born(os.getpid()) or 0)

    def is_gone(self, process: Process) -> bool:
        """Only what would run here can be known to be gone; of another host nothing is known but its lease."""
        return process.host == _host() and _born(process.pid) != process.born


def _host() -> str:
    """Two containers may share a host name, and do not see each other's processes."""
    space = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()}/{space.stat().st_ino if space.exists() else 0}"


def _born(pid: int) -> int | None:
    """When the kernel started it, in ticks since boot, or 0 where kernels do not tell; None when it is not there."""
    if not Path("/proc/self/stat").exists():
        return 0 if _answers(pid) else None
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
