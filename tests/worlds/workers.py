# SPDX-License-Identifier: Apache-2.0
"""Real workers in processes of their own, on the test's own database and keys, and ways to end them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy
from django.conf import settings
from django.db import connection

from weir.foundation.jobs.gates import SCHEMA, queue_url

PATIENCE = 60.0
ROOT = Path(__file__).parents[2]

# Ends itself with the signal that nobody can catch, before or after the n-th call of one function.
ARMED = """
import os, signal, sys
from pkgutil import resolve_name

import django

django.setup()
from weir.shell.running import worker

point, when, nth = sys.argv[1], sys.argv[2], int(sys.argv[3])
owner, _, name = point.rpartition(".")
real, calls = getattr(resolve_name(owner), name), iter(range(1, 10**9))

def deadly(*args, **kwargs):
    last = next(calls) == nth
    if last and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    answer = real(*args, **kwargs)
    if last:
        os.kill(os.getpid(), signal.SIGKILL)
    return answer

setattr(resolve_name(owner), name, deadly)
sys.exit(worker.main())
"""


def environment(**more: str) -> dict[str, str]:
    """What makes a child process see what this test sees."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("WEIR_")}
    home = {"WEIR_HOME": str(settings.HOME), "WEIR_DATABASE": database(), "WEIR_TICK_SECONDS": "1"}
    return own | home | {"DJANGO_SETTINGS_MODULE": "weir.shell.settings"} | more


def database() -> str:
    """The address of the database that this test runs on."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    user, password, name = quote(at["USER"]), quote(at["PASSWORD"]), quote(at["NAME"])
    return f"postgresql://{user}:{password}@{quote(at['HOST'], safe='')}:{at['PORT']}/{name}"


def start(executor: str = "slot-1") -> subprocess.Popen[str]:
    return _started(["-m", "weir.shell", "worker"], executor)


def start_web(port: int) -> subprocess.Popen[str]:
    """A web server on the same database; it serves once `/healthz` answers."""
    return _started(["-m", "weir.shell", "web"], "web", WEIR_ADDRESS=f"127.0.0.1:{port}")


def start_armed(point: str, when: str, nth: int = 1, *, executor: str = "slot-1") -> subprocess.Popen[str]:
    return _started(["-c", ARMED, point, when, str(nth)], executor)


def _started(arguments: list[str], executor: str, **more: str) -> subprocess.Popen[str]:
    command = [sys.executable, *arguments]
    env = environment(WEIR_EXECUTOR=executor, **more)
    return subprocess.Popen(command, env=env, cwd=ROOT, text=True, stderr=subprocess.PIPE)


@contextmanager
def running(executor: str = "slot-1") -> Iterator[subprocess.Popen[str]]:
    """A worker that is gone afterwards, whatever the test did to it."""
    process = start(executor)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str], within: float = PATIENCE) -> tuple[int, str]:
    """Its exit code, negative for a signal, and what it said."""
    try:
        said = process.communicate(timeout=within)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        said = process.communicate()[1]
        raise AssertionError(f"It did not end within {within} s. {said[-2000:]}") from None
    return process.returncode, said


def stopped(process: subprocess.Popen[str], within: float = PATIENCE) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    return ended(process, within)


def until(condition: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    """Wait for something that another process does. A worker that ends meanwhile is not waited for."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.1)):
        if condition():
            return
        if process is not None and process.poll() is not None:
            break
        pause.wait(0.1)
    said = ended(process, 1)[1][-3000:] if process and process.poll() is not None else ""
    raise AssertionError(f"It never came to be. {said}")


def fresh_queue() -> None:
    """No queue, and no head published by a test before."""
    for old in [*settings.HOME.glob("jobs.sqlite*"), *settings.KEYS.glob("published-*")]:
        old.unlink()
    if connection.vendor == "postgresql":
        engine = sqlalchemy.create_engine(queue_url(connection.settings_dict, settings.HOME))
        with engine.begin() as cursor:
            cursor.execute(sqlalchemy.text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        engine.dispose()
