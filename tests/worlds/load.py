# SPDX-License-Identifier: Apache-2.0
"""Programs that report without pause while servers fall, and remember every answer they were given."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count, cycle
from typing import Any

from tests.worlds.fleet import PAUSE, Address, ask

RECEIVE = "/api/v1/intake/receive-report"
AGAIN_EVERY = 7  # so often an acknowledged report is sent once more, to be told the same


@dataclass(frozen=True)
class Acknowledged:
    """What a program was told, and may rely on for ever."""

    key: str
    number: str
    leaf: str
    receipt: str
    answer: str


@dataclass
class Journal:
    """What all programs were told, which heads were published meanwhile, and whatever should never have been said."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    broken_off: int = 0
    unavailable: list[str] = field(default_factory=list)


@dataclass
class Program:
    """One that reports: a new key for each report, the same key until the report is acknowledged."""

    name: str
    token: str
    addresses: Sequence[Address]
    journal: Journal
    stop: threading.Event
    pause: float

    def run(self) -> None:
        """It ends only between two reports: what was begun is asked for until it is answered."""
        servers = cycle(self.addresses)
        for number in count():
            if self.stop.wait(self.pause):
                return
            told = self._told(f"{self.name}-{number}", servers)
            self.journal.acknowledged.append(told)
            if number % AGAIN_EVERY == 0 and (again := self._told(told.key, servers)) != told:
                self.journal.faults.append(f"{told.key} was answered by {told}, and then by {again}")

    def _told(self, key: str, servers: Iterator[Address]) -> Acknowledged:
        while True:
            try:
                status, body = self._send(key, next(servers))
            except (OSError, HTTPException):
                self.journal.broken_off += 1
                threading.Event().wait(PAUSE)
                continue
            if status == 200:
                said = json.loads(body)
                number = said["answer"]["id"]
                return Acknowledged(key, number, said["entry"]["leaf"], said["receipt"], json.dumps(said["answer"]))
            # That something is not there just now is no fault, where it is said so; everything else is.
            where = self.journal.unavailable if status == 503 else self.journal.faults
            where.append(f"{key}: {status} {body[:300]!r}")
            threading.Event().wait(PAUSE)

    def _send(self, key: str, address: Address) -> tuple[int, bytes]:
        report = {
            "title": f"Report {key}",
            "description": "A length is trusted. " * 20,
            "component": "pkg:pypi/made-up",
        }
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        return ask(address, RECEIVE, json.dumps(report).encode(), headers)


@dataclass
class Watcher:
    """Follows the public log from outside, as anybody may."""

    addresses: Sequence[Address]
    journal: Journal
    stop: threading.Event

    def run(self) -> None:
        for address in cycle(self.addresses):
            if self.stop.wait(0.2):
                return
            try:
                status, body = ask(address, "/log/checkpoint")
            except (OSError, HTTPException):
                continue
            if status == 200:
                self.journal.heads.append(body.decode())


@contextmanager
def flowing(tokens: Sequence[str], addresses: Sequence[Address], *, pause: float = 0.03) -> Iterator[Journal]:
    """Programs that report, one for each token, and one that watches; when it is over, each has its last answer."""
    journal, stop = Journal(), threading.Event()
    sorts: list[Any] = [
        Program(f"program-{n}", token, addresses, journal, stop, pause) for n, token in enumerate(tokens)
    ]
    threads = [threading.Thread(target=each.run, daemon=True) for each in [*sorts, Watcher(addresses, journal, stop)]]
    for thread in threads:
        thread.start()
    try:
        yield journal
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "a program still waits for its answer"
