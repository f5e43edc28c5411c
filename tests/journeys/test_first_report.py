# SPDX-License-Identifier: Apache-2.0
"""The first journey, by every door for programs: a report is sealed and receipted, becomes a finding, stands on the
queue of a coordinator and of nobody else, and its proof holds without us. `test_people.py` tells it at the pages.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import httpx
import pytest

from tests.worlds.living import ROOT, living

TRIES, BETWEEN = 60, 0.5
OBJECTS = {"finding", "report"}  # the command takes what it is about without a name
BAD_USAGE = 2
SEED = """
import os, json
os.environ["DJANGO_SETTINGS_MODULE"] = "weir.shell.settings"
import django
django.setup()
from tests.worlds.callers import Instance
instance = Instance()
print(json.dumps({"finder": instance.token(instance.finder), "coordinator": instance.token(instance.coordinator)}))
"""


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    with living(tmp_path_factory.mktemp("first")) as there:
        yield there


@pytest.fixture(scope="module")
def tokens(instance):
    command = [sys.executable, "-c", SEED]
    seeded = subprocess.run(command, env=instance.environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert seeded.returncode == 0, seeded.stderr
    return json.loads(seeded.stdout.splitlines()[-1]) | {"stranger": ""}


class Api:
    """HTTP with a token."""

    def __init__(self, instance, token):
        self.url = f"{instance.url}/api/v1"
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def act(self, room, word, **given):
        answer = httpx.post(f"{self.url}/{room}/{word}", json=given, headers=self.headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, room, word, **given):
        answer = httpx.get(f"{self.url}/{room}/{word}", params=given, headers=self.headers, timeout=30)
        return answer.json() if answer.is_success else None


class Terminal:
    """The `weir` command."""

    def __init__(self, instance, token):
        self.instance, self.token = instance, token

    def act(self, room, word, **given):
        ran = self._run(room, word, *(part for name, value in given.items() for part in (f"--{name}", value)))
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def ask(self, room, word, **given):
        named = (
            part for name, value in given.items() for part in ([value] if name in OBJECTS else [f"--{name}", value])
        )
        ran = self._run(room, word, *named)
        assert ran.returncode != BAD_USAGE, ran.stderr
        return json.loads(ran.stdout) if ran.returncode == 0 else None

    def _run(self, *arguments):
        return self.instance.weir("--json", *arguments, token=self.token)


class Mcp:
    """Tools, as an AI agent calls them."""

    def __init__(self, instance, token):
        self.url = f"{instance.url}/mcp"
        self.headers = {"Accept": "application/json, text/event-stream"}
        self.headers |= {"Authorization": f"Bearer {token}"} if token else {}

    def act(self, room, word, **given):
        told = self._call(room, word, given)
        assert not told.get("isError"), told
        return told["structuredContent"]

    def ask(self, room, word, **given):
        told = self._call(room, word, given)
        return None if told is None or told.get("isError") else told["structuredContent"]["answer"]

    def _call(self, room, word, given):
        name = f"{room}.{word.replace('-', '_')}"
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": given}}
        return httpx.post(self.url, json=body, headers=self.headers, timeout=30).json().get("result")


def soon(look):
    """Until the worker has done it."""
    for _ in range(TRIES):
        if found := look():
            return found
        threading.Event().wait(BETWEEN)  # the worker is another process, and tells nobody
    raise AssertionError("it did not happen")


def verified(proof, vkey, tmp_path):
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(proof))
    command = [sys.executable, "-m", "verifier", str(path), "--vkey", vkey]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("door", [Api, Terminal, Mcp])
def test_a_report_goes_all_its_way(instance, tokens, tmp_path, door):
    finder, coordinator, stranger = (door(instance, tokens[who]) for who in ("finder", "coordinator", "stranger"))
    title = f"Heap overflow, by {door.__name__}"
    done = finder.act("intake", "receive-report", title=title, description="A length is trusted.")
    number, leaf = done["answer"]["id"], done["entry"]["leaf"]
    assert "payloadType" in done["receipt"]

    def on_the_queue():
        page = coordinator.ask("findings", "list-findings")
        return next((line for line in page["lines"] if line["title"] == title), None)

    line = soon(on_the_queue)
    read = coordinator.ask("findings", "read-finding", finding=line["id"])
    assert [report["id"] for report in read["reports"]] == [number]
    assert finder.ask("findings", "list-findings")["lines"] == []
    assert not (stranger.ask("findings", "list-findings") or {"lines": []})["lines"]
    for nobody in (finder, stranger):
        assert nobody.ask("findings", "read-finding", finding=line["id"]) is None
    assert stranger.ask("intake", "read-report", report=number) is None

    proof = soon(lambda: finder.ask("ledger", "prove-entry", leaf=leaf))
    vkey = stranger.ask("ledger", "head")["vkey"]
    ran = verified(proof, vkey, tmp_path)
    assert (ran.returncode, "Verified." in ran.stdout) == (0, True), ran.stdout + ran.stderr
    assert stranger.ask("ledger", "prove-entry", leaf=leaf) is None
    assert title not in (instance.home / "weir.sqlite").read_bytes().decode("latin-1")
