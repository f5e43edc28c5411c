# SPDX-License-Identifier: Apache-2.0
"""A house with everything real in it, policy, ledger, store, and a clock that a test moves by hand."""

from __future__ import annotations

import json
import tempfile
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Max

from weir.clearinghouse.findings.reads import list_findings
from weir.clearinghouse.findings.terms import Correlated, FindingLine
from weir.clearinghouse.findings.verbs import correlate_report
from weir.clearinghouse.intake.terms import Received, ReportId
from weir.clearinghouse.intake.verbs import receive_report
from weir.foundation.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from weir.foundation.ledger import reads
from weir.foundation.ledger.gates import KeyFolder
from weir.foundation.ledger.models import EntryRow, LogRow
from weir.foundation.ledger.sequencer import Sequencer
from weir.foundation.ledger.terms import Ticked
from weir.foundation.policy.verbs import confirm_act, propose_act
from weir.foundation.verb import VERBS, Done
from weir.kernel.moments import Moment
from weir.shell import wiring

FINDER = Actor(
    ActorKind.PERSON,
    "P-2026-FNDER-T",
    organization="O-2026-FNDNG-T",
    organization_kind="finder",
    roles=frozenset({"finder"}),
    second_factor=True,
)
COORDINATOR = Actor(
    ActorKind.PERSON,
    "P-2026-CRDNT-T",
    organization="O-2026-HSE00-T",
    organization_kind="coordinator",
    roles=frozenset({"coordinator"}),
    staff=True,
    second_factor=True,
)
OUTSIDER = replace(FINDER, id="P-2026-STRNG-T", organization="O-2026-STRNG-T")


@dataclass
class House:
    """Verbs as one calls them, at a moment that only the test moves."""

    now: Moment = field(default_factory=lambda: Moment(2026, 11, 20, 12, tzinfo=UTC))
    finder: Actor = FINDER
    coordinator: Actor = COORDINATOR
    outsider: Actor = OUTSIDER
    nobody: Actor = ANONYMOUS

    def __post_init__(self) -> None:
        # A notary of its own: what one test published must not make the next one's log look restored.
        keys = Path(tempfile.mkdtemp(prefix="notary-", dir=settings.HOME))
        reads.bind_notary(lambda origin: KeyFolder(keys, origin))
        LogRow.objects.all().delete()
        wiring.begin()
        LogRow.objects.update(next_tick_at=self.now)

    @staticmethod
    def leave() -> None:
        """The instance's own notary again, for tests of whole processes."""
        reads.bind_notary(lambda origin: KeyFolder(settings.KEYS, origin))

    def later(self, **by: float) -> Moment:
        self.now = Moment.of(self.now + timedelta(**by))
        return self.now

    def report(self, title: str = "Heap overflow in a parser", actor: Actor = FINDER, key: str = "") -> Done[Received]:
        return receive_report.perform(
            actor, title, "A length is trusted.", component="pkg:pypi/made-up@1.0", now=self.now, idempotency_key=key
        )

    def correlate(self, report: ReportId) -> Correlated:
        return correlate_report(SYSTEM, report, now=self.now)

    def erase(self, case: str) -> None:
        """Two administrators take a case away for good."""
        one = replace(self.coordinator, id="P-2026-ADMNS-T", roles=frozenset({"administrator"}))
        asked = {"compartment": case, "reason": "a request under the law"}
        proposed = propose_act(one, "store.erase_compartment", "asked for", case, json.dumps(asked), now=self.now)
        confirm_act(replace(one, id="P-2026-SCND0-T"), proposed.id, now=self.now)
        VERBS["store.erase_compartment"](one, **asked, now=self.now)

    def queue(self, actor: Actor) -> tuple[FindingLine, ...]:
        return list_findings(actor).lines

    def kinds(self) -> list[str]:
        return list(EntryRow.objects.order_by("id").values_list("kind", flat=True))

    def sequencer(self, depth: int = 12) -> Sequencer:
        return Sequencer(reads.notary(), timedelta(seconds=settings.TICK_SECONDS), depth)

    def tick(self, depth: int = 12) -> Ticked:
        """The next tick; on PostgreSQL not before other tests' transactions, which hold the cluster's horizon, are
        over.
        """
        for _ in range(2000):
            if connection.vendor != "postgresql" or not self._held_back():
                break
            threading.Event().wait(0.01)
        return self.tick_now(depth)

    def _held_back(self) -> bool:
        newest = EntryRow.objects.aggregate(newest=Max("transaction"))["newest"]
        return newest is not None and newest >= reads.horizon()

    def tick_now(self, depth: int = 12) -> Ticked:
        ticked = self.sequencer(depth).tick(self.now)
        assert ticked, "no tick was due"
        self.later(seconds=settings.TICK_SECONDS)
        return ticked
