# SPDX-License-Identifier: Apache-2.0
"""Items of documents find their findings: one that has an exact key of theirs, or one of their own.

How many findings the documents of one finder may open in a day follows from the finder's record, as with reports; those
beyond wait in the order of their document. Whoever sent them is told nothing of it, so that nobody learns from a
document what was there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import F

from weir.clearinghouse.findings.models import DocumentWalkRow, FindingItemRow, FindingKeyRow, FindingRow
from weir.clearinghouse.findings.reads.items import holders_of, opened_lately, pair_is_known
from weir.clearinghouse.findings.reads.pairs import names_of
from weir.clearinghouse.findings.reads.trees import tree_of
from weir.clearinghouse.findings.rules import items as rules
from weir.clearinghouse.findings.terms import Compared, FindingId, ItemsCorrelated, LinkKind, Nomination
from weir.clearinghouse.findings.terms.checking import TooManyCauses
from weir.clearinghouse.findings.verbs import trees
from weir.clearinghouse.findings.verbs.checking import hold_cause
from weir.clearinghouse.findings.verbs.correlating import FRESH, open_finding
from weir.clearinghouse.findings.verbs.linking import MOST_NAMES, keep_names, nominate
from weir.clearinghouse.intake.reads import track_record
from weir.clearinghouse.intake.reads.documents import finder_of, items_of
from weir.clearinghouse.intake.rules import allowance
from weir.clearinghouse.intake.rules.items import each_key
from weir.clearinghouse.intake.terms.documents import DocumentId, KeptItem, KeyKind
from weir.foundation.actor import Actor
from weir.foundation.policy.marks import mark
from weir.foundation.verb import verb
from weir.kernel.moments import Moment

AT_ONCE = 100
MOST_OTHERS = 5  # of findings that one item speaks of besides its own


@verb("findings.correlate_items", sealed=True, internal=True)
def correlate_items(actor: Actor, document: DocumentId, *, now: Moment) -> ItemsCorrelated:
    """Give the next items of a document their findings, as far as the finder has room today.

    Each item belongs to exactly one finding. Stop between two calls: the next one goes on where this one ended.
    """
    _one_at_a_time()
    walk = _held(document)
    finder = finder_of(document)
    lately, oldest = opened_lately(finder, now)
    batch = _Batch(actor, document, finder, now, rules.room_left(allowance(track_record(finder)), lately))
    kept = items_of(document, after=walk.after, limit=AT_ONCE)
    batch.look_up(key for _, each in kept for _, key in each_key(each.keys))
    for place, each in kept:
        if not batch.take(each):
            walk.due_at = rules.room_again(oldest or now)
            break
        walk.after = place
    else:
        # A document that is still being read wakes this again with every batch that is recorded.
        walk.due_at = now if len(kept) == AT_ONCE else None
    walk.save()
    return ItemsCorrelated(document, tuple(batch.opened), tuple(batch.joined), _moment(walk.due_at))


@verb("findings.record_compared", internal=True)
def record_compared(actor: Actor, findings: tuple[FindingId, ...], *, now: Moment) -> Compared:
    """Keep that these were compared with what was there, so that each is compared as a fresh one once."""
    FindingRow.objects.filter(number__in=findings).update(compared_at=now)
    return Compared(findings)


@dataclass
class _Batch:
    """What is known while some items of one document find their findings."""

    actor: Actor
    document: DocumentId
    finder: str
    now: Moment
    room: int
    holders: dict[bytes, FindingRow] = field(default_factory=dict)
    marked: set[UUID] = field(default_factory=set)
    opened: list[FindingId] = field(default_factory=list)
    joined: list[FindingId] = field(default_factory=list)

    def look_up(self, keys: Iterable[bytes]) -> None:
        self.holders.update(holders_of(keys))

    def take(self, kept: KeptItem) -> bool:
        """Give one item its finding. False where a new one is needed and there is no room for it today."""
        keys = [(KeyKind(kind), key) for kind, key in each_key(kept.keys)]
        others = self._others(keys)
        links = {number: rules.link_between(kept.item, names_of(tree_of(row))) for number, (row, _) in others.items()}
        fitting = rules.by_strength({number: kind for number, (_, kind) in others.items()})
        own = next((others[number][0] for number in fitting if links[number] is LinkKind.SAME), None)
        if own is None:
            if not self.room:
                return False
            own = self._open(kept)
        else:
            self._join(own, kept)
        self._say_names(own, kept)
        self._place(own, kept)
        self._keep_keys(own, keys)
        self._bring_up(own, others, links)
        return True

    def _others(self, keys: Sequence[tuple[KeyKind, bytes]]) -> dict[str, tuple[FindingRow, KeyKind]]:
        """Findings that have a key of this item, each with the strongest of these keys."""
        found: dict[str, tuple[FindingRow, KeyKind]] = {}
        for kind, key in sorted(keys):
            if (row := self.holders.get(key)) is not None:
                found.setdefault(row.number, (row, kind))
        return found

    def _open(self, kept: KeptItem) -> FindingRow:
        row = open_finding(
            self.document, rules.title_of(kept.item), rules.target_of(kept.item), self.now, self.now, items=1
        )
        self.room -= 1
        self.marked.add(row.pk)
        self._belongs(row, kept, opened=True)
        self.opened.append(FindingId(row.number))
        return row

    def _join(self, row: FindingRow, kept: KeptItem) -> None:
        if row.pk not in self.marked:
            self.marked.add(row.pk)
            _mark_all(row, self.document)
        counted = [row.pk, *(each.pk for each in trees.way_up(row))]
        FindingRow.objects.filter(pk__in=counted).update(items=F("items") + 1)
        self._belongs(row, kept, opened=False)
        self.joined.append(FindingId(row.number))

    def _belongs(self, row: FindingRow, kept: KeptItem, *, opened: bool) -> None:
        FindingItemRow.objects.create(
            digest=kept.digest, finding=row, document=self.document, finder=self.finder, at=self.now, opened=opened
        )

    def _say_names(self, row: FindingRow, kept: KeptItem) -> None:
        fresh = tuple(alias for alias in kept.item.aliases[:MOST_NAMES] if alias not in names_of([row]))
        if fresh:
            keep_names(self.actor, row, kept.item.tool or self.document, fresh, self.now)

    def _place(self, row: FindingRow, kept: KeptItem) -> None:
        """So that a blind check finds it. A finding that was said to be in many places already keeps those."""
        if cause := rules.cause_in(kept.item):
            try:
                hold_cause(row, cause, self.now)
            except TooManyCauses:
                return

    def _keep_keys(self, row: FindingRow, keys: Sequence[tuple[KeyKind, bytes]]) -> None:
        fresh = [key for _, key in keys if key not in self.holders]
        FindingKeyRow.objects.bulk_create([FindingKeyRow(key=key, finding=row) for key in dict.fromkeys(fresh)])
        self.holders.update(dict.fromkeys(fresh, row))

    def _bring_up(
        self, own: FindingRow, others: dict[str, tuple[FindingRow, KeyKind]], links: dict[str, LinkKind]
    ) -> None:
        """A key that others have, too: a person looks at both."""
        rest = [(row, kind) for row, kind in others.values() if row.pk != own.pk]
        for row, key in rest[:MOST_OTHERS]:
            shared = rules.shared(key, links[row.number])
            if not pair_is_known(own, row, shared.kind):
                said = Nomination(self.actor.id, self.now, shared.basis, shared.score, shared.words)
                nominate(FindingId(own.number), FindingId(row.number), shared.kind, said, self.now)


def _mark_all(row: FindingRow, document: DocumentId) -> None:
    """The document has a say in how this finding is handled, and by way of it all that it was merged with."""
    row.tlp = mark(row, document, FRESH).tlp
    whole = tree_of([row, *trees.way_up(row)][-1], hold=True)
    trees.mark_together([row], [each for each in whole if each.pk != row.pk])
    FindingRow.objects.bulk_update([row, *(each for each in whole if each.pk != row.pk)], ["tlp"])


def _one_at_a_time() -> None:
    """Two batches that say the same would each open a finding for it, or wait for each other for ever. On SQLite a verb
    holds the only write lock anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('findings.correlate_items'))")


def _held(document: DocumentId) -> DocumentWalkRow:
    row = DocumentWalkRow.objects.select_for_update().filter(document=document).first()
    return row or DocumentWalkRow.objects.create(document=document)


def _moment(at: datetime | None) -> Moment | None:
    return Moment.of(at) if at else None
