# SPDX-License-Identifier: Apache-2.0
"""Merging two findings into one, and taking that back. A person who may see both does either, and says why."""

from __future__ import annotations

from weir.clearinghouse.findings import rules
from weir.clearinghouse.findings.models import FindingReportRow, FindingRow, PairRow, UnverifiedProofRow
from weir.clearinghouse.findings.reads.pairs import names_of
from weir.clearinghouse.findings.reads.trees import tree_of, unverified_in
from weir.clearinghouse.findings.terms import (
    Basis,
    DifferentNames,
    FindingId,
    FindingState,
    LinkKind,
    Merged,
    Nomination,
    NotMerged,
    NotOpen,
    PairId,
    PairState,
    ProofRun,
    Reproduced,
    Split,
    WithItself,
)
from weir.clearinghouse.findings.verbs import trees
from weir.clearinghouse.findings.verbs.linking import decide, pair_of
from weir.clearinghouse.intake.terms import ReportId
from weir.foundation.actor import Actor
from weir.foundation.policy.reads import ask
from weir.foundation.verb import verb
from weir.kernel.errors import Missing
from weir.kernel.moments import Moment


@verb("findings.merge_findings", on="into", sealed=True, person_only=True, page="/findings/pairs/")
def merge_findings(actor: Actor, into: FindingId, merged: FindingId, reason: str, *, now: Moment) -> Merged:
    """Make one finding of two that have one cause and one fix. It can be taken back at any time.

    Every report stays where it was, with its time and its credit. Both are handled as strictly from now on as either
    was, and every proof is to be run again before the whole is closed.
    """
    ask(actor, "findings.merge_findings", merged)
    why = rules.reason(reason)
    if into == merged:
        raise WithItself
    target, part = trees.held(into, merged)
    _refuse_unfit(target, part)
    whole, joining = tree_of(target, hold=True), tree_of(part, hold=True)
    pair = pair_of(target, part, Nomination(actor.id, now, Basis.PERSON, 1.0, why), now)
    for each in (whole, joining):
        trees.ask_for_proofs(each, now)
    part.state, part.merged_into = FindingState.MERGED, target
    target.reports += part.reports
    target.items += part.items
    trees.mark_together(whole, joining)
    trees.save((*whole, *joining))
    trees.settle_notices((*whole, *joining))
    decide(pair, PairState.MERGED, actor, why)
    return Merged(PairId(pair.number), into, merged, why, unverified_in((*whole, *joining)))


@verb("findings.split_finding", on="finding", sealed=True, person_only=True, page="/findings/pairs/")
def split_finding(actor: Actor, finding: FindingId, reason: str, *, now: Moment) -> Split:
    """Take a merge back. All is as it was before: state, reports, markings, and what was merged with it earlier."""
    why = rules.reason(reason)
    [part] = trees.held(finding)
    if part.merged_into is None:
        raise NotMerged
    above = trees.way_up(part)
    ask(actor, "findings.split_finding", FindingId(above[0].number))
    rest, leaving = _without(tree_of(above[-1], hold=True), part), tree_of(part, hold=True)
    held_it = {row.pk for row in above}
    for each in rest:
        if each.pk in held_it:
            each.reports -= part.reports
            each.items -= part.items
    part.state, part.merged_into = FindingState.OPEN, None
    trees.mark_apart(rest, leaving)
    trees.save((*rest, *leaving))
    for each_tree in (rest, leaving):
        trees.drop_proofs(each_tree)
        trees.settle_notices(each_tree)
    pair = _merged_pair(above[0], part)
    decide(pair, PairState.APART, actor, why)
    return Split(PairId(pair.number), finding, FindingId(above[0].number), why)


@verb("findings.record_reproduced", sealed=True, internal=True)
def record_reproduced(actor: Actor, report: ReportId, *, now: Moment) -> Reproduced:
    """Keep that a report's own proof was reproduced here.

    If it is a duplicate, now or by a later merge, its sender is told that it is held already, and its stage: nothing
    else, and not before.
    """
    row = FindingReportRow.objects.select_for_update().select_related("finding").filter(report=report).first()
    if row is None:
        raise Missing
    row.reproduced_at = row.reproduced_at or now
    row.save(update_fields=["reproduced_at"])
    trees.settle_notices(tree_of([row.finding, *trees.way_up(row.finding)][-1], hold=True))
    return Reproduced(report, Moment.of(row.reproduced_at))


@verb("findings.record_proof_run", sealed=True, internal=True)
def record_proof_run(actor: Actor, report: ReportId, *, now: Moment) -> ProofRun:
    """Keep that a report's proof was run against the fix that ships, and does nothing any more."""
    UnverifiedProofRow.objects.filter(report=report).delete()
    return ProofRun(report)


def _refuse_unfit(target: FindingRow, part: FindingRow) -> None:
    for row in (target, part):
        if row.state != FindingState.OPEN:
            raise NotOpen(f"{row.number} is part of another finding already.")
    if rules.must_stay_apart(names_of(tree_of(target, hold=True)), names_of(tree_of(part, hold=True))):
        raise DifferentNames


def _without(rows: list[FindingRow], part: FindingRow) -> list[FindingRow]:
    """What is left of a tree when this branch goes."""
    gone = {row.pk for row in tree_of(part, hold=True)}
    return [row for row in rows if row.pk not in gone]


def _merged_pair(parent: FindingRow, part: FindingRow) -> PairRow:
    one, two = sorted((parent, part), key=lambda row: row.pk)
    return PairRow.objects.select_for_update().get(one=one, other=two, kind=LinkKind.SAME)
