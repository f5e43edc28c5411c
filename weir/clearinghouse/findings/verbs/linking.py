# SPDX-License-Identifier: Apache-2.0
"""Bringing up that two findings may belong together. The house does, or a coordinator; what becomes of it is
decided elsewhere.
"""

from __future__ import annotations

import os

from weir.clearinghouse.findings import rules
from weir.clearinghouse.findings.models import FindingRow, NamesRow, PairRow
from weir.clearinghouse.findings.reads.pairs import NAMES_CONTEXT, PAIR_CONTEXT, opened
from weir.clearinghouse.findings.terms import (
    MOST_NOMINATIONS,
    Basis,
    Decided,
    FindingId,
    KeptApart,
    LinkKind,
    Named,
    Nominated,
    Nomination,
    PairId,
    PairState,
    WithItself,
)
from weir.clearinghouse.findings.verbs.trees import held, own_marking
from weir.foundation.actor import Actor
from weir.foundation.policy.marks import mark, mark_fresh
from weir.foundation.policy.reads import ask
from weir.foundation.store.blobs import seal
from weir.foundation.verb import verb
from weir.kernel.canonical import canonical
from weir.kernel.errors import Invalid
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

MOST_NAMES = 50
LONGEST_NAME = 200


@verb("findings.nominate_link", sealed=True, internal=True)
def nominate_link(
    actor: Actor,
    finding: FindingId,
    other: FindingId,
    kind: LinkKind,
    basis: Basis,
    score: float,
    explanation: str,
    *,
    now: Moment,
) -> Nominated:
    """Say that two findings may belong together, how sure that is, and why: what the engine found.

    The same pair comes up as often as something speaks for it. What a person kept apart stays apart.
    """
    if not 0 <= score <= 1:
        raise Invalid("A score is a probability.", faults={"/score": "does not lie between 0 and 1"})
    said = Nomination(actor.id, now, basis, score, rules.reason(explanation))
    return nominate(finding, other, kind, said, now)


@verb("findings.link_findings", on="finding", sealed=True)
def link_findings(
    actor: Actor, finding: FindingId, other: FindingId, kind: LinkKind, reason: str, *, now: Moment
) -> Nominated:
    """Say that two findings which you may both see belong together, and why. This merges nothing."""
    ask(actor, "findings.link_findings", other)
    said = Nomination(actor.id, now, Basis.PERSON, 1.0, rules.reason(reason))
    return nominate(finding, other, kind, said, now)


@verb("findings.record_cause", sealed=True, internal=True)
def record_cause(
    actor: Actor,
    finding: FindingId,
    other: FindingId,
    first_stops_both: bool,  # noqa: FBT001 - a door gives it by name
    second_stops_both: bool,  # noqa: FBT001 - as above
    *,
    now: Moment,
) -> Nominated:
    """Keep what two fixes did to two proofs: the strongest of all that can be said about a pair.

    Each one's fix stops both: the same, brought up again even where it had been kept apart. Neither does: evidence
    against, and what nobody has decided yet is kept apart. Merging stays with a person either way.
    """
    cause = rules.cause_of(first_stops_both=first_stops_both, second_stops_both=second_stops_both)
    first, second = (other, finding) if cause.turned else (finding, other)
    said = Nomination(actor.id, now, Basis.CAUSE, 1.0 if cause.holds else 0.0, cause.words)
    return nominate(first, second, cause.kind, said, now)


@verb("findings.keep_apart", on="pair", sealed=True, person_only=True, page="/findings/pairs/")
def keep_apart(actor: Actor, pair: PairId, reason: str, *, now: Moment) -> KeptApart:
    """You looked at both, and they are two. They are not brought up again, but by what two fixes did to two proofs."""
    why = rules.reason(reason)
    row = PairRow.objects.select_for_update().select_related("one", "other").get(number=pair)
    ask(actor, "findings.link_findings", FindingId(row.one.number))
    ask(actor, "findings.link_findings", FindingId(row.other.number))
    if row.state == PairState.MERGED:
        raise Decided
    decide(row, PairState.APART, actor, why)
    return KeptApart(pair, FindingId(row.one.number), FindingId(row.other.number), why)


@verb("findings.record_names", on="finding", sealed=True)
def record_names(actor: Actor, finding: FindingId, source: str, names: tuple[str, ...], *, now: Moment) -> Named:
    """Keep under which names a source knows this finding, such as CVE and GHSA numbers.

    Two findings that bear different CVE numbers are not merged, unless one source lists numbers of both.
    """
    if not source.strip() or not names or len(names) > MOST_NAMES or any(not 0 < len(n) <= LONGEST_NAME for n in names):
        raise Invalid("A source and its names are asked for.", faults={"/names": f"1 to {MOST_NAMES} short names fit"})
    keep_names(actor, FindingRow.objects.get(number=finding), source.strip(), names, now)
    return Named(finding, len(set(names)), source, names)


def keep_names(actor: Actor, row: FindingRow, source: str, names: tuple[str, ...], now: Moment) -> None:
    """Called inside a verb."""
    words = canonical({"source": source[:LONGEST_NAME], "names": sorted({name[:LONGEST_NAME] for name in names})})
    NamesRow.objects.create(
        id=uuid7(now, os.urandom), finding=row, by=actor.id, at=now, sealed=seal(row.number, words, NAMES_CONTEXT)
    )


def nominate(finding: FindingId, other: FindingId, kind: LinkKind, said: Nomination, now: Moment) -> Nominated:
    """The pair, with one thing more that speaks for or against it."""
    if finding == other:
        raise WithItself
    one, two = held(finding, other)
    if rules.reads_both_ways(kind) and two.pk < one.pk:
        one, two = two, one
    row = PairRow.objects.select_for_update().filter(one=one, other=two, kind=kind).first()
    row = _said_again(row, said) if row else _brought_up(one, two, kind, said, now)
    return Nominated(
        PairId(row.number),
        FindingId(one.number),
        FindingId(two.number),
        kind,
        said.basis,
        PairState(row.state),
        said.explanation,
    )


def pair_of(into: FindingRow, merged: FindingRow, said: Nomination, now: Moment) -> PairRow:
    """The pair that says that these are the same, brought up by whoever merges them if nobody did before."""
    one, two = sorted((into, merged), key=lambda row: row.pk)
    row = PairRow.objects.select_for_update().filter(one=one, other=two, kind=LinkKind.SAME).first()
    return row or _brought_up(one, two, LinkKind.SAME, said, now)


def decide(row: PairRow, state: PairState, actor: Actor, reason: str) -> None:
    nominations, _ = opened(row)
    row.state, row.decided_by = state, actor.id
    row.sealed = sealed_for(row, nominations, reason)
    row.save(update_fields=["state", "decided_by", "sealed"])


def _brought_up(one: FindingRow, two: FindingRow, kind: LinkKind, said: Nomination, now: Moment) -> PairRow:
    row = PairRow(
        id=uuid7(now, os.urandom),
        number=PairId.mint(now.year, os.urandom),
        one=one,
        other=two,
        kind=kind,
        state=_state_after(PairState.NOMINATED, said),
        at=now,
        decided_by="",
    )
    row.sealed = sealed_for(row, (said,), "")
    row.save(force_insert=True)
    mark_fresh([row], one.number, own_marking(one))
    mark(row, two.number, own_marking(two))
    return row


def _said_again(row: PairRow, said: Nomination) -> PairRow:
    nominations, reason = opened(row)
    row.state = _state_after(PairState(row.state), said)
    row.sealed = sealed_for(row, (*nominations, said)[-MOST_NOMINATIONS:], reason)
    row.save(update_fields=["state", "sealed"])
    return row


def _state_after(state: PairState, said: Nomination) -> PairState:
    """What two fixes did asks again where people kept apart, and keeps apart what nobody has decided."""
    if state is PairState.MERGED or said.basis is not Basis.CAUSE:
        return state
    return PairState.NOMINATED if said.score else PairState.APART


def sealed_for(row: PairRow, nominations: tuple[Nomination, ...], reason: str) -> bytes:
    """What speaks for a pair may repeat the words of both: it opens with the keys of both, and so goes with either."""
    context = f"{PAIR_CONTEXT}/{row.number}"
    words = canonical({"nominations": nominations, "reason": reason})
    return seal(row.one.number, seal(row.other.number, words, context), context)
