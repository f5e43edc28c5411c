# SPDX-License-Identifier: Apache-2.0
"""A whole instance as `weir up` runs it, with a home of its own, and the mail that it sends."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60


@dataclass
class Living:
    """Where it answers, what it said in the terminal, and its letters."""

    url: str
    home: Path
    environ: dict[str, str]
    said: list[str] = field(default_factory=list)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def listen(self, terminal: Iterable[str]) -> None:
        for line in terminal:
            with self._heard:
                self.said.append(line)
                self._heard.notify_all()

    def hears(self, pattern: str) -> str:
        """The first line of the terminal that matches; waits for it."""
        with self._heard:
            found = self._heard.wait_for(lambda: self._match(pattern), timeout=PATIENCE)
        assert found, "".join(self.said)
        return found

    def _match(self, pattern: str) -> str:
        return next((found[0] for line in self.said if (found := re.search(pattern, line))), "")

    def letters(self) -> list[str]:
        """What was sent, oldest first: to whom, and the words."""
        files = sorted((self.home / "mail").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        texts = [part for path in files for part in path.read_text(encoding="utf-8").split("\n" + "-" * 79 + "\n")]
        sent = [email.message_from_string(text, policy=email.policy.default) for text in texts if text.strip()]
        return [f"{letter['To']}\n{letter.get_content()}" for letter in sent]

    def weir(self, *arguments: str, token: str = "") -> subprocess.CompletedProcess[str]:
        """The command as a person types it."""
        environ = self.environ | ({"WEIR_TOKEN": token} if token else {})
        command = [sys.executable, "-m", "weir.shell", *arguments]
        return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)


@contextmanager
def living(home: Path, **settings: str) -> Iterator[Living]:
    """Started with one command, as people do, with these settings of the operator; stopped as Ctrl-C does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("WEIR_", "DJANGO_"))}
    environ |= {
        "WEIR_HOME": str(home),
        "WEIR_ADDRESS": f"127.0.0.1:{port}",
        "WEIR_TICK_SECONDS": "1",
        "WEIR_BATCH_DEPTH": "6",
        "WEIR_INSTANCE": "weir.example",
        "WEIR_RATE_PER_MINUTE": "10000",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    environ |= settings
    process = subprocess.Popen(
        [sys.executable, "-m", "weir.shell", "up"],
        env=environ,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    there = Living(f"http://localhost:{port}", home, environ)
    assert process.stdout is not None
    reading = threading.Thread(target=there.listen, args=[process.stdout], daemon=True)
    reading.start()
    try:
        there.hears("Weir is at http://localhost")
        yield there
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        reading.join(timeout=10)
        process.stdout.close()
