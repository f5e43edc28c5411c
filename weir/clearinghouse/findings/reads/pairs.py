# SPDX-License-Identifier: Apache-2.0
"""Pairs that may belong together, and what the sender of a duplicate is told."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from weir.clearinghouse.findings.models import FindingReportRow, FindingRow, NamesRow, PairRow
from weir.clearinghouse.findings.reads.findings import said_in
from weir.clearinghouse.findings.terms import (
    Basis,
    FindingId,
    LinkKind,
    Nomination,
    Notice,
    Pair,
    PairId,
    PairLine,
    PairState,
    Stage,
)
from weir.clearinghouse.intake.terms import ReportId
from weir.foundation.actor import Actor
from weir.foundation.policy.marks import markings_of
from weir.foundation.policy.reads import may_see, visible_to
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.policy.rules import combine, reaches
from weir.foundation.policy.terms import NothingHere
from weir.foundation.question import Page, question
from weir.foundation.store.reads import unseal
from weir.foundation.store.terms import Erased
from weir.kernel.canonical import own_object
from weir.kernel.moments import Moment

PAGE = 50
PAIR_CONTEXT = "findings.pair"
NAMES_CONTEXT = "findings.names"


@question("findings.list_pairs", filtered=True, sealed=True)
def list_pairs(
    actor: Actor, state: PairState = PairState.NOMINATED, after: str = "", finding: str = ""
) -> Page[PairLine]:
    """Pairs of findings of which you may see both, newest first: those that wait for a person, or in another state.

    If a finding is named, those that it is one of.
    """
    where = Q(state=state.value)
    if finding:
        own = FindingRow.objects.filter(number=finding).values_list("pk", flat=True).first()
        where &= Q(one=own) | Q(other=own)
    rows, further = newest_page(actor, PairRow, "findings.list_pairs", after=after, limit=PAGE, where=where)
    wanted = {pk for row in rows for pk in (row.one_id, row.other_id)}
    findings = visible_to(actor, FindingRow, "findings.read_finding").in_bulk(list(wanted))
    lines = (_line(row, findings) for row in rows if {row.one_id, row.other_id} <= findings.keys())
    return Page(tuple(lines), further)


@question("findings.read_pair", on="pair", sealed=True)
def read_pair(actor: Actor, pair: PairId) -> Pair:
    """A pair, what speaks for and against it, and what became of it. Each of its findings is asked for by itself."""
    row = PairRow.objects.select_related("one", "other").filter(number=pair).first()
    if row is None or not (may_see(actor, row.one.number) and may_see(actor, row.other.number)):
        raise NothingHere
    nominations, reason = opened(row)
    marking, losers = _together(row)
    return Pair(
        id=pair,
        kind=LinkKind(row.kind),
        state=PairState(row.state),
        at=Moment.of(row.at),
        finding=FindingId(row.one.number),
        other=FindingId(row.other.number),
        nominations=nominations,
        decided_by=row.decided_by,
        reason=reason,
        marking=marking,
        who_would_lose=losers,
    )


@question("findings.duplicate_notice", on="report")
def duplicate_notice(actor: Actor, report: ReportId) -> Notice:
    """Whether this report is known to be a duplicate: held already, and at which stage.

    That is told once its own proof was reproduced here. Of the other one nothing is told, to nobody.
    """
    told = FindingReportRow.objects.filter(report=report).values_list("stage", flat=True).first()
    return Notice(held=bool(told), stage=Stage(told) if told else None)


def opened(row: PairRow) -> tuple[tuple[Nomination, ...], str]:
    """What speaks for and against a pair, and why it was decided as it was; nothing, once one of the two was erased."""
    context = f"{PAIR_CONTEXT}/{row.number}"
    try:
        inner = unseal(row.one.number, bytes(row.sealed), context)
        said = own_object(unseal(row.other.number, inner, context))
    except Erased:
        return (), ""
    return tuple(_nomination(each) for each in said["nominations"]), said["reason"]


def names_of(rows: Iterable[FindingRow]) -> frozenset[str]:
    """What sources call these findings, and what their titles and targets say."""
    listed = {row.pk: row.number for row in rows}
    names: set[str] = set()
    for row in FindingRow.objects.filter(pk__in=listed):
        names |= set(said_in(row).values())
    for kept in NamesRow.objects.filter(finding__in=listed):
        names |= _names_in(kept, listed[kept.finding_id])
    return frozenset(names)


def _names_in(kept: NamesRow, number: str) -> set[str]:
    try:
        return set(own_object(unseal(number, bytes(kept.sealed), NAMES_CONTEXT))["names"])
    except Erased:
        return set()


def _nomination(said: dict[str, str]) -> Nomination:
    return Nomination(
        said["by"], Moment.parse(said["at"]), Basis(said["basis"]), float(said["score"]), said["explanation"]
    )


def _together(row: PairRow) -> tuple[str, tuple[str, ...]]:
    """How the two would be handled as one, and whose access that would end."""
    both = [combine(markings_of(finding).values()) for finding in (row.one, row.other)]
    joint = combine(both)
    lost = {key for marking in both for key in marking.audience if not reaches(joint.audience, key)}
    return f"TLP:{joint.tlp}", tuple(sorted(lost))


def _line(row: PairRow, findings: dict[UUID, FindingRow]) -> PairLine:
    one, other = findings[row.one_id], findings[row.other_id]
    return PairLine(
        id=PairId(row.number),
        kind=LinkKind(row.kind),
        state=PairState(row.state),
        at=Moment.of(row.at),
        finding=FindingId(one.number),
        title=said_in(one)["title"],
        other=FindingId(other.number),
        other_title=said_in(other)["title"],
    )
