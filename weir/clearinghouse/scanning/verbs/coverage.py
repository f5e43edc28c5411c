# SPDX-License-Identifier: Apache-2.0
"""What came of scanning: what was covered, also where nothing was found; what changed since; what was published."""

from __future__ import annotations

import os

from weir.clearinghouse.scanning.models import ChangeRow, ClaimRow, CoverageRow, TargetRow, YieldRow
from weir.clearinghouse.scanning.reads import claims as reads
from weir.clearinghouse.scanning.reads import overlaps
from weir.clearinghouse.scanning.rules import cells, effort, sizes
from weir.clearinghouse.scanning.terms import ClaimId, Covered, NotAScope, TargetId, Weighed, Yielded
from weir.foundation.actor import Actor
from weir.foundation.store.blobs import seal
from weir.foundation.verb import verb
from weir.kernel.canonical import canonical
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

LONGEST = 500


@verb("scanning.record_coverage", on="claim", sealed=True)
def record_coverage(  # noqa: PLR0913, PLR0917 - what was scanned has as many sides
    actor: Actor,
    claim: ClaimId,
    hours: int,
    tool: str = "",
    tool_version: str = "",
    inputs: str = "",
    edges: str = "",
    commit: str = "",
    notes: str = "",
    model: str = "",
    tokens: str = "",
    *,
    now: Moment,
) -> Covered:
    """Say what was scanned under a claim, with what and how far, whether or not anything was found.

    Whether it was is not asked, so that the record cannot tell. Hours, model and tokens stay yours alone; others are
    told a band of effort, four weeks late.
    """
    sizes.check_hours(hours)
    said = {
        "tool": tool,
        "tool_version": tool_version,
        "inputs": inputs,
        "edges": edges,
        "commit": commit,
        "notes": notes,
    }
    own = {"hours": str(hours), "model": model, "tokens": tokens}
    _check_lengths(said | own)
    row = ClaimRow.objects.select_for_update().get(number=claim)
    scope = reads.scope_in(row)
    words = seal(claim, canonical({name: text for name, text in said.items() if text}), reads.SAID)
    kept = seal(claim, canonical({name: text for name, text in own.items() if text}), reads.OWN)
    places = [(cell, method) for cell in overlaps.cells_of(scope) for method in scope.methods]
    band = effort.band_of(max(1, hours // len(places)))
    CoverageRow.objects.bulk_create(
        CoverageRow(
            id=uuid7(now, os.urandom),
            claim=row,
            holder=row.holder,
            at=now,
            cell=cell,
            method=cells.NUMBER_OF[method],
            band=band,
            sealed=words,
            own=kept,
        )
        for cell, method in places
    )
    row.kept = True
    row.save(update_fields=["kept"])
    return Covered(claim, now)


@verb("scanning.record_change", on="target")
def record_change(actor: Actor, target: TargetId, permille: int, *, now: Moment) -> Weighed:
    """Say what share of a target's code is not what it was, in thousandths: what was scanned before counts less."""
    if not 1 <= permille <= 1000:
        raise NotAScope(faults={"/permille": "is from 1 to 1000"})
    row = TargetRow.objects.get(number=target)
    ChangeRow.objects.create(id=uuid7(now, os.urandom), target=row, at=now, permille=permille)
    return Weighed(target, permille)


@verb("scanning.record_yield", internal=True)
def record_yield(actor: Actor, finding: str, target: TargetId | None = None, *, now: Moment) -> Yielded:
    """Keep that a finding came of scanning; with its target once it is published, and not before.

    Told again of the same, it changes nothing. Until publication a row says neither where nor what, so that nothing
    that is worked out of these rows can show it.
    """
    key = overlaps.keyed(finding)
    row = YieldRow.objects.select_for_update().filter(finding=key).first()
    if row is None:
        row = YieldRow(id=uuid7(now, os.urandom), finding=key)
        row.save(force_insert=True)
    if target is not None and row.published_at is None:
        row.target, row.published_at = TargetRow.objects.get(number=target), now
        row.save(update_fields=["target", "published_at"])
    return Yielded(target or "")


def _check_lengths(said: dict[str, str]) -> None:
    faults = {
        f"/{name}": f"has {len(text)} characters; {LONGEST} fit" for name, text in said.items() if len(text) > LONGEST
    }
    if faults:
        raise NotAScope(faults=faults)
