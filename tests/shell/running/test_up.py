# SPDX-License-Identifier: Apache-2.0
"""`weir up` as an operator starts it: a process of its own, in a home of its own, on a port of its own."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.worlds.workers import until
from weir.shell.running import up
from weir.shell.running.up import Child

ROOT = Path(__file__).parents[3]
PATIENCE = 90


@dataclass
class Instance:
    """One `weir up`, and what it said so far."""

    home: Path
    port: int
    said: list[str] = field(default_factory=list)

    def start(self) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith("WEIR_")}
        self.env = own | {"WEIR_HOME": str(self.home), "WEIR_ADDRESS": f"127.0.0.1:{self.port}"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "weir.shell", "up"],
            env=self.env,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def hears(self, words: str) -> str:
        """Reads on until a line has these words."""
        assert self.process.stdout
        watchdog = threading.Timer(PATIENCE, self.process.kill)
        watchdog.start()
        try:
            for line in self.process.stdout:
                self.said.append(line)
                if words in line:
                    return line
        finally:
            watchdog.cancel()
        pytest.fail(f"{words!r} was never said: {''.join(self.said)[-3000:]}")

    def get(self, path: str) -> int:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        link.request("GET", path)
        status = link.getresponse().status
        link.close()
        return status

    def children(self) -> list[int]:
        """Everything in its session but itself: children and theirs."""
        mine = self.process.pid
        return [pid for pid in everybody() if pid != mine and session_of(pid) == mine]

    def child(self, name: str) -> int:
        lines = {pid: Path(f"/proc/{pid}/cmdline").read_text().split("\0") for pid in self.children()}
        return min(pid for pid, words in lines.items() if name in words)

    def all_gone(self) -> None:
        """Wait for the last one of the session; the pipe that all of them hold ends with it."""
        watchdog = threading.Timer(20, lambda: os.killpg(self.process.pid, signal.SIGKILL))
        watchdog.start()
        assert self.process.stdout
        self.said += self.process.stdout.readlines()
        in_time = watchdog.is_alive()
        watchdog.cancel()
        assert in_time, f"Some went on: {''.join(self.said)[-3000:]}"
        until(lambda: not self.children())  # a process closes its files before it is quite gone

    def end(self) -> None:
        if self.children() or self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


def everybody() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def session_of(pid: int) -> int:
    """Zombies count as gone: whoever should have waited for them is."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[3])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("instance")


@pytest.fixture
def instance(home):
    instance = Instance(home, free_port())
    instance.start()
    yield instance
    instance.end()


def test_one_command_prepares_serves_tells_the_way_in_and_stops_in_ten_seconds(instance):
    link = re.search(r"http://[^/]+(/\S*)#(\S+)", instance.hears("#"))
    assert link
    instance.hears("Weir is at")
    instance.hears("is at work")
    assert instance.get(link[1]) == 200
    assert instance.get("/healthz") == 200
    assert instance.get("/log/checkpoint") in {200, 503}
    instance.process.send_signal(signal.SIGTERM)
    assert instance.process.wait(10) == 0
    instance.all_gone()
    assert "Traceback" not in "".join(instance.said)


def test_a_child_that_falls_is_started_again_and_ctrl_c_stops_all(instance):
    instance.hears("Weir is at")
    instance.hears("is at work")
    os.kill(instance.child("worker"), signal.SIGKILL)
    assert "started again" in instance.hears("The worker ended")
    instance.hears("is at work")
    os.killpg(instance.process.pid, signal.SIGINT)  # what a terminal does
    assert instance.process.wait(10) == 0
    instance.all_gone()


def test_killed_itself_it_leaves_no_orphan(instance):
    instance.hears("Weir is at")
    instance.hears("is at work")
    assert len(instance.children()) >= 3
    instance.process.kill()
    instance.all_gone()


def test_a_port_in_use_is_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        instance = Instance(tmp_path, port)
        instance.start()
        code = instance.process.wait(PATIENCE)
        said = instance.process.communicate()[0]
    assert code == 5
    assert f"Something else listens at 127.0.0.1:{port} already." in said
    assert "Traceback" not in said


@pytest.mark.parametrize("part", ["web", "worker"])
def test_alone_on_a_database_that_nobody_prepared_each_says_what_to_run(tmp_path, part):
    own = {name: value for name, value in os.environ.items() if not name.startswith("WEIR_")}
    env = own | {"WEIR_HOME": str(tmp_path), "WEIR_ADDRESS": f"127.0.0.1:{free_port()}"}
    command = [sys.executable, "-m", "weir.shell", part]
    run = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert run.returncode == 5
    assert "weir migrate" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path):
    own = {name: value for name, value in os.environ.items() if not name.startswith("WEIR_")}
    away = f"postgresql://weir:secret@127.0.0.1:{free_port()}/weir"
    env = own | {"WEIR_HOME": str(tmp_path), "WEIR_DATABASE": away}
    command = [sys.executable, "-m", "weir.shell", "worker"]
    run = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert run.returncode == 6
    assert "cannot be reached" in run.stderr
    assert "Traceback" not in run.stderr
    assert "secret" not in run.stderr


def test_each_fall_is_waited_for_longer_and_old_ones_are_forgiven():
    child = Child("worker")
    assert [child.fell(at) for at in (0.0, 1.0, 2.0, 3.0)] == [1, 2, 4, 8]
    assert child.fell(100.0) == 1


@pytest.mark.parametrize(("code", "stops"), [(5, True), (2, True), (6, False), (75, False), (-9, False)])
def test_what_would_say_the_same_again_is_not_started_again(code, stops):
    told: list[str] = []
    whole = up.Up(told.append)
    whole._fell(whole.children[0], code, 0.0)
    assert whole.stop.is_set() == stops
    assert (whole.code == code) == stops


def test_a_child_that_falls_again_and_again_ends_the_whole():
    told: list[str] = []
    whole = up.Up(told.append)
    for at in range(up.MOST_FALLS):
        assert not whole.stop.is_set()
        whole._fell(whole.children[1], -11, float(at))
    assert whole.stop.is_set()
    assert whole.code == 1
    assert "worker ended 5 times" in told[-1]
