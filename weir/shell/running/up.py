# SPDX-License-Identifier: Apache-2.0
"""`weir up`: everything one instance needs, in one process group: prepare, start web and worker, watch them, stop them.

Whatever way this process ends, its children end with it: they are told at a graceful stop, the terminal tells them at
Ctrl-C, and the kernel tells them if this process is killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from weir.foundation.actor import SYSTEM
from weir.foundation.identity.terms import DoorShut
from weir.foundation.identity.verbs import open_first_door
from weir.foundation.policy.reads import open_policies
from weir.kernel.errors import Conflict, Unavailable
from weir.shell import wiring
from weir.shell.clock import now
from weir.shell.exits import EXIT
from weir.shell.running import serve

Say = Callable[[str], None]

LOOKS_EVERY = 0.2
STOPS_WITHIN = 9.0
COUNTED_SECONDS = 60.0
MOST_FALLS = 5
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_HOPELESS = frozenset(EXIT.values()) - {EXIT[Unavailable]}  # started again, it would say the same


class NoDatabase(Unavailable):
    """The database cannot be reached or prepared."""

    hint = "See that WEIR_DATABASE is right and the server runs; on SQLite, that WEIR_HOME is writable and has room."


class NotPrepared(Conflict):
    """The database is not prepared for this release."""

    hint = "Run `weir migrate` once, on one host."


@dataclass
class Child:
    """One process that should run, and how often it fell lately."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    start_at: float = 0.0
    falls: list[float] = field(default_factory=list)

    def start(self) -> None:
        # In our own process group, so that the terminal's Ctrl-C reaches it too.
        command = [sys.executable, "-m", "weir.shell", self.name, "--parent", str(os.getpid())]
        self.process = subprocess.Popen(command)  # noqa: S603 - ourselves

    def fell(self, at: float) -> float:
        """How long to wait before it is started again."""
        self.process = None
        self.falls = [fall for fall in self.falls if at - fall < COUNTED_SECONDS] + [at]
        self.start_at = at + 2.0 ** (len(self.falls) - 1)
        return self.start_at - at


class Up:
    """The children of one `weir up`."""

    def __init__(self, say: Say, names: tuple[str, ...] = ("web", "worker")) -> None:
        self.say = say
        self.stop = threading.Event()
        self.children = [Child(name) for name in names]
        self.code = 0
        self._answered = False

    def run(self) -> int:
        """Start them and keep them running until somebody sets `stop`, or one of them cannot run."""
        try:
            while not self.stop.is_set():
                self.look()
                self.stop.wait(LOOKS_EVERY)
        finally:
            self.end()
        return self.code

    def look(self) -> None:
        """Start what does not run; notice who fell."""
        at = time.monotonic()
        for child in self.children:
            if child.process is None and child.start_at <= at:
                child.start()
            elif child.process is not None and (code := child.process.poll()) is not None:
                self._fell(child, code, at)
        if not self._answered and answers():
            self._answered = True
            self.say(f"Weir is at {settings.PUBLIC_URL}  (Ctrl-C stops it)")

    def _fell(self, child: Child, code: int, at: float) -> None:
        wait = child.fell(at)
        if code in _HOPELESS:
            self._give_up(f"The {child.name} cannot run; it said why above.", code)
        elif len(child.falls) >= MOST_FALLS:
            self._give_up(f"The {child.name} ended {MOST_FALLS} times within a minute, last with {code}.", 1)
        else:
            self.say(f"The {child.name} ended with {code}; it is started again in {wait:.0f} s.")

    def _give_up(self, sentence: str, code: int) -> None:
        self.say(f"{sentence} Weir stops.")
        self.code = code
        self.stop.set()

    def end(self) -> None:
        """Ask all to stop, wait for what they have in hand, and leave none behind."""
        running = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOPS_WITHIN
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # Safe at any moment: what was acknowledged is committed, and the rest is found again at the next start.
                process.kill()
                process.wait()
        self.say("Weir has stopped.")


def up(say: Say, *, demo: bool) -> int:
    """Prepare, tell how to come in, run until a signal comes; the exit code."""
    serve.check_address()
    prepare(say)
    if demo or settings.DEMO:
        os.environ["WEIR_DEMO"] = "yes"  # the children say on every page that this world is made up
        seed(say)
    welcome(say)
    whole = Up(say)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: whole.stop.set())
    return whole.run()


def prepare(say: Say) -> None:
    """Tables, log, policies, files: what must be there before a door opens. Safe to run again, and on several hosts."""
    try:
        call_command("migrate", interactive=False, verbosity=0)
        wiring.begin()
    except DatabaseError as error:
        raise NoDatabase(f"The database cannot be reached or prepared: {str(error).splitlines()[0]}.") from error
    open_policies(strict=True)
    collect_static(say)


def check_prepared() -> None:
    """Said in a sentence, for web and worker that are started alone: the database answers, and has the tables."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise NoDatabase(f"The database cannot be reached: {str(error).splitlines()[0]}.") from error
    if missing:
        raise NotPrepared


def collect_static(say: Say) -> None:
    """Files for the pages, named by their content and compressed; again only when one of them changed."""
    seen = sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            seen.update(f"{name} {storage.size(name)} {storage.get_modified_time(name)}\n".encode())
    stamp = settings.STATIC_ROOT / ".collected"
    if stamp.exists() and stamp.read_text() == seen.hexdigest():
        return
    say("Preparing the files of the pages ...")
    call_command("collectstatic", interactive=False, verbosity=0)
    # Stop before this line: the files are there, and the next start prepares them once more.
    stamp.write_text(seen.hexdigest())


def seed(say: Say) -> None:
    """The made-up world, and how to sign in to it."""
    if find_spec("weir.shell.demo") is None:
        say("This release has no made-up world; Weir starts empty.")
        return
    told = import_module("weir.shell.demo").seed()
    for line in told or ():
        say(str(line))


def welcome(say: Say) -> None:
    """On an instance without an administrator: the one way in, for whoever sits at this terminal."""
    try:
        door = open_first_door(SYSTEM, now=now())
    except DoorShut:
        return
    # After the # sign: a browser keeps that to itself, so the secret comes into no log of a server or proxy.
    say(f"Nobody administers this instance yet. Until {door.expires}, this link makes you its administrator, once:")
    say(f"  {settings.PUBLIC_URL}{reverse('first-administrator')}#{door.secret}")


def answers() -> bool:
    """Whether somebody listens where the web server should."""
    try:
        with socket.create_connection(settings.VALUES.address, timeout=0.2):
            return True
    except OSError:
        return False


def die_with(parent: int) -> None:
    """Have the kernel tell us to stop when whoever started us is gone, in whatever way."""
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGTERM)
    if os.getppid() != parent:  # it was gone before the kernel knew
        raise SystemExit(0)
