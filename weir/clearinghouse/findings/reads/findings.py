# SPDX-License-Identifier: Apache-2.0
"""One finding, opened, and as a line of the queue."""

from __future__ import annotations

from collections.abc import Iterable

from weir.clearinghouse.findings.models import FindingRow
from weir.clearinghouse.findings.reads.items import items_of_findings, waiting_for
from weir.clearinghouse.findings.reads.trees import reports_of, tree_of
from weir.clearinghouse.findings.terms import Finding, FindingId, FindingLine, FindingState, ReportOf
from weir.clearinghouse.intake.terms import ReportId
from weir.foundation.actor import Actor
from weir.foundation.policy.reads import may_see
from weir.foundation.question import question
from weir.foundation.store.reads import unseal
from weir.foundation.store.terms import Erased
from weir.kernel.canonical import own_object
from weir.kernel.moments import Moment

LISTED = "findings.list_findings"
SEALED_CONTEXT = "findings.finding"
ERASED = "(erased)"


@question("findings.read_finding", on="finding", sealed=True)
def read_finding(actor: Actor, finding: FindingId) -> Finding:
    """One finding, and the reports that led to it, those of its parts among them."""
    row = FindingRow.objects.select_related("merged_into").get(number=finding)
    line = line_of(row, actor)
    own = reports_of([row])
    # The counts tell whether it has parts: a finding of one report costs no look at others.
    parts = list(row.parts.order_by("pk")) if row.items or row.reports > len(own) else []
    whole = tree_of(row) if parts else [row]
    # What documents say is for those who sort it: a reader of the finding may not know of their senders.
    items = whole if row.items and _sorts(actor) else []
    return Finding(
        id=line.id,
        title=line.title,
        target=line.target,
        state=line.state,
        received_at=line.received_at,
        marking=line.marking,
        reports=tuple(
            ReportOf(ReportId(kept.report), Moment.of(kept.received_at))
            for kept in (reports_of(whole) if parts else own)
        ),
        merged_into=_seen(actor, [row.merged_into] if row.merged_into else []),
        parts=_seen(actor, parts),
        mine=line.mine,
        taken=line.taken,
        items=items_of_findings(items) if items else (),
        item_count=row.items,
        waiting=waiting_for(items) if items else 0,
    )


def line_of(row: FindingRow, actor: Actor | None = None) -> FindingLine:
    """Who took it on is for coordinators: to others it would tell who works on what, and how much it matters."""
    said = said_in(row)
    owner = row.owner if actor is not None and _sorts(actor) else None
    return FindingLine(
        id=FindingId(row.number),
        title=said["title"],
        target=said["target"],
        state=FindingState(row.state),
        received_at=Moment.of(row.received_at),
        reports=row.reports,
        marking=f"TLP:{row.tlp}",
        mine=bool(owner) and actor is not None and owner == actor.id,
        taken=bool(owner),
        items=row.items,
    )


def _sorts(actor: Actor) -> bool:
    return "role:coordinator" in actor.keys


def said_in(row: FindingRow) -> dict[str, str]:
    """What was sealed; of a case whose key was dropped only that it was here. One such row must not close the whole
    list.
    """
    try:
        return own_object(unseal(row.number, bytes(row.sealed), SEALED_CONTEXT))
    except Erased:
        return {"title": ERASED, "target": ""}


def _seen(actor: Actor, rows: Iterable[FindingRow]) -> tuple[FindingId, ...]:
    return tuple(FindingId(row.number) for row in rows if may_see(actor, row.number))
