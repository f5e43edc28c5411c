# SPDX-License-Identifier: Apache-2.0
"""Members who ask blindly, without HTTP between: the real client over the real verbs and questions."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from checker.checking import Cause, check
from checker.voprf import blind as blinded
from tests.worlds.callers import Instance
from tests.worlds.house import House
from weir.clearinghouse.findings.models import EditionRow, FindingRow
from weir.clearinghouse.findings.terms import FindingId, checking
from weir.clearinghouse.findings.terms.checking import EditionId, Published
from weir.clearinghouse.findings.verbs import (
    correlate_report,
    evaluate_blinded,
    hold_cause,
    place_finding,
    publish_buckets,
)
from weir.clearinghouse.intake.verbs import commit_report, receive_report
from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.question import QUESTIONS
from weir.foundation.transactions import writing
from weir.foundation.verb import VERBS
from weir.kernel.canonical import plain
from weir.shell.clock import now

HELD = Cause("pkg:pypi/made-up", "src/made_up/parse.py", "Parser.header", "CWE-787")
ALIKE = Cause("pkg:pypi/Made_Up@2.0", "made_up/parse.py", "header(bytes)", "CWE-122")
NOT_HELD = Cause("pkg:pypi/made-up", "src/made_up/parse.py", "Parser.body", "CWE-787")


def named(symbol: str) -> Cause:
    """A cause in another function of the same file."""
    return Cause(HELD.package, HELD.path, symbol, HELD.weakness)


@dataclass
class Blind:
    """A house with one finding that is held, and whoever asks."""

    house: House

    def hold(self, cause: Cause = HELD) -> FindingId:
        """A finding whose cause a coordinator has placed."""
        finding = self.house.correlate(self.house.report().outcome.id).id
        place_finding(self.house.coordinator, finding, **vars(cause), now=self.house.now)
        return finding

    def publish(self) -> Published:
        self.house.later(minutes=10)
        return publish_buckets(SYSTEM, now=self.house.now)

    def commit(self, member: Actor, times: int = 1) -> list[Any]:
        return [commit_report(member, os.urandom(32).hex(), now=self.house.now).id for _ in range(times)]

    def ask(self, member: Actor, *causes: Cause) -> list[str]:
        """The stage of each, or nothing: as the client tells it."""
        return [answer.stage for answer in check(Direct(self.house, member), causes)[1]]

    def spend(self, member: Actor, times: int = 1) -> Any:
        """Have as many fingerprints evaluated that nobody knows."""
        newest = EditionRow.objects.latest("made_at").number
        elements = tuple(blinded(os.urandom(8))[1].hex() for _ in range(times))
        return evaluate_blinded(member, EditionId(newest), elements, now=self.house.now)


@dataclass
class Direct:
    """How the client is answered: as over the API, in plain JSON values."""

    house: House
    member: Actor

    def ask(self, question: str, **parameters: str) -> Any:
        asked = QUESTIONS[name_of(question)]
        return plain(asked(self.member, **asked.shape.read(parameters)))

    def act(self, verb: str, **parameters: Any) -> Any:
        asked = VERBS[name_of(verb)]
        return plain(asked(self.member, **asked.shape.read(parameters), now=self.house.now))


def name_of(path: str) -> str:
    return path.replace("/", ".").replace("-", "_")


def holding_one() -> Instance:
    """An instance as its callers meet it, that holds one finding, where HELD says, in its newest edition."""
    instance = Instance()
    report = receive_report(instance.finder, "A made-up report", "A length is trusted.", now=now()).id
    finding = correlate_report(SYSTEM, report, now=now()).id
    with writing():
        hold_cause(FindingRow.objects.get(number=finding), checking.Cause(**vars(HELD)), now())
    publish_buckets(SYSTEM, now=now())
    return instance
