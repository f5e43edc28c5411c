# SPDX-License-Identifier: Apache-2.0
"""Items that led to findings, exact keys by which findings are known, and what is still to be compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from weir.clearinghouse.findings.models import (
    DocumentWalkRow,
    FindingItemRow,
    FindingKeyRow,
    FindingReportRow,
    FindingRow,
    PairRow,
)
from weir.clearinghouse.findings.rules import items as rules
from weir.clearinghouse.findings.rules import reads_both_ways
from weir.clearinghouse.findings.terms import FindingId, FindingState, ItemOf, LinkKind, ToCompare
from weir.clearinghouse.intake.reads import report_for
from weir.clearinghouse.intake.reads.documents import items_named, items_with
from weir.clearinghouse.intake.terms import ReportId
from weir.clearinghouse.intake.terms.documents import DocumentId
from weir.clearinghouse.intake.terms.items import Item
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs.terms import Due
from weir.foundation.store.terms import Erased
from weir.foundation.transactions import reading
from weir.kernel.moments import Moment

KEYS_AT_ONCE = 500  # values in one statement
SHOWN = 50
COUNTED = 1000
DUE_AT_ONCE = 200
FRESH_AT_ONCE = 200
# As many findings as are compared by likeness, the newest: reading them takes a worker some seconds. Exact keys know no
# such bound.
COMPARED_WITH = 5000
# So that a burst is compared at once, and not one after the other.
SETTLES_IN = timedelta(minutes=1)


def holders_of(keys: Iterable[bytes]) -> dict[bytes, FindingRow]:
    """Which of these keys a finding goes by, and which."""
    wanted, found = list(dict.fromkeys(keys)), {}
    rows: dict[object, FindingRow] = {}
    for begin in range(0, len(wanted), KEYS_AT_ONCE):
        held = FindingKeyRow.objects.select_related("finding").filter(key__in=wanted[begin : begin + KEYS_AT_ONCE])
        # One object for each finding, so that what is counted in it is counted once.
        found.update({bytes(each.key): rows.setdefault(each.finding_id, each.finding) for each in held})
    return found


def opened_lately(finder: str, now: Moment) -> tuple[int, datetime | None]:
    """How many findings the documents of this finder opened within a day, and when the first of these."""
    since = FindingItemRow.objects.filter(opened=True, finder=finder, at__gt=now - rules.DAY)
    moments = list(since.order_by("at").values_list("at", flat=True))
    return len(moments), moments[0] if moments else None


def pair_is_known(one: FindingRow, other: FindingRow, kind: LinkKind) -> bool:
    """Whether these two were brought up this way before, whatever became of it."""
    if reads_both_ways(kind) and other.pk < one.pk:
        one, other = other, one
    return PairRow.objects.filter(one=one, other=other, kind=kind).exists()


def items_of_findings(rows: Iterable[FindingRow]) -> tuple[ItemOf, ...]:
    """The first items that led to these, opened. What was erased with its document is not told any more."""
    first = FindingItemRow.objects.filter(finding__in=[row.pk for row in rows]).order_by("-opened", "at", "digest")
    kept = list(first[:SHOWN])
    said = _opened(kept)
    return tuple(
        ItemOf(
            DocumentId(row.document),
            Moment.of(row.at),
            rules.title_of(item),
            item.tool,
            item.rule,
            rules.place_of(item),
        )
        for row in kept
        if (item := said.get(bytes(row.digest))) is not None
    )


def waiting_for(rows: Iterable[FindingRow]) -> int:
    """How many items have an exact key of these and have not had their turn: so many more say the same."""
    keys = FindingKeyRow.objects.filter(finding__in=[row.pk for row in rows]).values_list("key", flat=True)
    wanted = [bytes(key) for key in keys[:KEYS_AT_ONCE]]
    alike = items_with(wanted, rules.JOINS, limit=COUNTED) if wanted else set()
    had_turn = FindingItemRow.objects.filter(digest__in=list(alike)).values_list("digest", flat=True)
    return len(alike - {bytes(digest) for digest in had_turn}) if alike else 0


def documents_due(now: Moment) -> Iterator[Due]:
    """Documents of which further items have their turn."""
    rows = DocumentWalkRow.objects.filter(due_at__lte=now).order_by("due_at").values_list("document", "due_at")
    return (Due(document, Moment.of(due_at)) for document, due_at in rows[:DUE_AT_ONCE] if due_at)


def comparisons_due(now: Moment) -> list[Due]:
    """The oldest finding that was compared with nothing yet, once it had time for company."""
    with reading(SYSTEM):
        oldest = _fresh().values_list("number", "received_at").first()
    due_at = Moment.of(oldest[1] + SETTLES_IN) if oldest else now
    return [Due(oldest[0], due_at)] if oldest and due_at <= now else []


def fresh_findings() -> list[FindingId]:
    with reading(SYSTEM):
        return [FindingId(number) for number in _fresh().values_list("number", flat=True)[:FRESH_AT_ONCE]]


def _fresh() -> QuerySet[FindingRow]:
    return FindingRow.objects.filter(compared_at=None).order_by("received_at", "pk")


def to_compare(fresh: Iterable[FindingId]) -> list[ToCompare]:
    """These and the newest of the others, by what they say."""
    with reading(SYSTEM):
        rows = {row.pk: row.number for row in FindingRow.objects.filter(number__in=list(fresh))}
        newest = FindingRow.objects.filter(state=FindingState.OPEN).order_by("-received_at")
        rows |= dict(newest.values_list("pk", "number")[:COMPARED_WITH])
        said = {**_first_items(rows), **_first_reports(rows)}
        return [ToCompare(FindingId(number), said[pk]) for pk, number in rows.items() if pk in said]


def _first_reports(findings: Collection[UUID]) -> dict[UUID, Item]:
    reports = FindingReportRow.objects.filter(finding__in=findings).order_by("-received_at")
    first = dict(reports.values_list("finding", "report"))  # of several the last told stays: the first that came
    return {pk: item for pk, report in first.items() if (item := _reported(ReportId(report))) is not None}


def _reported(report: ReportId) -> Item | None:
    try:
        return rules.item_of(report_for(SYSTEM, report).submission)
    except Erased:
        return None


def _first_items(findings: Collection[UUID]) -> dict[UUID, Item]:
    rows = list(FindingItemRow.objects.filter(finding__in=findings, opened=True))
    said = _opened(rows)
    return {row.finding_id: said[bytes(row.digest)] for row in rows if bytes(row.digest) in said}


def _opened(rows: Iterable[FindingItemRow]) -> dict[bytes, Item]:
    """What these items say, a document at a time; nothing of one that was erased."""
    documents: dict[str, list[bytes]] = {}
    for row in rows:
        documents.setdefault(row.document, []).append(bytes(row.digest))
    said: dict[bytes, Item] = {}
    for document, digests in documents.items():
        said.update(items_named(DocumentId(document), digests))
    return said
