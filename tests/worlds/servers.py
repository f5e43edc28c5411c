# SPDX-License-Identifier: Apache-2.0
"""A real instance in processes of its own, on loopback, with people and tokens in it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
SEED = """
import os, json
os.environ["DJANGO_SETTINGS_MODULE"] = "weir.shell.settings"
import django
django.setup()
from tests.worlds.callers import Instance
instance = Instance()
scopes = ("intake.receive_report", "intake.list_reports", "intake.read_report")
tokens = {"finder": instance.token(instance.finder), "coordinator": instance.token(instance.coordinator),
          "agent": instance.agent(instance.finder, *scopes)}
print(json.dumps(tokens))
"""


@dataclass(frozen=True)
class Served:
    """Where it answers, and the tokens of its people."""

    url: str
    tokens: dict[str, str]
    environ: dict[str, str]

    def weir(self, *arguments: str, token: str = "", typed: str = "") -> subprocess.CompletedProcess[str]:
        """The command as a person types it."""
        environ = self.environ | ({"WEIR_TOKEN": self.tokens[token]} if token else {})
        command = [sys.executable, "-m", "weir.shell", *arguments]
        return subprocess.run(command, env=environ, cwd=ROOT, input=typed, capture_output=True, text=True, check=False)


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """Prepared, filled, started; ended when the test is over."""
    environ = os.environ | {"WEIR_HOME": str(home), "WEIR_DATABASE": "sqlite", "PYTHONPATH": str(ROOT)}
    environ["WEIR_ADDRESS"] = f"127.0.0.1:{_free_port()}"
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    _run(environ, "-m", "weir.shell", "migrate")
    tokens = json.loads(_run(environ, "-c", SEED).splitlines()[-1])
    url = f"http://{environ['WEIR_ADDRESS']}"
    with (home / "web.log").open("w") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "weir.shell", "web"], env=environ, cwd=ROOT, stdout=log, stderr=log
        )
    try:
        _wait(url, web, home / "web.log")
        yield Served(url, tokens, environ)
    finally:
        web.terminate()
        web.wait(timeout=20)


def _wait(url: str, web: subprocess.Popen[bytes], log: Path) -> None:
    """Asks until it answers: connecting waits for nobody, so each round is short."""
    transport = httpx.HTTPTransport(retries=8)  # with a growing pause between the tries
    with httpx.Client(transport=transport, timeout=20) as asking:
        try:
            asking.get(f"{url}/healthz").raise_for_status()
        except httpx.HTTPError as no:
            raise AssertionError(f"{web.poll()=}, {no!r}: {log.read_text()}") from no


def _run(environ: dict[str, str], *arguments: str) -> str:
    ran = subprocess.run(
        [sys.executable, *arguments], env=environ, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
