# SPDX-License-Identifier: Apache-2.0
"""A fleet: web servers and workers as an operator starts them, on the test's own database and keys, to be killed.

Every process is killed by its own id, with the signal that nobody can catch, and started again in the same place.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import ClassVar

from django.conf import settings

from tests.worlds.workers import PATIENCE, ROOT, environment
from tools.postgres import free_port
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs.models import LeaseRow
from weir.foundation.transactions import reading

LOOPBACK = "127.0.0.1"
PAUSE = 0.05
Address = tuple[str, int]


@dataclass
class Member:
    """One place in the fleet: what runs there now, and what it says (in a file)."""

    name: str
    said_in: Path
    process: subprocess.Popen[bytes] | None = None
    falls: bool = False
    word: ClassVar[str]

    def settings(self) -> dict[str, str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        """In a process group of its own, so that whatever it starts can be told from everything else here."""
        self.falls = False
        command = [sys.executable, "-m", "weir.shell", self.word, "--parent", str(os.getpid())]
        with self.said_in.open("ab") as said:
            self.process = subprocess.Popen(
                command, env=environment(**self.settings()), cwd=ROOT, stdout=said, stderr=said, start_new_session=True
            )

    @property
    def leader(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self, chance: random.Random) -> str:
        """Kill it, or a part of it, and say what was killed; `falls` tells whether it has to be started again."""
        self.falls = True
        for pid in group_of(self.leader):
            killed(pid)
        return f"{self.name}, whole"

    def is_gone(self) -> bool:
        """Nothing of it runs any more. Whoever started it has to look, or the kernel keeps its name for ever."""
        assert self.process is not None
        return self.process.poll() is not None and not group_of(self.leader)

    def said(self) -> str:
        return self.said_in.read_text(errors="replace") if self.said_in.exists() else ""


@dataclass
class Web(Member):
    port: int = field(default_factory=free_port)
    word: ClassVar[str] = "web"

    def settings(self) -> dict[str, str]:
        own = {"WEIR_ADDRESS": f"{LOOPBACK}:{self.port}", "WEIR_RATE_PER_MINUTE": "1000000"}
        return own | {"WEIR_PUBLIC_URL": settings.PUBLIC_URL, "WEIR_LOG_LEVEL": "WARNING"}

    def is_ready(self) -> bool:
        with suppress(OSError, HTTPException):
            return ask((LOOPBACK, self.port), "/log/checkpoint", patience=2)[0] in {200, 503}
        return False

    def kill(self, chance: random.Random) -> str:
        """The whole server; or only the process that serves, which the server replaces; or only the server."""
        serving = [pid for pid in group_of(self.leader) if pid != self.leader]
        match chance.randrange(3):
            case 0 if serving:
                killed(chance.choice(serving))
                return f"{self.name}, a process that serves"
            case 1:
                self.falls = True
                killed(self.leader)
                return f"{self.name}, the server"
        return super().kill(chance)


@dataclass
class Worker(Member):
    word: ClassVar[str] = "worker"

    def settings(self) -> dict[str, str]:
        return {"WEIR_EXECUTOR": self.name, "WEIR_LOG_LEVEL": "INFO"}

    def is_ready(self) -> bool:
        """It holds its slot."""
        with reading(SYSTEM):
            return LeaseRow.objects.filter(executor=self.name, pid=self.leader).exists()


class Fleet:
    """So many web servers and workers, and the chance that decides when one of them falls."""

    def __init__(self, folder: Path, chance: random.Random, *, webs: int, workers: int) -> None:
        self.chance = chance
        self.webs = [Web(f"web-{n}", folder / f"web-{n}.log") for n in range(webs)]
        self.workers = [Worker(f"slot-{n}", folder / f"slot-{n}.log") for n in range(workers)]
        self.killed: list[str] = []

    @property
    def members(self) -> list[Member]:
        return [*self.webs, *self.workers]

    @property
    def addresses(self) -> list[Address]:
        return [(LOOPBACK, web.port) for web in self.webs]

    def start(self) -> None:
        for member in self.members:
            member.start()
        for member in self.members:
            self.until(member.is_ready, f"{member.name} starts")

    def kill_one(self) -> None:
        """One that is at work; which of them, chance decides. It is started again at once, or when it is gone."""
        ready = self._ready()
        self._fall(self.chance.choice(ready))

    def kill_all(self) -> None:
        """As when the machine goes: all of them between one moment and the next."""
        for member in self.members:
            Member.kill(member, self.chance)
        self.killed.append("all")
        for member in self.members:
            self._start_again(member)

    def end(self) -> list[int]:
        """Ask all to stop; their exit codes."""
        running = [member.process for member in self.members if member.process]
        for process in running:
            process.send_signal(signal.SIGTERM)
        return [process.wait(PATIENCE) for process in running]

    def clear(self) -> None:
        """Whatever is left, goes."""
        for member in self.members:
            if member.process is not None:
                for pid in group_of(member.leader):
                    killed(pid)
                member.process.wait(PATIENCE)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something that the fleet does."""
        pause = threading.Event()
        for _ in range(int(PATIENCE / PAUSE)):
            if condition():
                return
            if any(
                member.process and not member.falls and member.process.poll() is not None for member in self.members
            ):
                what = f"all go on by themselves while {what}"
                break
            pause.wait(PAUSE)
        said = "\n".join(f"--- {member.name}\n{member.said()[-1500:]}" for member in self.members)
        raise AssertionError(f"It never came to be that {what}, after these kills: {self.killed}.\n{said}")

    def _ready(self) -> list[Member]:
        ready: list[Member] = []

        def any_is() -> bool:
            ready[:] = [member for member in self.members if member.is_ready()]
            return bool(ready)

        self.until(any_is, "one of them is at work")
        return ready

    def _fall(self, member: Member) -> None:
        self.killed.append(member.kill(self.chance))
        if member.falls:  # otherwise its server lives, and replaces what fell by itself
            self._start_again(member)

    def _start_again(self, member: Member) -> None:
        # What a dead server left running holds its address until it notices; the next one would find it taken.
        self.until(member.is_gone, f"nothing of {member.name} runs")
        member.start()


@contextmanager
def running(folder: Path, chance: random.Random, *, webs: int, workers: int) -> Iterator[Fleet]:
    """A fleet that is gone afterwards, whatever happened to it."""
    fleet = Fleet(folder, chance, webs=webs, workers=workers)
    try:
        fleet.start()
        yield fleet
    finally:
        fleet.clear()


def ask(
    address: Address,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    *,
    patience: float = 30,
) -> tuple[int, bytes]:
    """One request on a connection of its own: status and body. Raises what the connection raises."""
    connection = HTTPConnection(*address, timeout=patience)
    try:
        connection.request("POST" if body is not None else "GET", path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def killed(pid: int) -> None:
    with suppress(ProcessLookupError):  # it ended by itself in this very moment
        os.kill(pid, signal.SIGKILL)


def group_of(leader: int) -> list[int]:
    """Processes of the group that this one leads or led, without those that ended and only wait to be noticed."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(group) == leader and state not in "ZX":
                found.append(int(stat.parent.name))
    return found
