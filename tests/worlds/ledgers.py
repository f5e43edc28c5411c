# SPDX-License-Identifier: Apache-2.0
"""A policy that lets everybody in and a ledger that is a list, for tests of what stands below both."""

from __future__ import annotations

from dataclasses import dataclass, field

from weir.foundation.actor import Actor
from weir.foundation.verb import Act, Earlier, Entry, HeldBack


@dataclass
class ListLedger:
    """What was asked, done and witnessed. `broken` plays a ledger that cannot record."""

    asked: list[tuple[str, object]] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    read: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False
    held: set[str] = field(default_factory=set)

    def ask(self, actor: Actor, action: str, on: object) -> None:
        self.asked.append((action, on))

    def write(self, actor: Actor, act: Act, *, last: bool) -> Entry:
        if self.broken:
            raise RuntimeError("the ledger is away")
        self.acts.append(act)
        return Entry(str(len(self.acts)), act.verb, b"", act.now)

    def recall(self, actor: Actor, verb: str, key: str, body: bytes) -> Earlier | None:
        return None

    def second(self, actor: Actor, verb: str, on: str, parameters: bytes, now: object) -> None:
        self.asked.append((f"second person for {verb}", on))

    def hold_back(self, actor: Actor, number: str) -> None:
        if number in self.held:
            raise HeldBack

    def witness(self, actor: Actor, question: str, about: str) -> None:
        self.read.append((question, about))
