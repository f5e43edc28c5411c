# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL that goes away as after a power cut, and comes back; and an instance whose processes nobody starts
again.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from tests.worlds.fleet import group_of, killed
from tests.worlds.servers import ROOT, SEED
from tools import postgres

PATIENCE = 90.0
LOOK = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "weir.shell.settings"
import django
django.setup()
from weir.clearinghouse.findings.models import FindingReportRow
from weir.clearinghouse.intake.models import ReportRow
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs import reads as jobs
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.models import EntryRow
from weir.foundation.transactions import reading
def entries(kind):
    return sorted((about, bytes(leaf).hex()) for about, leaf in
                  EntryRow.objects.filter(kind=kind).values_list("about", "leaf"))
with reading(SYSTEM):
    print(json.dumps({
        "reports": sorted(ReportRow.objects.values_list("number", flat=True)),
        "found": sorted(FindingReportRow.objects.values_list("report", flat=True)),
        "received": entries("intake.receive_report"),
        "correlated": len(entries("findings.correlate_report")),
        "settled": jobs.settled(),
        "waiting": ledger.unfiled().count(),
        "size": ledger.open_log().size,
    }))
"""


@dataclass
class Cluster:
    """As durable as in production, at one port for its whole life."""

    folder: Path
    port: int = field(default_factory=postgres.free_port)
    url: str = ""
    server: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        runner = postgres.unprivileged()
        runner.own(self.folder)
        password = postgres.initialize(self.folder, runner)
        self.start()
        self.url = postgres.create_database(self.folder, self.port, password)

    def start(self) -> None:
        self.server = postgres.start(self.folder, self.port, postgres.HONEST, postgres.unprivileged())
        postgres.wait_until_ready(self.server, self.folder, self.port)

    def go_away(self) -> None:
        """Nothing is written down, nobody is told; the next start recovers from the log."""
        who = postgres.unprivileged()
        command = [postgres.binary("pg_ctl"), "stop", "-w", "-m", "immediate", "-D", str(self.folder / "data")]
        stopping = subprocess.Popen(
            command,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            user=who.uid,
            group=who.gid,
            extra_groups=who.groups,
        )
        assert self.server is not None
        self.server.wait(timeout=PATIENCE)
        assert stopping.wait(timeout=PATIENCE) == 0

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Everything of it stands still, as when its machine is frozen; the kernel keeps its connections open."""
        assert self.server is not None
        os.kill(self.server.pid, signal.SIGSTOP)  # first, so that it starts nobody meanwhile
        everybody = [self.server.pid, *children_of(self.server.pid)]
        try:
            for pid in everybody[1:]:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in everybody:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)


def children_of(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


@contextmanager
def clustered() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="weir-postgres-"))
    cluster = Cluster(folder)
    try:
        cluster.make()
        yield cluster
    finally:
        if cluster.server is not None:
            postgres.stop(cluster.server)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Told:
    """An answer, and how long it took."""

    seconds: float
    status: int
    kind: str
    again: str
    text: str


@dataclass
class Unattended:
    """Web and worker, each started once: whatever happens, nobody starts them again."""

    home: Path
    database: str
    logs: Path
    port: int = field(default_factory=postgres.free_port)
    tokens: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    def environment(self) -> dict[str, str]:
        known = {name: value for name, value in os.environ.items() if not name.startswith(("WEIR_", "DJANGO_"))}
        return known | {
            "WEIR_HOME": str(self.home),
            "WEIR_DATABASE": self.database,
            "WEIR_ADDRESS": f"127.0.0.1:{self.port}",
            "WEIR_TICK_SECONDS": "1",
            "WEIR_RATE_PER_MINUTE": "1000000",
            "WEIR_EXECUTOR": "slot-1",
            "PYTHONPATH": str(ROOT),
        }

    def weir(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("-m", "weir.shell", *arguments)

    def prepare(self) -> None:
        done = self.weir("migrate")
        assert done.returncode == 0, done.stderr
        self.tokens = json.loads(self._run("-c", SEED).stdout.splitlines()[-1])

    def look(self) -> dict[str, object]:
        """What the database holds now."""
        done = self._run("-c", LOOK)
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        return found

    def start(self, name: str) -> None:
        with self.log(name).open("wb") as log:
            command = [sys.executable, "-m", "weir.shell", name, "--parent", str(os.getpid())]
            self.running[name] = subprocess.Popen(
                command, env=self.environment(), cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )

    def asked(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Told:
        """What somebody is told who asks now."""
        began = time.monotonic()
        connection = HTTPConnection(*self.address, timeout=60)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): said for name, said in headers.items()})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        kind = str(answer.headers["Content-Type"]).partition(";")[0]
        return Told(time.monotonic() - began, answer.status, kind, answer.headers["Retry-After"] or "", text)

    def bearer(self, name: str) -> str:
        return f"Bearer {self.tokens[name]}"

    def is_up(self) -> bool:
        try:
            return self.asked("GET", "/log/checkpoint").status == 200
        except OSError:
            return False

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def said(self) -> str:
        return "\n".join(f"--- {name}\n{self.log(name).read_text()[-3000:]}" for name in self.running)

    def processes(self) -> list[int]:
        """All of them, with those that they started."""
        return sorted(pid for process in self.running.values() for pid in group_of(process.pid))

    def until(self, condition: Callable[[], bool], what: str) -> None:
        end, pause = time.monotonic() + PATIENCE, threading.Event()
        while not condition():
            ended = [name for name, process in self.running.items() if process.poll() is not None]
            assert not ended, f"{ended} ended. {self.said()}"
            assert time.monotonic() < end, f"It never came to be that {what}. {self.said()}"
            pause.wait(0.1)

    def clear(self) -> None:
        for process in self.running.values():
            for pid in group_of(process.pid):
                killed(pid)
            process.wait(timeout=PATIENCE)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, env=self.environment(), cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
        )


@contextmanager
def unattended(home: Path, database: str, logs: Path) -> Iterator[Unattended]:
    """Prepared and running; gone afterwards."""
    there = Unattended(home, database, logs)
    with ExitStack() as undo:
        undo.callback(there.clear)
        there.prepare()
        there.start("web")
        there.start("worker")
        yield there
