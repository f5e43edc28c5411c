# SPDX-License-Identifier: Apache-2.0
"""Merged findings hang together as a tree: who belongs to it, and how each is marked for the sake of the others.

Nothing is moved when two are merged: each keeps its reports, its words and its own markings, and is marked once more
with those of every other, the other's number as their source. To split is to take away what was added.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from weir.clearinghouse.findings import rules
from weir.clearinghouse.findings.models import FindingRow, UnverifiedProofRow
from weir.clearinghouse.findings.reads.trees import reports_of
from weir.clearinghouse.findings.terms import FindingId, Stage
from weir.foundation.policy.marks import mark, markings_of, unmark
from weir.foundation.policy.rules import combine
from weir.foundation.policy.terms import Marking
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

_OF_OTHERS = f"{FindingId.prefix}-"


def held(*numbers: FindingId) -> list[FindingRow]:
    """These rows in the order asked for, held until the verb is over; always taken in one order, so that two verbs
    wait for each other and not for ever.
    """
    rows = {row.number: row for row in FindingRow.objects.select_for_update().filter(number__in=numbers).order_by("pk")}
    return [rows[number] for number in numbers]


def way_up(row: FindingRow) -> list[FindingRow]:
    """What this finding is part of, from the nearest to the root."""
    above: list[FindingRow] = []
    while (parent := (above[-1] if above else row).merged_into_id) is not None:
        above.append(FindingRow.objects.select_for_update().get(pk=parent))
    return above


def own_marking(row: FindingRow) -> Marking:
    """How its own sources want it handled, whatever it was merged with."""
    return combine(said for source, said in markings_of(row).items() if not source.startswith(_OF_OTHERS))


def mark_together(one: Sequence[FindingRow], other: Sequence[FindingRow]) -> None:
    """From now on each of them is handled as strictly as any of the others."""
    own = {row.pk: own_marking(row) for row in (*one, *other)}
    for these, those in ((one, other), (other, one)):
        for row in these:
            for each in those:
                row.tlp = mark(row, each.number, own[each.pk]).tlp


def mark_apart(one: Sequence[FindingRow], other: Sequence[FindingRow]) -> None:
    """From now on the one side has no say in how the other is handled."""
    for these, those in ((one, other), (other, one)):
        for row in these:
            for each in those:
                row.tlp = unmark(row, each.number).tlp


def save(rows: Iterable[FindingRow]) -> None:
    FindingRow.objects.bulk_update(list(rows), ["state", "merged_into", "reports", "items", "tlp"])


def ask_for_proofs(rows: Sequence[FindingRow], now: Moment) -> None:
    """What stood alone and does so no longer: each proof is to be run again before the whole is closed."""
    wanted = [each.report for each in reports_of(rows)] if len(rows) == 1 else []
    UnverifiedProofRow.objects.bulk_create(
        UnverifiedProofRow(id=uuid7(now, os.urandom), report=report, since=now) for report in wanted
    )


def drop_proofs(rows: Sequence[FindingRow]) -> None:
    """What stands alone again needs no more than it needed before."""
    if len(rows) == 1:
        UnverifiedProofRow.objects.filter(report__in=[each.report for each in reports_of(rows)]).delete()


def settle_notices(rows: Sequence[FindingRow]) -> None:
    """Told are the senders of duplicates whose own proof was reproduced here; nobody else, and no more than that."""
    reports = reports_of(rows)
    later = set(rules.duplicates((each.received_at, each.report) for each in reports))
    for each in reports:
        told = Stage.REPRODUCED.value if each.report in later and each.reproduced_at else ""
        if each.stage != told:
            each.stage = told
            each.save(update_fields=["stage"])
